"""Books a time for somebody who filled in our own form.

The attempt is written down first, then Cal.com is asked without any transaction, then its answer enters as facts, as a
delivery would: the booking, its confirmation and the page after it are there even if the delivery never comes. When it
does come, it tells nothing new.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from app import clock
from app.away import DatabaseBusy
from app.bookings.audit import Cause
from app.bookings.facts import LIVE, Fact
from app.bookings.lifecycle import record, take_turn
from app.bookings.notices import MailPolicy
from app.calcom.errors import CalcomError, NotAllowed, NotConfigured, NotFound, Reason, Refused, Unsure
from app.calcom.types import Booking, NewBooking, Place
from app.db import db, transaction
from app.hosts.models import EventType
from app.reception import attempts
from app.reception.availability import Desk
from app.reception.models import Outcome
from app.reception.questions import PHONE_SLUGS, Answers
from app.sync.compare import compare
from app.sync.from_api import TypeKnown, read
from app.sync.held import held

WAIT_SECONDS = 12.0
LOOK_SECONDS = 0.2
CAUSE = Cause("customer", "booked on this site's own page")

log = structlog.get_logger()


@dataclass(frozen=True)
class Order:
    """What the visitor wants."""

    kind: EventType
    start: datetime
    minutes: int
    zone: str
    answers: Answers
    place: Place | None
    metadata: Mapping[str, str]
    token: str
    """The form's own, so that pressing twice asks once."""
    language: str = "en"
    """In which the booker wants to be written to; one of Cal.com's."""

    @property
    def email(self) -> str:
        """The booker's address; empty where a phone number stands for it."""
        return str(self.answers.meant.get("email", ""))

    @property
    def attempt(self) -> str:
        """One form with one content: another time or another person is another attempt."""
        return f"{self.token}:{self.kind.calcom_id}:{self.start.isoformat()}:{self.minutes}:{self.email.lower()}"


@dataclass(frozen=True)
class Result:
    """What became of it."""

    outcome: Outcome
    why: str = ""
    """`taken`, `notice`, `past`, `limit`, `away`, `busy`, `closed`, `gone` or `other`."""
    state: str = ""
    """For the success page: `confirmed`, `pending` or `due`."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What Cal.com finds wrong with single answers, by slug."""


def book(desk: Desk, order: Order, *, policy: MailPolicy) -> Result:
    """Asks Cal.com once for this order, whoever else is asking at the same time."""
    with transaction() as session:
        mine = attempts.begin(session, order.attempt) or attempts.take_over(session, order.attempt)
    if not mine:
        return _of_the_other(order)
    wanted = new_booking(order)
    db.session.rollback()  # nothing is held open while Cal.com is asked
    try:
        made = desk.client.bookings.create(wanted)
    except CalcomError as error:
        return _failed(desk, order, error)
    state = state_of(made)
    try:
        enter(made, policy=policy, order=order, state=state)
    except DatabaseBusy:
        log.warning("a booking made on our own page could not be recorded yet; the delivery or the next sync brings it")
    desk.forget(order.kind)
    return Result(Outcome.BOOKED, state=state)


def enter(made: Sequence[Booking], *, policy: MailPolicy, order: Order, state: str) -> None:
    """Cal.com's answer as facts, and the attempt as done, in one commit."""
    answered_at = clock.now()
    types = {order.kind.calcom_id: known_type(order.kind)}
    rows = [read(booking, types) for booking in made]
    with transaction() as session:
        take_turn(session)
        for row in rows:
            found = compare(row, held(session, [row], asked_at=answered_at), imported=False, with_successor=True)
            record(session, [_complete(fact, order) for fact in (*found.facts, *found.marks)], cause=CAUSE, policy=policy)
        attempts.end(session, order.attempt, Outcome.BOOKED, state=state)


def _complete(fact: Fact, order: Order) -> Fact:
    """With what a delivery says of every booking and the API's answer does not, so that the delivery is no news."""
    if fact.kind not in LIVE or "answers" not in fact.content:
        return fact
    place, url = str(fact.content["location"]), str(fact.content["meeting_url"])
    labels = known_type(order.kind).labels
    said = {"location": ("object", {"value": place, "optionValue": ""}), "guests": ("choices", list(order.answers.meant.get("guests", ())))}
    standard = {slug: {"label": labels.get(slug, slug), "type": kind, "value": value, "hidden": False} for slug, (kind, value) in said.items()}
    linked = {"videoCallUrl": url} if url else {}
    return replace(fact, content={**fact.content, "answers": standard | fact.content["answers"], "metadata": linked | fact.content["metadata"]})


def known_type(kind: EventType) -> TypeKnown:
    """What the comparison has to know of the event type."""
    labels = {str(row["slug"]): str(row["label"]) for row in kind.booking_fields if row["label"]}
    return TypeKnown(title=kind.title, price=kind.price, confirms_first=kind.confirms_first, labels=labels)


def new_booking(order: Order) -> NewBooking:
    """The order as Cal.com takes it."""
    meant = dict(order.answers.meant)
    name, email, guests = meant.pop("name", ""), meant.pop("email", ""), meant.pop("guests", [])
    phones = [meant.pop(slug) for slug in PHONE_SLUGS if slug in meant]
    if not phones and order.place is not None and order.place.type == "attendeePhone":
        phones = [order.place.value]
    return NewBooking(
        event_type_id=order.kind.calcom_id,
        start=order.start,
        name=name,
        email=email,
        phone=phones[0] if phones else "",
        time_zone=order.zone,
        language=order.language,
        answers=meant,
        guests=tuple(guests),
        location=order.place,
        length_minutes=order.minutes if order.kind.lengths else None,
        metadata=order.metadata,
        attempt=attempts.digest(order.attempt)[:32],
    )


def state_of(made: Sequence[Booking]) -> str:
    """What the visitor should expect next."""
    return "pending" if any(booking.status in {"pending", "awaiting_host"} for booking in made) else "confirmed"


def _failed(desk: Desk, order: Order, error: CalcomError) -> Result:
    why, fields = _why(error)
    outcome = Outcome.UNSURE if isinstance(error, Unsure) else Outcome.REFUSED
    log.warning("a booking on our own page did not work", kind=type(error).__name__, why=why, status=error.status)
    with transaction() as session:
        if outcome is Outcome.UNSURE:
            attempts.end(session, order.attempt, outcome, why=why)
        else:
            attempts.withdraw(session, order.attempt)
    if why == "taken":
        desk.forget(order.kind)
    return Result(outcome, why, fields=fields)


def _why(error: CalcomError) -> tuple[str, Mapping[str, str]]:
    match error:
        case Refused():
            return ("other" if error.reason is Reason.OTHER else str(error.reason)), error.fields
        case NotConfigured() | NotAllowed():
            return "closed", {}
        case NotFound():
            return "gone", {}
        case Unsure():
            return "unsure", {}
        case _:
            return "away", {}


def _of_the_other(order: Order) -> Result:
    """What the first press of the button leads to, waited for; the attempt may vanish when it failed, which is a failure here too."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        known: Any = attempts.known(order.attempt)
        if known is None:
            return Result(Outcome.REFUSED, "again")
        if known.outcome is not Outcome.ASKING or time.monotonic() > until:
            return Result(known.outcome, known.why, known.state)
        time.sleep(LOOK_SECONDS)
