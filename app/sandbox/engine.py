"""The simulated Cal.com without its pages: state in memory and the rules of a booking's life.

Nothing here knows Flask, HTTP or JSON, so that pages, the control page and the API all stand on it.
The rules follow observation, not documentation; above all that a move starts a new row and leaves the old
one silently behind, and that old addresses still work.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from app.sandbox import classes, periods, rows, slots
from app.sandbox.catalogue import EventType
from app.sandbox.class_moves import ClassMoves
from app.sandbox.errors import LengthNotOffered, NoLongerBooked, PaymentOpen, PeriodFull, TooManyBookings, UnknownBooking
from app.sandbox.host_acts import HostActs
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sandbox.state import Booking, Status, Trigger
from app.sandbox.uids import new_uid

_FLAG_WEEKS = 4


class Engine(ClassMoves, HostActs):
    """Every booking of every host; safe to use from several threads."""

    # Reading

    def bookings(self, *, skip: int = 0, most: int | None = None) -> list[Booking]:
        """Copies of all bookings, the youngest first, or of a part of them."""
        with self.lock:
            rows = self.store.youngest_first()
            return [one.snapshot() for one in islice(rows, skip, None if most is None else skip + most)]

    def booking(self, uid: str) -> Booking:
        """A copy of one booking."""
        with self.lock:
            return self.store.get(uid).snapshot()

    def free_starts(self, slug: str, *, minutes: int | None = None, leaving: str | None = None, username: str = "") -> list[tuple[datetime, int | None]]:
        """Free starts, earliest first, each with the seats left if it is a class."""
        kind = self.catalogue.find(slug, username=username)
        with self.lock:
            return [(start, slots.seats_left(kind, start, self.store)) for start in self.free(kind, minutes=minutes, leaving=leaving)]

    def free(
        self,
        kind: EventType,
        *,
        minutes: int | None = None,
        leaving: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> Iterator[datetime]:
        """Free starts of an event type between two moments; times that somebody keeps are not among them."""
        length, now = self.length(kind, minutes), self.now()
        for start in slots.offered_starts(kind, self.catalogue.hours_of(kind), minutes=length, now=now, after=after, before=before):
            if periods.is_full(kind, self.store, start, leaving=leaving):
                continue
            held = self.holds.in_the_way(kind.host, start, length, now)
            room = slots.seats_left(kind, start, self.store)
            if (held == 0 if room is None else held < room) and slots.is_free(kind, self.store, start=start, minutes=length, leaving=leaving):
                yield start

    def length(self, kind: EventType, minutes: int | None) -> int:
        """The length of a meeting; refuses one that is not offered."""
        if minutes is not None and minutes not in kind.offered_lengths():
            raise LengthNotOffered
        return minutes or kind.minutes

    # Changing

    def create(self, order: NewBooking) -> list[Booking]:
        """The new booking, or all dates of a new series, the first one first."""
        kind = self.catalogue.find(order.slug, username=order.username)
        minutes = self.length(kind, order.minutes)
        weeks = order.weeks or kind.weeks if kind.weeks else _FLAG_WEEKS if order.as_series else None
        with self.lock:
            starts = kind.rhythm.dates(order.start, weeks or 1)
            for start in starts:
                self._check(kind, start, minutes, visitor=order.office_hours_only)
            if order.office_hours_only:
                self._check_active(kind, order.booker.email)
            if kind.seats and (existing := slots.class_at(kind, order.start, self.store)):
                with self.store.changing(existing):
                    seat = classes.take_seat(existing, order.booker, answers=order.answers, metadata=order.metadata)
                self.tell(Trigger.CREATED, rows.as_booked_by(existing, order), seat=seat)
                return [existing.snapshot()]
            series = new_uid() if weeks else None
            made = [rows.first_row(kind, order, start=start, minutes=minutes, new_id=next(self.ids), now=self.now()) for start in starts]
            for booking in made:
                booking.weeks, booking.series = weeks, series
                self.store.add(booking)
                self._tell_beginning(booking)
            return [one.snapshot() for one in made]

    def move(self, order: Move) -> Booking:
        """The booking at its new time: a new uid, except when a host moves a whole class."""
        with self.lock:
            old = self.store.get(order.uid)
            kind = old.event_type
            if old.payment_due:
                raise PaymentOpen
            if not old.holds_time and not old.moved and not old.asked_to_move:
                raise NoLongerBooked
            minutes = order.minutes or old.minutes
            if minutes != old.minutes:
                self.length(kind, minutes)
            self._check(kind, order.start, minutes, leaving=old.uid, visitor=order.office_hours_only)
            if kind.seats:
                return self.move_in_class(old, order)
            by = order.by or (kind.host.email if order.by_host else old.booker.email)
            needs_answer = not order.by_host and (old.confirm_first or old.price > 0)
            new = rows.successor(old, order, new_id=next(self.ids), now=self.now(), minutes=minutes)
            new.status = Status.PENDING if needs_answer else Status.ACCEPTED
            new.moved_by = by
            previous = old.snapshot()
            with self.store.changing(old):
                old.status, old.to_uid = Status.CANCELLED, new.uid
                self.touch(old)
            self.store.add(new)
            self.tell(Trigger.REQUESTED if needs_answer else Trigger.RESCHEDULED, new, previous=previous, by=by)
            return new.snapshot()

    def cancel(self, order: Cancel) -> Booking:
        """The booking after the cancel. One that had ended before is told again, as observed."""
        with self.lock:
            booking = self.store.get(order.uid)
            by = booking.host.email if order.by_host else booking.booker.email
            if order.seat_id is not None:
                return self._cancel_seat(booking, order)
            self.end(booking, Status.CANCELLED, order.reason, by=by)
            self.tell(Trigger.CANCELLED, booking, whole_series=order.whole_series, by=by, reason=order.reason)
            if order.whole_series or order.following:
                earliest = booking.start if order.following else self.now()
                for other in self.store.series(booking.series):
                    if other.holds_time and other.start > earliest:
                        self.end(other, Status.CANCELLED, order.reason, by=by)
            return booking.snapshot()

    def end(self, booking: Booking, status: Status, reason: str, *, by: str = "") -> None:
        """The row is cancelled or rejected."""
        with self.store.changing(booking):
            booking.status, booking.end_reason, booking.cancelled_by = status, reason, by
            self.touch(booking)

    # Inside

    def _check(self, kind: EventType, start: datetime, minutes: int, *, leaving: str | None = None, visitor: bool) -> None:
        if visitor and periods.is_full(kind, self.store, start, leaving=leaving):
            raise PeriodFull
        if visitor:
            slots.check_offered(kind, self.catalogue.hours_of(kind), start=start, minutes=minutes, now=self.now())
        slots.check_free(kind, self.store, start=start, minutes=minutes, leaving=leaving)

    def _check_active(self, kind: EventType, email: str) -> None:
        if kind.active_limit is None:
            return
        shelf, now = self.store.shelf(kind.host), self.now()
        first, last = shelf.span("start", now, None)
        ahead = (self.store.numbered(number) for _, number in shelf.orders["start"][first:last])
        if sum(one.event_type is kind and one.holds_time and one.booker.email == email for one in ahead) >= kind.active_limit:
            raise TooManyBookings

    def _cancel_seat(self, booking: Booking, order: Cancel) -> Booking:
        seat = booking.seat(order.seat_id or "")
        if seat is None:
            raise UnknownBooking
        told = rows.as_seen_by(booking, seat.person)
        self.tell(Trigger.CANCELLED, told, seat=seat, by=booking.host.email if order.by_host else None, reason=order.reason)
        with self.store.changing(booking):
            classes.leave_seat(booking, seat)
            if not booking.seats:
                self.touch(booking)
        return booking.snapshot()

    def _tell_beginning(self, booking: Booking) -> None:
        trigger = Trigger.CREATED
        if booking.price:
            trigger = Trigger.PAYMENT_INITIATED
        elif booking.confirm_first:
            trigger = Trigger.REQUESTED
        self.tell(trigger, booking, seat=booking.seats[0] if booking.seats else None)
