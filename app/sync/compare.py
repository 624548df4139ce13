"""What one read of Cal.com's adds to what we know: the facts to record, or none when both say the same.

A read says how things stood when it was asked for. What we had been told before is older than that, whatever the
clocks say; what we were told meanwhile may be newer, so then the read is left alone and the next one decides. Nothing
is recorded that only says again what is known, except when Cal.com changed a row after the last word that reached us:
then a delivery is missing, and if it comes late it must not overrule what has been seen to be true.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.bookings.facts import LIVE, Address, Fact, Kind
from app.bookings.models import Booking, Payment, Status
from app.sync.from_api import ENDED, Row, Said
from app.sync.held import Held

STANDS_FOR: Mapping[Kind, frozenset[str]] = {
    Kind.CONFIRMED: frozenset({Status.CONFIRMED}),
    Kind.REQUESTED: frozenset({Status.PENDING, Status.AWAITING_PAYMENT}),
    Kind.PAYMENT_DUE: frozenset({Status.PENDING, Status.AWAITING_PAYMENT}),
    Kind.CANCELLED: frozenset({Status.CANCELLED}),
    Kind.REJECTED: frozenset({Status.REJECTED}),
}
"""The API does not tell a request from a payment that is due; the status we were told stays."""
NOT_COMPARED = frozenset({"name", "email", "location", "guests", "title", "rescheduleReason"})
"""Answers that stand elsewhere in a booking, or that Cal.com words differently each time."""
SLACK = timedelta(seconds=5)
"""Cal.com touches a row shortly after it has told of it."""
INTEGRATION = "integrations:"
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Comparison:
    """What is to be recorded about one row."""

    facts: tuple[Fact, ...] = ()
    """What is news, or nobody could have told us."""
    marks: tuple[Fact, ...] = ()
    """What changes nothing now, and keeps late deliveries in their place."""
    new: bool = False
    """Nobody had told us of it."""
    absentees: bool = False
    """Seats that we know of are not in the class any more; where they are has to be asked."""
    early: bool = False
    """Its successor is not known yet; it has to be read again at the end."""


def compare(row: Row, known: Held, *, imported: bool, with_successor: bool) -> Comparison:
    """What the row adds to what we know. `imported`: it was there before we were, and nobody is told of it.

    `with_successor`: the row that it was moved to has been read or cannot be waited for.
    """
    if row.uid in known.meanwhile:
        return Comparison()
    facts: list[Fact] = []
    marks: list[Fact] = []
    new = row.uid not in known.uids
    silent = {"imported_at": known.asked_at.isoformat()} if imported else {}
    if row.seated or known.seats_of(row.uid):
        for said in row.said:
            _compare_seat(row, said, known, facts, marks, silent)
        listed = {said.address for said in row.said}
        showing = row.ended or bool(row.said)  # some classes hide their people
        absentees = showing and any(address not in listed for address in known.seats_of(row.uid))
        facts += _attendance(row, known)
        if showing and not absentees:
            marks += seated(row, known)
        return Comparison(tuple(facts), tuple(marks), new=new, absentees=absentees)
    if row.moved_to:
        if new and not with_successor and not imported:
            return Comparison(new=True, early=True)
        _compare_moved_away(row, known, facts, marks, silent)
    else:
        for said in row.said:
            _compare_standing(row, said, known, facts, marks, silent)
    if row.moved_from and (Address(row.moved_from), row.uid) not in known.moves:
        facts.append(Fact(row.moved_from, "", Kind.MOVED, row.created_at or known.asked_at, row.uid))
    facts += _attendance(row, known)
    return Comparison(tuple(facts), tuple(marks), new=new)


def moment(address: Address, known: Held, row: Row | None = None) -> datetime:
    """When the read speaks: as it was asked for, and after everything that we had been told before."""
    moments = [known.asked_at]
    if row is not None and row.updated_at is not None:
        moments.append(row.updated_at)
    if address in known.spoken:
        moments.append(known.spoken[address] + _INSTANT)
    return max(moments)


def _compare_moved_away(row: Row, known: Held, facts: list[Fact], marks: list[Fact], silent: Mapping[str, Any]) -> None:
    address, place = Address(row.uid), known.places.get(Address(row.uid))
    linked = (address, row.moved_to) in known.moves
    at = moment(address, known, row)
    if address not in known.spoken and row.said:
        said = row.said[0]  # how it began: its answers and metadata belong to the booking for life
        begun = row.created_at or row.updated_at or known.asked_at
        facts.append(Fact(row.uid, "", row.beginning, begun, said.clue, {**said.content, "reason": "", **silent}))
        at = max(row.updated_at or known.asked_at, begun + _INSTANT)
    if not linked:
        facts.append(Fact(row.uid, "", Kind.MOVED, at, row.moved_to))
    elif place is not None and place.live:
        content = row.said[0].content if row.said else {}
        facts.append(Fact(row.uid, "", Kind.CANCELLED, at, "", {**content, "reason": row.reason}))
    elif _changed_since(row, address, known):
        marks.append(Fact(row.uid, "", Kind.MOVED, at, row.moved_to))


def _compare_standing(row: Row, said: Said, known: Held, facts: list[Fact], marks: list[Fact], silent: Mapping[str, Any]) -> None:
    place = known.places.get(said.address)
    at = moment(said.address, known, row)
    if place is None or (not place.last and said.kind in LIVE):
        moved_in = {"moved_in": True} if row.moved_from and row.beginning is Kind.CONFIRMED else {}
        made = {"made_at": row.created_at.isoformat()} if row.created_at else {}
        fact = Fact(row.uid, "", said.kind, at, said.clue, {**said.content, **moved_in, **made, **silent})
        facts.append(fact)
        if said.paid and not silent and (place is None or place.booking.payment == Payment.NONE):
            facts.append(_paid(said, at))
        return
    if not place.last:
        return
    content, differs = merged(said, place.booking)
    fact = Fact(row.uid, "", said.kind, at, said.clue, {**content, **silent})
    if differs or place.booking.missing_since is not None:
        facts.append(fact)
    elif _changed_since(row, said.address, known):
        marks.append(fact)
    if said.paid and place.booking.payment == Payment.NONE and not silent:
        facts.append(_paid(said, at))


def _compare_seat(row: Row, said: Said, known: Held, facts: list[Fact], marks: list[Fact], silent: Mapping[str, Any]) -> None:
    place = known.places.get(said.address)
    at = moment(said.address, known, None)
    if place is None or (not place.last and said.kind in LIVE):
        origin = known.seat_with(said.seat_uid, but=row.uid)
        moved_in = {"moved_in": True} if origin else {}
        facts.append(Fact(row.uid, said.address.seat, said.kind, at, "", {**said.content, **moved_in, **silent}))
        if origin:
            facts.append(Fact(origin.uid, origin.seat, Kind.MOVED, moment(origin, known), row.uid))
        return
    if not place.last:
        return
    content, differs = merged(said, place.booking)
    fact = Fact(row.uid, said.address.seat, said.kind, at, "", {**content, **silent})
    another_seat = bool(said.seat_uid) and known.seat_uids.get(said.address, said.seat_uid) != said.seat_uid
    if differs or place.booking.missing_since is not None:
        facts.append(fact)
    elif another_seat or _changed_since(row, said.address, known):
        marks.append(fact)


def seated(row: Row, known: Held) -> Iterator[Fact]:
    """Who holds seats in a class, unless that was noted down before."""
    seats = [] if row.ended else sorted(said.address.seat for said in row.said)
    if known.seated.get(row.uid) != seats:
        yield Fact(row.uid, "", Kind.SEATED, moment(Address(row.uid), known), content={"seats": seats})


def left_class(row: Row, known: Held, address: Address) -> Fact:
    """Somebody who held a seat holds none any more."""
    booking = known.places[address].booking
    content = {"start": booking.start.isoformat(), "end": booking.end.isoformat(), "reason": row.reason if row.ended else ""}
    return Fact(row.uid, address.seat, Kind.CANCELLED, moment(address, known), "", content)


def merged(said: Said, booking: Booking) -> tuple[dict[str, Any], bool]:
    """The values of the read with what it does not tell filled in, and whether they differ from the booking's."""
    content, ended = dict(said.content), said.kind in ENDED
    kept = {str(person.get("email", "")).lower(): person for person in booking.attendees}
    if booking.booker_email and said.content.get("booker"):
        mine = {"email": booking.booker_email, "name": booking.booker_name, "time_zone": booking.booker_time_zone, "locale": booking.booker_locale}
        kept[booking.booker_email.lower()] = mine
    people = [_filled(person, kept) for person in said.content["attendees"]]
    order = {email: place for place, email in enumerate(kept)}
    people = people[:1] + sorted(people[1:], key=lambda person: order.get(person["email"].lower(), len(order)))
    content |= {"attendees": people, "booker": _filled(said.content["booker"], kept)}
    if said.address.seat and booking.title:
        content["title"] = booking.title
    content["host"] = _host(said.content, booking)
    content["location"] = _location(str(content["location"]), booking)
    content["answers"] = {
        slug: {**answer, "label": booking.answers.get(slug, answer).get("label"), "hidden": booking.answers.get(slug, answer).get("hidden")}
        for slug, answer in said.content["answers"].items()
    }
    same_end = booking.status in STANDS_FOR[said.kind]
    if same_end and not content["reason"]:
        content["reason"] = booking.reason
    return content, not same_end or any(_differences(content, booking, ended=ended))


