"""How a class moves: the whole of it under its uid by the host, or one seat to another time."""

from app.sandbox import classes, rows, slots
from app.sandbox.errors import SlotTaken, UnknownBooking
from app.sandbox.ledger import Ledger
from app.sandbox.orders import Move
from app.sandbox.state import Booking, Seat, Trigger


class ClassMoves(Ledger):
    """Moves of seated events."""

    def move_in_class(self, old: Booking, order: Move) -> Booking:
        """The class in which the seat is now, or the class at its new time."""
        running = slots.class_at(old.event_type, order.start, self.store)
        if order.by_host and order.seat_id is None:
            return self._move_class(old, order, running)
        seat = old.seat(order.seat_id or "")
        if seat is None:
            raise UnknownBooking
        return self._move_seat(old, order, seat, running)

    def _move_class(self, old: Booking, order: Move, running: Booking | None) -> Booking:
        if running is not None:
            raise SlotTaken
        before = old.snapshot()
        with self.store.changing(old):
            old.end, old.start = order.start + (old.end - old.start), order.start
            self.touch(old)
        self.tell(Trigger.RESCHEDULED, old, previous=before, by=old.host.email)
        return old.snapshot()

    def _move_seat(self, old: Booking, order: Move, seat: Seat, running: Booking | None) -> Booking:
        before = old.snapshot()
        if running is None:
            target = rows.successor(old, order, new_id=next(self.ids), now=self.now())
            target.seats = []
            target.booker = seat.person
            target.title = rows.title_for(old.event_type, seat.person)
            self.store.add(target)
            told_id = target.id
        else:
            target, told_id = running, old.id
        with self.store.changing(old), self.store.changing(target):
            classes.change_class(seat, leaving=old, joining=target)
            if not old.seats:
                self.touch(old)
        by = order.by or (old.host.email if order.by_host else seat.person.email)
        self.tell(Trigger.RESCHEDULED, rows.as_seen_by(target, seat.person, booking_id=told_id), previous=before, seat=seat, by=by)
        return target.snapshot()
