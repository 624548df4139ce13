"""Tokens for programs that speak with the API.

A new token is shown in the answer to the form and nowhere else, so that it is in no cookie, address or database. Who
loads that answer again makes another token, which the browser asks about first.
"""

from collections.abc import Mapping

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.accounts.tokens import BadToken, Scope, everything, issue, revoke
from app.db import transaction
from app.web.access import person
from app.web.admin.blueprint import NUMBER, blueprint, settings

SCOPES: Mapping[str, tuple[str, str]] = {
    Scope.BOOKINGS: ("Read bookings", "Status, times, event type, host and payment; nothing about who booked."),
    Scope.PERSONAL: ("… with personal data", "Names, addresses, titles, places and metadata, and the search for them."),
    Scope.UIDS: ("… with uids", "Who knows a uid can move and cancel that booking at Cal.com. Few scripts need them."),
    Scope.SYNC: ("Start comparisons", "Ask for a comparison with Cal.com, and see how far it is."),
}
DAYS: Mapping[str, str] = {"30": "30 days", "90": "90 days", "365": "A year", "": "It does not expire"}
DEFAULT_DAYS = "90"
STATES: Mapping[str, tuple[str, str]] = {
    "active": ("processed", "Active"),
    "expired": ("ignored", "Expired"),
    "revoked": ("ignored", "Revoked"),
    "orphaned": ("ignored", "Its maker left"),
}
"""The look and the word of each state."""


@blueprint.get("/tokens")
def tokens() -> str:
    """All tokens and the form for one more."""
    return _page(said={"days": DEFAULT_DAYS, "scopes": [Scope.BOOKINGS]})


@blueprint.post("/tokens")
def make_token() -> ResponseReturnValue:
    """Makes a token and shows it, this once."""
    form = request.form
    said: dict[str, object] = {"name": form.get("name", ""), "scopes": form.getlist("scopes"), "days": form.get("days", "")}
    if said["days"] not in DAYS:
        return make_response(_page(said=said, wrong={"days": "Choose how long the token is to work."}), 422)
    try:
        with transaction() as session:
            days = int(form["days"]) if form.get("days") else None
            token, secret = issue(session, staff_id=person().id, name=form.get("name", ""), scopes=form.getlist("scopes"), days=days)
            staff_acts.note(session, staff_id=person().id, act="token.make", on=str(token.id), detail=" ".join(token.scopes))
            number, name = token.id, token.name
    except BadToken as mistake:
        return make_response(_page(said=said, wrong={mistake.field: str(mistake)}), 422)
    return _shown(secret, number=number, name=name)


@blueprint.post(f"/tokens/{NUMBER}/revoke")
def revoke_token(number: int) -> ResponseReturnValue:
    """Ends a token; the next request with it is refused."""
    with transaction() as session:
        token = revoke(session, number)
        if token is not None:
            staff_acts.note(session, staff_id=person().id, act="token.revoke", on=str(number))
        said = (
            f"The token for {token.name} opens nothing any more."
            if token is not None
            else "Nothing was changed: there is no such token, or it was revoked before."
        )
    flash(said)
    return redirect(url_for(".tokens"))


def _shown(secret: str, *, number: int, name: str) -> Response:
    return make_response(_page(said={"days": DEFAULT_DAYS, "scopes": [Scope.BOOKINGS]}, made={"secret": secret, "number": number, "name": name}), 201)


def _page(*, said: Mapping[str, object], wrong: Mapping[str, str] | None = None, made: Mapping[str, object] | None = None) -> str:
    return render_template(
        "admin/tokens.html", tokens=everything(), said=said, wrong=wrong or {}, made=made,
        scopes=SCOPES, days=DAYS, states=STATES, api=f"{settings().SITE_URL}/api",
    )  # fmt: skip
