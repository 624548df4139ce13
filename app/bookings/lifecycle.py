"""The one writer of bookings: facts in, differences out.

Webhook, sync, portal, admin and frame-less booking all arrive here with facts. They are stored once, the group they
belong to is folded anew, and what differs from the stored rows is written together with its history and its mails.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.accounts.customers import with_email
from app.bookings import audit, indexing, people
from app.bookings.audit import Cause
from app.bookings.exits import left
from app.bookings.facts import Address, Fact, Kind
from app.bookings.fold import Folded, fold
from app.bookings.models import Booking, BookingAddress, BookingFact
from app.bookings.notices import MailPolicy, wanted_mails
from app.db import insert, one_writer
from app.outbox.publish import anything_sent, hand_over, publish

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""For references: no 0 and O, no 1, I and L."""
BOOKINGS_TOPIC = 7301
NEVER_AUDITED = frozenset({"visitor_hash", "sequence", "booked_at"})
LONGEST = {"event_type": 180, "host_email": 254, "source": 200}
"""Letters of what stands in an index together; a row of an index of PostgreSQL ends at 2,704 bytes."""


def take_turn(session: Session) -> None:
    """From here to the commit nobody else writes bookings.

    Who reads bookings before recording takes it first: what was read before the turn came may be old by then, and a
    session does not read again what it has.
    """
    one_writer(session, BOOKINGS_TOPIC)


def record(session: Session, facts: Sequence[Fact], *, cause: Cause, policy: MailPolicy) -> Booking | None:
    """The booking that the first fact belongs to, after all of the facts have been taken in; None if they show nothing yet.

    Facts that are known already change nothing.
    """
    take_turn(session)
    if not facts:
        return None
    rows = [
        {
            "digest": fact.digest, "uid": fact.uid, "seat": fact.seat, "kind": fact.kind, "at": fact.at, "linked_uid": fact.linked_uid,
            "content": dict(fact.content), "inbox_id": cause.inbox_id, "recorded_at": clock.now(),
        }
        for fact in facts
    ]  # fmt: skip
    once = insert(BookingFact).on_conflict_do_nothing(index_elements=["digest"]).returning(BookingFact.id)
    if not session.scalars(once, rows).all():
        return _row_at(session, facts[0].address)
    with session.no_autoflush:  # what has to be in the database before the next look is flushed by name
        group = _group(session, facts)
        rows_at = _write(session, fold(group), group, cause=cause, policy=policy)
    session.flush()
    return rows_at.get(facts[0].address)


def would_change(session: Session, facts: Sequence[Fact]) -> bool:
    """Whether the bookings would be others if these facts were known too; nothing is written."""
    group = _group(session, facts)
    return [_told(part) for part in fold(group)] != [_told(part) for part in fold([*group, *facts])]


def preview(session: Session, facts: Sequence[Fact], address: Address) -> dict[str, Any] | None:
    """The fields of the booking at this address as they would be if these facts were known too; nothing is written."""
    folded = fold([*_group(session, facts), *facts])
    return next((_fields(part, None) for part in folded if address in part.addresses), None)


def _told(part: Folded) -> tuple[Any, ...]:
    news = [(milestone.kind, milestone.uid, milestone.start, milestone.episode) for milestone in part.milestones]
    return part.addresses, part.split_from, part.ical_uid, news, _fields(part, None)


def _group(session: Session, facts: Iterable[Fact]) -> list[Fact]:
    """Every fact that is connected with these by uid, move or calendar UID."""
    known: set[str] = set()
    wanted = {uid for fact in facts for uid in (fact.uid, fact.linked_uid) if uid}
    found: dict[int, BookingFact] = {}
    while wanted:
        known |= wanted
        rows = session.scalars(select(BookingFact).where(or_(BookingFact.uid.in_(wanted), BookingFact.linked_uid.in_(wanted)))).all()
        found.update({row.id: row for row in rows})
        wanted = {uid for row in rows for uid in (row.uid, row.linked_uid) if uid} - known
    return [Fact(row.uid, row.seat, Kind(row.kind), row.at, row.linked_uid, row.content) for row in found.values()]


def _write(session: Session, folded: list[Folded], group: list[Fact], *, cause: Cause, policy: MailPolicy) -> dict[Address, Booking]:
    """Makes the rows say what was folded; returns the booking at each address."""
    uids = {uid for fact in group for uid in (fact.uid, fact.linked_uid) if uid}
    addresses = session.scalars(select(BookingAddress).where(BookingAddress.uid.in_(uids))).all()
    at = {Address(row.uid, row.seat): row for row in addresses}
    rows = _match(session, folded, at, cause=cause)
    for booking, part in zip(rows, folded, strict=True):
        for position, address in enumerate(part.addresses):
            held = at.get(address)
            if held is None:
                at[address] = held = BookingAddress(uid=address.uid, seat=address.seat)
                session.add(held)
            held.position, held.booking_id = position, booking.id
    for address in at.keys() - {address for part in folded for address in part.addresses}:
        session.delete(at[address])  # it turned out to lead nowhere
    by_address = {address: booking for booking, part in zip(rows, folded, strict=True) for address in part.addresses}
    session.flush()
    for booking, part in zip(rows, folded, strict=True):
        session.expire(booking, ["addresses"])
        origin = by_address.get(part.split_from) if part.split_from else None
        booker = booking.booker_email
        _update(session, booking, part, origin, cause=cause)
        if booking.customer_id is None or booking.booker_email != booker:
            booking.customer_id = with_email(
                session, email=booking.booker_email, name=booking.booker_name, time_zone=booking.booker_time_zone, locale=booking.booker_locale
            )
            people.keep(session, booking)
        if booking.ical_uid != part.ical_uid and not anything_sent(session, booking_id=booking.id):
            booking.ical_uid = part.ical_uid
        _plan_mails(session, booking, part, policy=policy)
    return by_address


