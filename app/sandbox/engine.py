"""The simulated Cal.com without its pages: state in memory and the rules of a booking's life.

Nothing here knows Flask, HTTP or JSON, so that pages, the control page and later an API can all
stand on it. Each change is announced as a `Happening` while the lock is held: what is told keeps
the order in which it happened. The rules follow observation, not documentation; above all that
a move starts a new row and leaves the old one silently behind, and that old addresses still work.
"""

import itertools
import threading
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta

from app import clock
from app.sandbox import classes, rows, slots
from app.sandbox.catalogue import HOST, EventType, find_event_type
from app.sandbox.errors import (
    LengthNotOffered,
    NoLongerBooked,
    NothingToPay,
    NotWaiting,
    PaymentOpen,
    SlotTaken,
    TimeNotOffered,
    UnknownBooking,
    UnknownEventType,
)
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sandbox.state import Booking, Happening, Seat, Status, Trigger
from app.sandbox.uids import new_uid

_FIRST_ID = 1001
_FLAG_WEEKS = 4
_WEEK = timedelta(weeks=1)


class Engine:
    """Every booking of the one host; safe to use from several threads."""

    def __init__(self, *, announce: Callable[[Happening], None], now: Callable[[], datetime] = clock.now) -> None:
        self._announce = announce
        self.now = now
        self._lock = threading.RLock()
        self._bookings: dict[str, Booking] = {}
        self._ids = itertools.count(_FIRST_ID)

    # Reading

    def bookings(self) -> list[Booking]:
        """Copies of all bookings, the youngest first."""
        with self._lock:
            return [deepcopy(b) for b in reversed(self._bookings.values())]

    def booking(self, uid: str) -> Booking:
        """A copy of one booking."""
        with self._lock:
            return deepcopy(self._get(uid))

    def free_starts(self, slug: str, *, minutes: int | None = None, leaving: str | None = None) -> list[tuple[datetime, int | None]]:
        """Free starts, earliest first, each with the seats left if it is a class."""
        kind = self._event_type(slug)
        length = self._length(kind, minutes)
        with self._lock:
            taken = list(self._bookings.values())
        return [
            (start, slots.seats_left(kind, start, taken))
            for start in slots.offered_starts(minutes=length, now=self.now())
            if slots.is_free(kind, start=start, minutes=length, bookings=taken, leaving=leaving)
        ]

    # Changing

    def create(self, order: NewBooking) -> list[Booking]:
        """The new booking, or all dates of a new series, the first one first."""
        kind = self._event_type(order.slug)
        minutes = self._length(kind, order.minutes)
        weeks = order.weeks or kind.weeks if kind.weeks else _FLAG_WEEKS if order.as_series else None
        with self._lock:
            starts = [order.start + n * _WEEK for n in range(weeks or 1)]
            for start in starts:
                self._check_free(kind, start, minutes, office_hours_only=order.office_hours_only)
            if kind.seats and (existing := slots.class_at(kind, order.start, self._bookings.values())):
                seat = classes.take_seat(existing, order.booker)
                self._tell(Trigger.CREATED, rows.as_booked_by(existing, order), seat=seat)
                return [deepcopy(existing)]
            series = new_uid() if weeks else None
            made = [rows.first_row(kind, order, start=start, minutes=minutes, new_id=next(self._ids), now=self.now()) for start in starts]
            for booking in made:
                booking.weeks, booking.series = weeks, series
                self._bookings[booking.uid] = booking
                self._tell_beginning(booking)
            return [deepcopy(b) for b in made]

    def move(self, order: Move) -> Booking:
        """The booking at its new time: a new uid, except when a host moves a whole class."""
        with self._lock:
            old = self._get(order.uid)
            kind = old.event_type
            if old.payment_due:
                raise PaymentOpen
            if not old.holds_time and not old.moved:
                raise NoLongerBooked
            minutes = self._length(kind, order.minutes or old.minutes)
            self._check_free(kind, order.start, minutes, leaving=old.uid, office_hours_only=order.office_hours_only)
            if kind.seats:
                return self._move_in_class(old, order)
            needs_answer = not order.by_host and (old.confirm_first or old.price > 0)
            new = rows.successor(old, order, new_id=next(self._ids), minutes=minutes)
            new.status = Status.PENDING if needs_answer else Status.ACCEPTED
            previous = deepcopy(old)
            old.status, old.to_uid = Status.CANCELLED, new.uid
            self._bookings[new.uid] = new
            self._tell(
                Trigger.REQUESTED if needs_answer else Trigger.RESCHEDULED,
                new,
                previous=previous,
                by=HOST.email if order.by_host else old.booker.email,
            )
            return deepcopy(new)

    def cancel(self, order: Cancel) -> Booking:
        """The booking after the cancel. One that had ended before is told again, as observed."""
        with self._lock:
            booking = self._get(order.uid)
            by = HOST.email if order.by_host else booking.booker.email
            if order.seat_id is not None:
                person_seat = booking.seat(order.seat_id)
                if person_seat is None:
                    raise UnknownBooking
                self._tell(
                    Trigger.CANCELLED,
                    rows.as_seen_by(booking, person_seat.person),
                    seat=person_seat,
                    by=HOST.email if order.by_host else None,
                    reason=order.reason,
                )
                classes.leave_seat(booking, person_seat)
                return deepcopy(booking)
            self._end(booking, Status.CANCELLED, order.reason)
            self._tell(Trigger.CANCELLED, booking, whole_series=order.whole_series, by=by, reason=order.reason)
            if order.whole_series and booking.series:
                for other in self._bookings.values():
                    if other.series == booking.series and other.holds_time and other.start > self.now():
                        self._end(other, Status.CANCELLED, order.reason)
            return deepcopy(booking)

    def confirm(self, uid: str) -> Booking:
        """The confirmed booking. A cancelled or rejected request can be confirmed too: nothing is final."""
        with self._lock:
            booking = self._get(uid)
            if booking.payment_due:
                raise PaymentOpen
            asked = booking.confirm_first or booking.price > 0
            if not asked or booking.status is Status.ACCEPTED:
                raise NotWaiting
            booking.status, booking.end_reason = Status.ACCEPTED, ""
            self._tell(Trigger.CREATED, booking, from_store=True)
            return deepcopy(booking)

    def reject(self, uid: str, *, reason: str = "") -> Booking:
        """The rejected request."""
        with self._lock:
            booking = self._get(uid)
            if booking.payment_due:
                raise PaymentOpen
            if booking.status is not Status.PENDING:
                raise NotWaiting
            self._end(booking, Status.REJECTED, reason)
            self._tell(Trigger.REJECTED, booking, from_store=True, reason=reason)
            return deepcopy(booking)

    def pay(self, uid: str) -> Booking:
        """The paid booking: confirmed by its payment."""
        with self._lock:
            booking = self._get(uid)
            if not booking.payment_due:
                raise NothingToPay
            booking.paid = True
            if not booking.confirm_first:
                booking.status = Status.ACCEPTED
                self._tell(Trigger.CREATED, booking, from_store=True)
            self._tell(Trigger.PAID, booking, from_store=True)
            if booking.confirm_first:
                self._tell(Trigger.REQUESTED, booking)
            return deepcopy(booking)

    def reset(self) -> None:
        """Forget everything, silently."""
        with self._lock:
            self._bookings.clear()

    # Inside

    def _get(self, uid: str) -> Booking:
        if uid not in self._bookings:
            raise UnknownBooking
        return self._bookings[uid]

    def _event_type(self, slug: str) -> EventType:
        kind = find_event_type(slug)
        if kind is None:
            raise UnknownEventType
        return kind

    def _length(self, kind: EventType, minutes: int | None) -> int:
        if minutes is not None and minutes not in kind.offered_lengths():
            raise LengthNotOffered
        return minutes or kind.minutes

    def _check_free(
        self,
        kind: EventType,
        start: datetime,
        minutes: int,
        *,
        leaving: str | None = None,
        office_hours_only: bool,
    ) -> None:
        offered = slots.within_office_hours(start, minutes=minutes) and start > self.now()
        if office_hours_only and not offered:
            raise TimeNotOffered
        taken = list(self._bookings.values())
        if kind.seats and (existing := slots.class_at(kind, start, taken)):
            classes.check_seat_left(existing)
        elif not slots.is_free(kind, start=start, minutes=minutes, bookings=taken, leaving=leaving):
            raise SlotTaken

    def _tell_beginning(self, booking: Booking) -> None:
        trigger = Trigger.CREATED
        if booking.price:
            trigger = Trigger.PAYMENT_INITIATED
        elif booking.confirm_first:
            trigger = Trigger.REQUESTED
        self._tell(trigger, booking, seat=booking.seats[0] if booking.seats else None)

    def _move_in_class(self, old: Booking, order: Move) -> Booking:
        before = deepcopy(old)
        running = slots.class_at(old.event_type, order.start, self._bookings.values())
        if order.by_host and order.seat_id is None:
            if running is not None:
                raise SlotTaken
            old.end, old.start = order.start + (old.end - old.start), order.start
            self._tell(Trigger.RESCHEDULED, old, previous=before, by=HOST.email)
            return deepcopy(old)
        seat = old.seat(order.seat_id or "")
        if seat is None:
            raise UnknownBooking
        if running is None:
            target = rows.successor(old, order, new_id=next(self._ids))
            target.seats = []
            target.booker = seat.person
            target.title = rows.title_for(old.event_type, seat.person)
            self._bookings[target.uid] = target
            told_id = target.id
        else:
            target, told_id = running, old.id
        classes.change_class(seat, leaving=old, joining=target)
        self._tell(
            Trigger.RESCHEDULED,
            rows.as_seen_by(target, seat.person, booking_id=told_id),
            previous=before,
            seat=seat,
            by=HOST.email if order.by_host else seat.person.email,
        )
        return deepcopy(target)

    def _end(self, booking: Booking, status: Status, reason: str) -> None:
        booking.status, booking.end_reason = status, reason

    def _tell(
        self,
        trigger: Trigger,
        booking: Booking,
        *,
        previous: Booking | None = None,
        seat: Seat | None = None,
        from_store: bool = False,
        whole_series: bool = False,
        by: str | None = None,
        reason: str = "",
    ) -> None:
        self._announce(
            Happening(
                trigger=trigger,
                at=self.now(),
                booking=deepcopy(booking),
                previous=previous,
                seat=seat,
                from_store=from_store,
                whole_series=whole_series,
                by=by,
                reason=reason,
            )
        )
