"""Bookings at Cal.com: list, read, make, move, cancel, answer.

https://cal.com/docs/api-reference/v2/bookings/get-all-bookings
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Literal, TypedDict, Unpack

from app.calcom import read_booking as read
from app.calcom.calling import Caller, Lost
from app.calcom.errors import Away, CalcomError, NotFound, Reason, Refused, Unsure
from app.calcom.protocol import ATTEMPT_KEY, Call, filled, instant, new_booking_body, query, segment
from app.calcom.types import Booking, NewBooking, Page

MOST = 250
"""The largest page that Cal.com gives out."""

Sort = Literal["updated", "created", "start"]
SORTS = {"updated": "sortUpdatedAt", "created": "sortCreated", "start": "sortStart"}


class Listing(TypedDict, total=False):
    """Which bookings are wanted, and how; bounds are inclusive."""

    statuses: Sequence[str]
    """`upcoming`, `recurring`, `past`, `cancelled`, `unconfirmed`; all by default."""
    after_updated: datetime | None
    after_created: datetime | None
    after_start: datetime | None
    before_end: datetime | None
    attendee_email: str
    event_type_id: int | None
    sort: Sort
    """By last change, if nothing else is said."""
    skip: int
    take: int


class Bookings:
    """What can be done with bookings."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def pages(self, **wanted: Unpack[Listing]) -> Iterator[Page]:
        """The bookings that the key sees, oldest first, page by page.

        The last page is a short one: Cal.com's own count takes no notice of the time filters. Rows may shift between pages
        while they change, so read with an overlap and by uid.
        """
        skip, take = wanted.get("skip", 0), wanted.get("take", MOST)
        fixed = query(
            status=tuple(wanted.get("statuses", ())),
            afterUpdatedAt=wanted.get("after_updated"),
            afterCreatedAt=wanted.get("after_created"),
            afterStart=wanted.get("after_start"),
            beforeEnd=wanted.get("before_end"),
            attendeeEmail=wanted.get("attendee_email"),
            eventTypeId=wanted.get("event_type_id"),
        )
        order = ((SORTS[wanted.get("sort", "updated")], "asc"),)
        cursor = ""
        while True:
            where = query(take=take, cursor=cursor) if cursor else query(take=take, skip=skip)
            answer = self._caller.read(Call("list bookings", "GET", "/bookings", fixed + order + where), unhurried=True)
            page = read.page(answer, skip=skip, take=take)
            yield page
            if page.last:
                return
            cursor = read.next_cursor(answer)
            skip += len(page.bookings) + page.unreadable

    def all(self, **wanted: Unpack[Listing]) -> Iterator[Booking]:
        """The same, booking by booking."""
        for page in self.pages(**wanted):
            yield from page.bookings

    def get(self, uid: str) -> tuple[Booking, ...]:
        """The booking under a uid; the uid of a series answers all its bookings. Raises `NotFound`."""
        return read.bookings(self._caller.read(Call("read a booking", "GET", f"/bookings/{segment(uid)}")))

    def get_by_seat(self, seat_uid: str) -> Booking:
        """The class in which this seat is taken. Raises `NotFound`."""
        return _one(read.bookings(self._caller.read(Call("read a seat", "GET", f"/bookings/by-seat/{segment(seat_uid)}"))))

    def create(self, wanted: NewBooking) -> tuple[Booking, ...]:
        """The booking made; a series answers several. Raises `Refused` with its reason when it cannot be.

        After an answer that got lost, and when the time is "taken", our own attempt is looked for: what this attempt
        has booked already is the answer.
        """
        call = Call("make a booking", "POST", "/bookings", body=new_booking_body(wanted))
        try:
            return self._caller.write(call, read.bookings)
        except Lost as lost:
            return self._settle(lost, lambda: self._booked_by(wanted))
        except Refused as refusal:
            if refusal.reason is not Reason.TAKEN:
                raise
            try:
                ours = self._booked_by(wanted)
            except CalcomError:
                raise refusal from None
            if ours:
                return ours
            raise

    def cancel(self, uid: str, *, reason: str, seat_uid: str = "", following: bool = False) -> tuple[Booking, ...]:
        """The booking as it stands afterwards; the uid of a series cancels all of it, `following` this one and the later ones.

        In a class only the seat is given back. A reason is always sent: some installations insist on one.
        """
        body = filled(cancellationReason=reason or "Cancelled", seatUid=seat_uid, cancelSubsequentBookings=following or None)
        call = Call("cancel a booking", "POST", f"/bookings/{segment(uid)}/cancel", body=body)

        def cancelled() -> tuple[Booking, ...]:
            found = self.get(uid)
            if seat_uid:
                gone = all(person.seat_uid != seat_uid for row in found for person in row.attendees)
            else:
                gone = all(row.status == "cancelled" for row in found)
            return found if gone else ()

        try:
            return self._caller.write(call, read.bookings)
        except Lost as lost:
            return self._settle(lost, cancelled)

    def reschedule(self, uid: str, *, start: datetime, by: str = "", reason: str = "", seat_uid: str = "") -> Booking:
        """The new booking, with a uid of its own. `by` is an e-mail address: the owner's confirms at once."""
        body = {"start": instant(start)} | filled(rescheduledBy=by)
        body |= filled(seatUid=seat_uid) if seat_uid else filled(reschedulingReason=reason)
        call = Call("move a booking", "POST", f"/bookings/{segment(uid)}/reschedule", body=body)

        def moved() -> tuple[Booking, ...]:
            found: tuple[Booking, ...]
            if seat_uid:
                found = (self.get_by_seat(seat_uid),)
            else:
                successors = [row.rescheduled_to_uid for row in self.get(uid) if row.rescheduled_to_uid]
                found = self.get(successors[0]) if successors else ()
            return tuple(row for row in found if row.start == start and row.status != "cancelled")

        try:
            return _one(self._caller.write(call, read.bookings))
        except Lost as lost:
            return _one(self._settle(lost, moved))

    def confirm(self, uid: str) -> Booking:
        """The booking after the host's yes."""
        call = Call("confirm a booking", "POST", f"/bookings/{segment(uid)}/confirm")
        return self._act(call, uid, lambda row: row.status == "accepted")

    def decline(self, uid: str, *, reason: str = "") -> Booking:
        """The booking after the host's no."""
        call = Call("decline a booking", "POST", f"/bookings/{segment(uid)}/decline", body=filled(reason=reason))
        return self._act(call, uid, lambda row: row.status == "rejected")

    def ask_to_move(self, uid: str, *, reason: str = "") -> Booking:
        """The booking after its host asked for another time: Cal.com cancels it and writes to the booker with a link to choose one.

        Raises `NotFound` where the installation is older than this act.
        https://cal.com/docs/api-reference/v2/bookings/request-to-reschedule-a-booking
        """
        call = Call("ask for another time", "POST", f"/bookings/{segment(uid)}/request-reschedule", body=filled(rescheduleReason=reason))
        return self._act(call, uid, lambda row: row.status == "cancelled")

    def mark_absent(self, uid: str, *, host: bool | None = None, attendees: Sequence[tuple[str, bool]] = ()) -> Booking:
        """The booking with who did not come: `attendees` are pairs of address and whether absent. Only after its start."""
        people = [{"email": email, "absent": absent} for email, absent in attendees]
        call = Call("mark who was absent", "POST", f"/bookings/{segment(uid)}/mark-absent", body=filled(host=host, attendees=people))
        wanted = {email.lower(): absent for email, absent in attendees}

        def marked(row: Booking) -> bool:
            now = {person.email.lower(): person.absent for person in row.attendees}
            return all(now.get(email) == absent for email, absent in wanted.items()) and host in {None, row.absent_host}

        return self._act(call, uid, marked)

    def _act(self, call: Call, uid: str, done: Callable[[Booking], bool]) -> Booking:
        try:
            return _one(self._caller.write(call, read.bookings))
        except Lost as lost:
            return _one(self._settle(lost, lambda: tuple(row for row in self.get(uid) if done(row))))

    def _booked_by(self, wanted: NewBooking) -> tuple[Booking, ...]:
        """What this attempt has booked already."""
        where = query(
            attendeeEmail=wanted.email,
            eventTypeId=wanted.event_type_id,
            afterStart=wanted.start,
            sortStart="asc",
            take=100,
            skip=0,
        )
        answer = self._caller.read(Call("look for a booking", "GET", "/bookings", where))
        rows = read.page(answer, skip=0, take=100).bookings
        return tuple(row for row in rows if row.status not in {"cancelled", "rejected"} and _has(row, wanted.attempt))

    def _settle(self, lost: Lost, look: Callable[[], tuple[Booking, ...]]) -> tuple[Booking, ...]:
        """What a write whose answer got lost has done, as reading shows it.

        Raises `Away` when it surely did nothing, `Unsure` when that cannot be known.
        """
        found = self._caller.settle(lost, look)
        if found:
            return found
        if lost.ended:
            raise Away(f"Cal.com failed to {lost.call.what}; nothing was changed there.", status=lost.status)
        raise Unsure(f"Cal.com gave no proper answer when asked to {lost.call.what}; whether it did is not known yet.", status=lost.status)


def _has(row: Booking, attempt: str) -> bool:
    return row.metadata.get(ATTEMPT_KEY) == attempt or any(person.metadata.get(ATTEMPT_KEY) == attempt for person in row.attendees)


def _one(rows: tuple[Booking, ...]) -> Booking:
    if not rows:
        raise NotFound("Cal.com knows no such booking.")
    return rows[0]
