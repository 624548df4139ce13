"""What the facts of a booking say about it: time, people, place, answers, money, and what is news in its life."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from app.bookings.facts import LIVE, TELLING, Address, Fact, Kind
from app.bookings.models import Payment
from app.bookings.nodes import Node

OF_ITS_TIME = ("title", "start", "end", "host", "location", "meeting_url", "calendar", "booker", "attendees")
"""Values that belong to one uid: a move resets them."""


@dataclass(frozen=True)
class Milestone:
    """A moment of a booking's life that is news to the people in it."""

    kind: Kind
    uid: str
    start: str
    episode: int
    """How often the address had ceased to be live before."""
    first: bool
    """False when a booking that was confirmed before is confirmed at another time."""
    at: datetime
    """When it happened, as Cal.com says."""
    imported_at: datetime | None = None
    """Set when it was there before we were: nobody is told of it any more."""
    asked_to_move: bool = False
    """The host cancelled it to ask for another time: its old link still leads to one."""

    def over_before_us(self, end: datetime) -> bool:
        """Whether a meeting that ends then had ended when we first heard of it."""
        return self.imported_at is not None and end <= self.imported_at


def values_of(node: Node) -> dict[str, Any]:
    """The newest word on each value of one address; an empty word does not unsay an earlier one."""
    values: dict[str, Any] = {}
    for fact in node.telling:
        values.update({name: fact.content[name] for name in OF_ITS_TIME if fact.content.get(name) not in (None, "", [])})
    return values


def event_type_of(facts: list[Fact]) -> str:
    """The newest slug; a cancellation names today's event type, so it speaks only when nobody else does."""
    named = [fact for fact in facts if fact.content.get("event_type")]
    spoken = [fact for fact in named if fact.kind is not Kind.CANCELLED] or named
    return str(spoken[-1].content["event_type"]) if spoken else ""


def attendees_of(values: dict[str, Any], facts: list[Fact], *, absent: dict[str, bool]) -> list[dict[str, Any]]:
    """The people, booker first; co-hosts, whom Cal.com lists as attendees after a confirmation, are left out."""
    team = {email for fact in facts for email in fact.content.get("team", ())}
    people = [person for person in values.get("attendees", []) if person["email"] not in team]
    return [person | {"state": "no_show"} if absent.get(person["email"].lower()) else person for person in people]


def absentees(facts: Iterable[Fact]) -> dict[str, bool]:
    """For each e-mail address the newest mark: absent or not."""
    marks = sorted((fact for fact in facts if fact.kind is Kind.ATTENDANCE), key=lambda fact: fact.order)
    return {email: mark for fact in marks for email, mark in fact.content.get("marks", {}).items()}


def host_absent(facts: Iterable[Fact], host: str) -> bool:
    """Whether the newest mark says that the host, known by this address, did not come.

    Somebody marked it, or nobody sat in Cal.com's video room some minutes after the start, which Cal.com takes for the same
    mark. A co-host who was missing is another address and marks nobody.
    https://github.com/calcom/cal.com/blob/main/packages/features/tasker/tasks/triggerNoShow/triggerHostNoShow.ts
    """
    found = False
    for fact in sorted((fact for fact in facts if fact.kind in {Kind.ATTENDANCE, Kind.HOST_ABSENT}), key=lambda fact: fact.order):
        if fact.kind is Kind.HOST_ABSENT:
            found = found or (bool(host) and str(fact.content.get("host", "")).lower() == host.lower())
        else:
            found = bool(fact.content.get("host", fact.content.get("marks", {}).get(host.lower(), found)))
    return found


def newest(facts: list[Fact], name: str) -> str:
    """The newest text under this name, or an empty one."""
    return next((str(fact.content[name]) for fact in reversed(facts) if fact.content.get(name)), "")


def newest_by_key(facts: list[Fact], name: str) -> dict[str, Any]:
    """Key by key the newest value."""
    return {key: value for fact in facts for key, value in fact.content.get(name, {}).items()}


