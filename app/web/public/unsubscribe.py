"""Leaving a sequence of mails, and coming back. The signed link is the right to do it; looking at it changes nothing.

A mail program may post here by itself (RFC 8058), so the POST is exempt from the check for forms of ours: whoever holds
the link was sent the mail.
"""

from flask import Response, abort, make_response, render_template, request

from app.accounts import opt_outs
from app.db import db, transaction
from app.outbox.topics import FOLLOW_UP, RE_ENGAGEMENT, SEQUENCES
from app.web.public.blueprint import blueprint
from app.web.public.links import leaving

NAMES = {
    FOLLOW_UP: "the mails that follow a meeting",
    RE_ENGAGEMENT: "the mails that offer another time after a cancelled or missed meeting",
}


@blueprint.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> Response:
    """What these mails are, and the button that ends them."""
    return _page(token, *_asked(token))


@blueprint.post("/unsubscribe/<token>")
def unsubscribe_now(token: str) -> Response:
    """Ends the sequence for this person (`all=1`: every sequence), or takes that back (`back=1`)."""
    email, sequence = _asked(token)
    with transaction() as session:
        if request.form.get("back"):
            opt_outs.come_back(session, email=email, sequence=sequence)
            opt_outs.come_back(session, email=email, sequence=opt_outs.EVERY)
        else:
            by_itself = request.form.get("List-Unsubscribe") == "One-Click"
            wanted = opt_outs.EVERY if request.form.get("all") else sequence
            opt_outs.leave(session, email=email, sequence=wanted, source="one-click" if by_itself else "link")
    return _page(token, email, sequence)


def _asked(token: str) -> tuple[str, str]:
    found = leaving(token)
    if found is None or found[1] not in SEQUENCES:
        abort(404, "This link is not complete. Copy the whole address from the mail, or answer the mail and tell us.")
    return found


def _page(token: str, email: str, sequence: str) -> Response:
    gone = opt_outs.has_left(db.session(), email=email, sequence=sequence) is not None
    page = render_template("public/unsubscribe.html", heading="No more mails" if not gone else "You are unsubscribed",
                           token=token, email=email, name=NAMES[sequence], gone=gone, private=True)  # fmt: skip
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
