"""What staff did: who, what, on what, when; filters in the address, paging by place."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import render_template, request, url_for

from app.accounts import act_queries, guesses, staff
from app.accounts.models import StaffAct
from app.timing import zone_of
from app.web.admin.account.act_words import said, subject_address, subject_words
from app.web.admin.blueprint import blueprint, zone


@blueprint.get("/audit")
def audit() -> str:
    """A page of acts, newest first."""
    asked = {name: request.args.get(name, "").replace("\x00", "").strip()[:100] for name in ("person", "act", "on", "from", "to")}
    wish = act_queries.Wish(
        staff_id=int(asked["person"]) if asked["person"].isdecimal() and len(asked["person"]) < 10 else None,
        act=asked["act"],
        subject=asked["on"],
        since=_midnight(asked["from"]),
        until=_midnight(asked["to"], later=1),
    )
    page = act_queries.page(wish, after=request.args.get("after", ""), before=request.args.get("before", ""))
    people = {user.id: user for user in staff.everybody()}
    return render_template(
        "admin/account/audit.html",
        acts=page.acts,
        counted=guesses.counted([act.id for act in page.acts if act.act == "sign_in.failed"]),
        people=people,
        names={"0": "Nobody signed in"} | {str(number): user.name or user.email for number, user in people.items()},
        known={word: said(word) for word in act_queries.known_acts()},
        asked=asked,
        said=said,
        subject_words=lambda act: subject_words(act, people),
        subject_address=subject_address,
        days=_days(page.acts),
        before=_beside(asked, before=page.before) if page.before else "",
        after=_beside(asked, after=page.after) if page.after else "",
    )


def _beside(asked: Mapping[str, str], **place: str) -> str:
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for(".audit", **{**kept, **place})


def _midnight(day: str, *, later: int = 0) -> datetime | None:
    """When that day begins where the owner is; None when it is no day."""
    try:
        found = date.fromisoformat(day) + timedelta(days=later)
        return datetime.combine(found, time(), tzinfo=zone_of(zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _days(acts: Sequence[StaffAct]) -> list[tuple[datetime, list[StaffAct]]]:
    """The acts by day of the owner's zone."""
    days: list[tuple[datetime, list[StaffAct]]] = []
    for act in acts:
        here = act.at.astimezone(zone_of(zone()))
        if not days or days[-1][0].date() != here.date():
            days.append((here, []))
        days[-1][1].append(act)
    return days