def _differences(content: Mapping[str, Any], booking: Booking, *, ended: bool) -> Iterator[bool]:
    for name in ("title", "location", "meeting_url", "reason"):
        yield bool(content[name]) and content[name] != getattr(booking, name)
    yield not ended and bool(content["event_type"]) and content["event_type"] != booking.event_type
    yield datetime.fromisoformat(content["start"]) != booking.start
    yield datetime.fromisoformat(content["end"]) != booking.end
    host, booker = content["host"], content["booker"]
    yield bool(host.get("email")) and (host["email"], host["name"], host["time_zone"]) != (booking.host_email, booking.host_name, booking.host_time_zone)
    theirs = (booking.booker_email, booking.booker_name, booking.booker_time_zone, booking.booker_locale)
    yield (booker["email"], booker["name"], booker["time_zone"], booker["locale"]) != theirs
    yield [_plain(person) for person in content["attendees"]] != [_plain(person) for person in booking.attendees]
    yield any(booking.answers.get(slug, {}).get("value") != one["value"] for slug, one in content["answers"].items() if slug not in NOT_COMPARED)
    yield any(key not in booking.details for key in content["metadata"])
    yield bool(content.get("visitor_hash")) and content["visitor_hash"] != booking.visitor_hash


def _plain(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name != "state"}