def _match(session: Session, folded: list[Folded], at: dict[Address, BookingAddress], *, cause: Cause) -> list[Booking]:
    """A row for each booking: the oldest that held one of its addresses, else a new one; left-over rows become aliases."""
    numbers = {row.booking_id for row in at.values()}
    holders = {booking.id: booking for booking in session.scalars(select(Booking).where(Booking.id.in_(numbers)))} if numbers else {}
    place_of = {address: place for place, part in enumerate(folded) for address in part.addresses}
    claimed: dict[int, Booking] = {}
    left_over: list[tuple[Booking, int]] = []
    for booking_id in sorted(holders):
        held = sorted((row for row in at.values() if row.booking_id == booking_id), key=lambda row: row.position)
        place = next((place_of[address] for row in held if (address := Address(row.uid, row.seat)) in place_of), None)
        if place is None:
            continue
        if place in claimed:
            left_over.append((holders[booking_id], place))
        else:
            claimed[place] = holders[booking_id]
    for booking, place in left_over:
        _make_alias(session, booking, claimed[place], cause=cause)
    return [claimed.get(place) or _new(session, part) for place, part in enumerate(folded)]


def _make_alias(session: Session, younger: Booking, older: Booking, *, cause: Cause) -> None:
    if younger.alias_of_id != older.id:
        audit.append(session, younger, [("alias_of", None, older.reference)], cause=cause)
        younger.alias_of_id = older.id
        indexing.keep(session, younger)
        hand_over(session, from_booking=younger.id, to_booking=older.id)


def _new(session: Session, part: Folded) -> Booking:
    now = clock.now()
    reference = "".join(secrets.choice(ALPHABET) for _ in range(8))
    booking = Booking(
        reference=reference, status=part.status, start=_time(part, "start"), end=_time(part, "end"),
        booked_at=part.booked_at, created_at=now, updated_at=now, sequence=0, ical_uid=part.ical_uid,
    )  # fmt: skip
    session.add(booking)
    session.flush()
    return booking


def _time(part: Folded, name: str) -> datetime:
    return datetime.fromisoformat(part.values[name])


def _fields(part: Folded, origin: Booking | None) -> dict[str, Any]:
    host, booker = part.values.get("host", {}), part.values.get("booker", {})
    return {
        "status": part.status,
        "payment": part.payment,
        "ledger": [dict(line) for line in part.ledger],
        "moved": part.moved,
        "event_type": part.values.get("event_type", "")[: LONGEST["event_type"]],
        "title": part.values.get("title", ""),
        "start": _time(part, "start"),
        "end": _time(part, "end"),
        "host_email": host.get("email", "")[: LONGEST["host_email"]],
        "host_name": host.get("name", ""),
        "host_time_zone": host.get("time_zone", ""),
        "booker_name": booker.get("name", ""),
        "booker_email": booker.get("email", ""),
        "booker_time_zone": booker.get("time_zone", ""),
        "booker_locale": booker.get("locale", ""),
        "location": part.values.get("location", ""),
        "meeting_url": part.values.get("meeting_url", ""),
        "calendar": dict(part.values.get("calendar", {})),
        "attendees": part.values.get("attendees", []),
        "answers": dict(part.answers),
        "details": dict(part.metadata),
        "reason": part.reason,
        "source": str(part.metadata.get("frontdesk_source", ""))[: LONGEST["source"]],
        "visitor_hash": part.visitor_hash,
        "episode": part.milestones[-1].episode if part.milestones else 0,
        "booked_at": part.booked_at,
        "first_confirmation": part.milestones[-1].first if part.milestones else True,
        "split_from_id": origin.id if origin else None,
        "alias_of_id": None,
        "host_absent": part.host_absent,
        "missing_since": part.missing_since,
    }


def _update(session: Session, booking: Booking, part: Folded, origin: Booking | None, *, cause: Cause) -> None:
    """Writes each field that differs, with one line of history for each; an unchanged booking is not touched."""
    fresh, made_earlier = booking.change_count == 0, booking.booked_at != part.booked_at
    differences = []
    for name, new in _fields(part, origin).items():
        old = getattr(booking, name)
        if new == old and not (fresh and name in {"status", "start", "end"}):
            continue
        setattr(booking, name, new)
        if name not in NEVER_AUDITED and (new or old):
            differences.append(("metadata" if name == "details" else name, None if fresh else old, new))
    if not differences:
        if made_earlier:
            indexing.keep(session, booking)
        return
    if not fresh and {name for name, _, _ in differences} & {"start", "end", "status", "location", "moved"}:
        booking.sequence += 1
    booking.updated_at = clock.now()
    audit.append(session, booking, differences, cause=cause)
    indexing.keep(session, booking, fresh=fresh)


def _plan_mails(session: Session, booking: Booking, part: Folded, *, policy: MailPolicy) -> None:
    seat, leaving = part.addresses[0].seat, partial(left, session, booking)
    mails = list(wanted_mails(booking, part.milestones, seat=seat, policy=policy, now=clock.now(), left=leaving))
    overtaken = f"overtaken: the booking is now {booking.status}"
    publish(session, mails, booking_id=booking.id, message_domain=policy.message_domain, overtaken=overtaken)


def _row_at(session: Session, address: Address) -> Booking | None:
    return session.scalar(select(Booking).join(BookingAddress).where(BookingAddress.uid == address.uid, BookingAddress.seat == address.seat))
