"""What only a host does, or a payment provider: answer a request, take money, note who did not come, ask for a new date."""

from app.sandbox.catalogue import Place
from app.sandbox.errors import NoLongerBooked, NothingToPay, NotWaiting, PaymentOpen, TooEarly
from app.sandbox.ledger import Ledger
from app.sandbox.state import Booking, Person, Status, Trigger


class HostActs(Ledger):
    """Acts on bookings that exist."""

    def confirm(self, uid: str) -> Booking:
        """The confirmed booking. A cancelled or rejected request can be confirmed too: nothing is final."""
        with self.lock:
            booking = self.store.get(uid)
            if booking.payment_due:
                raise PaymentOpen
            asked = booking.confirm_first or booking.price > 0
            if not asked or booking.status is Status.ACCEPTED:
                raise NotWaiting
            with self.store.changing(booking):
                booking.status, booking.end_reason, booking.cancelled_by = Status.ACCEPTED, "", ""
                self.touch(booking)
            self.tell(Trigger.CREATED, booking, from_store=True)
            return booking.snapshot()

    def reject(self, uid: str, *, reason: str = "") -> Booking:
        """The rejected request."""
        with self.lock:
            booking = self.store.get(uid)
            if booking.payment_due:
                raise PaymentOpen
            if booking.status is not Status.PENDING:
                raise NotWaiting
            with self.store.changing(booking):
                booking.status, booking.end_reason = Status.REJECTED, reason
                self.touch(booking)
            self.tell(Trigger.REJECTED, booking, from_store=True, reason=reason)
            return booking.snapshot()

    def pay(self, uid: str) -> Booking:
        """The paid booking: confirmed by its payment."""
        with self.lock:
            booking = self.store.get(uid)
            if not booking.payment_due:
                raise NothingToPay
            with self.store.changing(booking):
                booking.paid = True
                if not booking.confirm_first:
                    booking.status = Status.ACCEPTED
                self.touch(booking)
            if not booking.confirm_first:
                self.tell(Trigger.CREATED, booking, from_store=True)
            self.tell(Trigger.PAID, booking, from_store=True)
            if booking.confirm_first:
                self.tell(Trigger.REQUESTED, booking)
            return booking.snapshot()

    def mark_absent(self, uid: str, *, host: bool | None, attendees: dict[str, bool]) -> Booking:
        """The booking with a note of who did not come. Only attendees are told about; the row keeps the time of its last change."""
        with self.lock:
            booking = self.store.get(uid)
            if booking.start > self.now():
                raise TooEarly
            with self.store.changing(booking):
                if host is not None and host != booking.host_absent:
                    booking.host_absent = host
                    self.touch(booking)
                for email, absent in attendees.items():
                    (booking.absent.add if absent else booking.absent.discard)(email)
            if attendees:
                self.tell(Trigger.NO_SHOW, booking, attendees=tuple(attendees.items()))
            return booking.snapshot()

    def add_guests(self, uid: str, people: list[Person]) -> Booking:
        """The booking with further guests, silently."""
        with self.lock:
            booking = self.store.get(uid)
            known = {person.email for person in booking.people()}
            with self.store.changing(booking):
                booking.guests.extend(person for person in people if person.email not in known)
            return booking.snapshot()

    def change_place(self, uid: str, place: Place | None) -> Booking:
        """The booking at another place, silently."""
        with self.lock:
            booking = self.store.get(uid)
            with self.store.changing(booking):
                booking.place = place
                self.touch(booking)
            return booking.snapshot()

    def ask_to_move(self, uid: str, *, reason: str = "") -> Booking:
        """The booking that its host cancelled with the wish for another date; its link still moves it."""
        with self.lock:
            booking = self.store.get(uid)
            if not booking.holds_time:
                raise NoLongerBooked
            with self.store.changing(booking):
                booking.status, booking.asked_to_move = Status.CANCELLED, True
                booking.end_reason, booking.cancelled_by = reason, booking.host.email
                self.touch(booking)
            self.tell(Trigger.CANCELLED, booking, by=booking.host.email, reason=f"Please reschedule. {reason}".strip())
            return booking.snapshot()