def _filled(person: Mapping[str, Any], kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What Cal.com leaves empty does not unsay what we were told; addresses keep the spelling we were told."""
    before = kept.get(person["email"].lower(), {})
    filled = {name: value or before.get(name, "") for name, value in person.items()}
    return filled | {"email": before.get("email") or person["email"]}


def _host(content: Mapping[str, Any], booking: Booking) -> dict[str, Any]:
    """The host; of several the one that we were told, if that one is among them."""
    host, mine = dict(content["host"]), booking.host_email.lower()
    if mine and (mine in {str(email).lower() for email in content["team"]} or not host):
        host |= {"email": booking.host_email, "name": booking.host_name, "time_zone": booking.host_time_zone}
    if host.get("email", "").lower() == mine:
        host |= {"email": booking.host_email, "name": host.get("name") or booking.host_name, "time_zone": host.get("time_zone") or booking.host_time_zone}
    return host


def _location(said: str, booking: Booking) -> str:
    """The same place has two forms, the name of an app and the link it made: the one that we were told stays."""
    url = said.startswith(("https://", "http://"))
    other_form = booking.location.startswith(INTEGRATION) if url else said.startswith(INTEGRATION) and bool(booking.location)
    return booking.location if other_form else said


def _attendance(row: Row, known: Held) -> Iterator[Fact]:
    """Who was marked as absent, or is not any more."""
    marks: dict[str, bool] = {}
    for said in row.said:
        place = known.places.get(said.address)
        before = {str(one.get("email", "")).lower(): one.get("state") == "no_show" for one in place.booking.attendees} if place else {}
        listed = {str(person["email"]).lower() for person in said.content["attendees"]}
        marks |= {email: absent for email, absent in row.absent.items() if email in listed and before.get(email, False) != absent}
    here = [place.booking.host_absent for address, place in known.places.items() if address.uid == row.uid and place.last]
    host = {"host": row.host_absent} if any(said is not row.host_absent for said in here or [False]) else {}
    if marks or host:
        yield Fact(row.uid, "", Kind.ATTENDANCE, moment(Address(row.uid), known), content={"marks": marks, **host})


def _paid(said: Said, at: datetime) -> Fact:
    status = "PENDING" if said.kind is Kind.REQUESTED else "ACCEPTED"
    return Fact(said.address.uid, said.address.seat, Kind.PAID, at + _INSTANT, content={"status": status, "metadata": {}})


def _changed_since(row: Row, address: Address, known: Held) -> bool:
    """Whether Cal.com changed the row after the last word that reached us."""
    return row.updated_at is not None and address in known.spoken and row.updated_at > known.spoken[address] + SLACK
