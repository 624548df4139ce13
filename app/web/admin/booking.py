"""One booking with everything that is known of it."""

import re
from typing import NamedTuple

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.bookings import queries
from app.bookings.models import Booking, Status
from app.browsing import way as browsing
from app.desk import notes, told
from app.desk.wishes import Act
from app.hosts import queries as hosts
from app.hosts.providers import calendar, provider
from app.inbox import queries as deliveries
from app.outbox import queries as mails
from app.outbox.models import OutboxMessage, OutboxState
from app.web.access import may
from app.web.admin.blueprint import blueprint, settings, zone
from app.web.admin.desk.next_up import next_up
from app.web.admin.desk.noting import may_change
from app.web.admin.desk.offers import WORDS, offered
from app.web.admin.desk.subject import booking_of, client, seal
from app.web.admin.diff import plain
from app.web.admin.timeline import Sources, story
from app.web.filters import zone as zone_named
from app.web.public.calcom import cancel_url, move_url

OVER = frozenset({Status.CANCELLED, Status.REJECTED})
"""There is nothing to join."""
OPEN = frozenset({Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED})


class Letter(NamedTuple):
    """A mail in the list beside the story; those that were skipped are folded away."""

    mail: OutboxMessage
    skipped: bool


@blueprint.get("/calendar/<reference>")
def booking(reference: str) -> ResponseReturnValue:
    """Facts, people, answers and story; an older number of the same booking leads to the present one."""
    found = booking_of(reference)
    if found.reference != reference:
        return redirect(url_for(".booking", reference=found.reference))
    return render_template("admin/booking.html", booking=found, **_about(found))


def _about(found: Booking) -> dict[str, object]:
    status, uids = queries.status_of(found), found.uids
    movable = may("move or cancel") and status in OPEN and bool(uids)
    origin = queries.by_id(found.split_from_id) if found.split_from_id else None
    rows = queries.row_numbers(found)
    letters = mails.of_bookings(rows)
    acts = offered(found) if client() is not None and may("admin.booking_act_now") else []
    numbers = set(queries.references(rows).values())
    return {
        "status": status,
        "letters": [Letter(each, each.state == OutboxState.CANCELLED) for each in sorted(letters, key=lambda one: (one.sent_at or one.due_at, one.id))],
        "next_up": next_up(found, status, letters),
        "acts": [(act, WORDS[act]) for act in acts if act is not Act.ABSENT],
        "marks": Act.ABSENT in acts,
        "their_zone": found.booker_time_zone if zone_named(found.booker_time_zone) else "",
        "place": _place(found),
        "calendar": _calendar(found),
        "join_url": found.meeting_url if status not in OVER and found.meeting_url.startswith(("https://", "http://")) else "",
        "answers": _answers(found),
        "metadata": [(key, plain(value)) for key, value in found.details.items()],
        "uids": uids,
        "origin": origin,
        "move_at": move_url(settings(), uids[-1]) if movable else "",
        "cancel_at": cancel_url(settings(), uids[-1]) if movable and not acts else "",
        "days": story(
            Sources(
                changes=queries.changes_of(found),
                deliveries=deliveries.by_ids(queries.delivery_ids(found)),
                mails=letters,
                reads=told.reads(found),
                deeds=told.deeds(numbers),
                notes=notes.of_bookings(seal(), rows),
                way=browsing.to_booking(found.visitor_hash, booked_at=found.booked_at),
            ),
            zone=zone(),
            with_bodies=may("read raw bodies"),
            may_change=may_change,
        ),
    }


def _place(found: Booking) -> str:
    """The place in words: for a meeting online the app behind it, and nothing when it only repeats the meeting link."""
    if app := provider(found.location):
        return app
    return "" if found.location == found.meeting_url else found.location


def _calendar(found: Booking) -> str:
    """The calendar that received the event: as Cal.com told of this booking, else as the event type is set up; empty when nobody said."""
    told = found.calendar or next((kind.destination for kind in hosts.with_slug(found.event_type, host_email=found.host_email) if kind.destination), {})
    if not told:
        return ""
    name = str(told.get("name", ""))
    return f"{calendar(str(told['integration']))}, {name}" if name else calendar(str(told["integration"]))


def _answers(found: Booking) -> list[tuple[str, str]]:
    """What the booker answered, without the fields that stand elsewhere on the page."""
    rows = []
    for slug, answer in found.answers.items():
        value = plain(answer.get("value"))
        if value and slug not in {"name", "email", "location", "guests", "title"} and not answer.get("hidden"):
            rows.append((_label(str(answer.get("label") or slug)), value))
    return rows


def _label(label: str) -> str:
    """`Reason for reschedule` for `reason_for_reschedule` and `reasonForReschedule`; a question in words stays as it is."""
    if " " in label:
        return label
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).replace("_", " ").capitalize()