def earliest_by_key(facts: list[Fact], name: str) -> dict[str, Any]:
    """Key by key the first value ever seen: later deliveries omit or replace it."""
    newest_first = sorted(facts, key=lambda fact: fact.order, reverse=True)
    return {key: value for fact in newest_first for key, value in fact.content.get(name, {}).items()}


def payment_of(facts: list[Fact]) -> Payment:
    """Whether money is due or paid; it follows the booking through its moves."""
    due = [fact for fact in facts if fact.kind is Kind.PAYMENT_DUE]
    if not due:
        return Payment.PAID if any(fact.kind is Kind.PAID for fact in facts) else Payment.NONE
    paying = {Kind.PAID, Kind.REQUESTED, Kind.CONFIRMED}
    return Payment.PAID if any(fact.kind in paying and fact.order > due[0].order for fact in facts) else Payment.DUE


def ledger_of(facts: list[Fact]) -> Iterator[dict[str, Any]]:
    """What was asked for and what was paid, one line for each payment and kind: amount in minor units, currency, time."""
    seen: set[tuple[Kind, str]] = set()
    for fact in sorted(facts, key=lambda fact: fact.order):
        payment = fact.content.get("payment")
        if fact.kind not in {Kind.PAYMENT_DUE, Kind.PAID} or not payment or (fact.kind, str(payment.get("id"))) in seen:
            continue
        seen.add((fact.kind, str(payment.get("id"))))
        yield {"kind": "due" if fact.kind is Kind.PAYMENT_DUE else "paid", "at": fact.at.isoformat(), **payment}


def moves_in_place(facts: list[Fact]) -> int:
    """A host who moves a class keeps its uid: how often the time changed under it."""
    starts = [fact.content["start"] for fact in facts if "start" in fact.content]
    return sum(1 for before, after in pairwise(starts) if before != after)


def ical_uid_of(first: Address, facts: list[Fact]) -> str:
    """The calendar UID for life: of the first uid, and of the seat itself in a class."""
    if not first.seat:
        return f"{first.uid}@Cal.com"
    own = [fact.content["ical_uid"] for fact in facts if fact.kind in LIVE and fact.content.get("ical_uid")]
    return str(own[0]) if own else f"{first.uid}@Cal.com"


def milestones_of(parts: list[Node]) -> list[Milestone]:
    """What is news in the life of a chain of addresses, oldest first."""
    found: list[Milestone] = []
    confirmed_before = False
    for part in parts:
        episode, previous = 0, None
        for fact in part.own:
            mark = (fact.kind, str(fact.content.get("start", "")))
            asked = bool(fact.content.get("asked_to_move"))
            if mark == previous:
                found[-1] = replace(found[-1], asked_to_move=asked or found[-1].asked_to_move)
                continue
            in_place = previous is not None and previous[0] is Kind.CONFIRMED is fact.kind
            first = not (confirmed_before or in_place or fact.content.get("moved_in", False))
            found.append(Milestone(fact.kind, part.address.uid, mark[1], episode, first, fact.at, _imported_at(fact), asked))
            episode += fact.kind in {Kind.CANCELLED, Kind.REJECTED}
            previous = mark
        confirmed_before = confirmed_before or any(fact.kind is Kind.CONFIRMED for fact in part.own)
    return found


def _imported_at(fact: Fact) -> datetime | None:
    said = fact.content.get("imported_at")
    return datetime.fromisoformat(said) if said else None


def made_at(fact: Fact) -> datetime:
    """When the booking was made at the latest: what Cal.com says of it, else when the fact came true."""
    said = fact.content.get("made_at")
    return min(fact.at, datetime.fromisoformat(said)) if said else fact.at


def missing_since(facts: Iterable[Fact]) -> datetime | None:
    """When Cal.com first said that it does not know the uid, unless it spoke of it again since."""
    since = None
    for fact in sorted(facts, key=lambda fact: fact.order):
        if fact.kind is Kind.MISSING:
            since = since or fact.at
        elif fact.kind in TELLING or fact.kind is Kind.MOVED:
            since = None
    return since
