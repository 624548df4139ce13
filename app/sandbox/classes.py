"""Seats of a class: who takes one, who leaves, who changes to another time."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.errors import AlreadyInClass
from app.sandbox.state import Booking, Person, Seat, Status
from app.sandbox.uids import ical_uid_for, new_secret, new_uid


def take_seat(booking: Booking, person: Person, *, answers: Mapping[str, Any], metadata: Mapping[str, str]) -> Seat:
    """A new seat for this person, with a calendar UID of its own."""
    check_not_in_class(booking, person)
    own_uid = booking.ical_uid if not booking.seats else ical_uid_for(new_uid())
    seat = Seat(id=new_secret(), person=person, ical_uid=own_uid, answers=dict(answers), metadata=dict(metadata))
    booking.seats.append(seat)
    return seat


def leave_seat(booking: Booking, seat: Seat) -> None:
    """Free the seat; the class ends with the last one."""
    booking.seats.remove(seat)
    if not booking.seats:
        booking.status = Status.CANCELLED


def change_class(seat: Seat, *, leaving: Booking, joining: Booking) -> None:
    """Take the same seat along to another time; a class left empty ends silently."""
    check_not_in_class(joining, seat.person)
    joining.seats.append(seat)
    leave_seat(leaving, seat)
    if not leaving.seats:
        leaving.to_uid = joining.uid


def check_not_in_class(booking: Booking, person: Person) -> None:
    """Refuse a second seat for the same address."""
    if any(seat.person.email.casefold() == person.email.casefold() for seat in booking.seats):
        raise AlreadyInClass
