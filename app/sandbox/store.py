"""Every booking of the simulation, in as many orders as somebody may ask for.

A list of 100,000 rows is asked for page by page, sorted by the time of the last change; sorting it for each page
would take longer than the answer. So each host has a shelf where numbers of rows stand sorted by four moments.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from app.sandbox.catalogue import Catalogue, Host
from app.sandbox.errors import UnknownBooking
from app.sandbox.state import Booking

Key = tuple[datetime, int]
NEVER = datetime.max.replace(tzinfo=UTC)
"""Stands where a row has no time of its last change: at the end of the order, outside of every filter."""
MOMENTS: dict[str, Callable[[Booking], datetime]] = {
    "start": lambda one: one.start,
    "end": lambda one: one.end,
    "created": lambda one: one.created_at,
    "updated": lambda one: one.updated_at or NEVER,
}
_FIRST, _LAST = -1, 1 << 62


class Shelf:
    """The rows that one person sees at Cal.com, sorted by start, end, creation and last change."""

    def __init__(self) -> None:
        self.orders: dict[str, list[Key]] = {name: [] for name in MOMENTS}

    def __len__(self) -> int:
        return len(self.orders["start"])

    def span(self, order: str, after: datetime | None, before: datetime | None) -> tuple[int, int]:
        """Where in an order the rows begin and end that lie between two moments, both included."""
        keys = self.orders[order]
        if after is None and before is None:
            return 0, len(keys)
        last = bisect_right(keys, (before, _LAST)) if before else bisect_left(keys, (NEVER, _FIRST))
        return (bisect_left(keys, (after, _FIRST)) if after else 0), last

    def put(self, booking: Booking) -> None:
        """Sort a row in."""
        for name, key in _keys(booking).items():
            insort(self.orders[name], key)

    def take(self, keys: dict[str, Key]) -> None:
        """Take a row out again."""
        for name, key in keys.items():
            del self.orders[name][bisect_left(self.orders[name], key)]

    def put_many(self, bookings: Iterable[Booking]) -> None:
        """Sort many rows in at once."""
        for one in bookings:
            for name, key in _keys(one).items():
                self.orders[name].append(key)
        for keys in self.orders.values():
            keys.sort()


class Store:
    """All rows by uid and number, and each host's shelf."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        self._by_uid: dict[str, Booking] = {}
        self._by_id: dict[int, Booking] = {}
        self._series: dict[str, list[Booking]] = {}
        self._seats: dict[str, Booking] = {}
        self._shelves: dict[int, Shelf] = {}
        self._longest = timedelta(hours=1)
        self.version = 0

    def __len__(self) -> int:
        return len(self._by_uid)

    def __iter__(self) -> Iterator[Booking]:
        return iter(self._by_uid.values())

    def youngest_first(self) -> Iterator[Booking]:
        """All rows, the last one made first."""
        return reversed(self._by_uid.values())

    def get(self, uid: str) -> Booking:
        """The row with this uid."""
        if uid not in self._by_uid:
            raise UnknownBooking
        return self._by_uid[uid]

    def numbered(self, number: int) -> Booking:
        """The row with this number."""
        return self._by_id[number]

    def series(self, series_uid: str | None) -> list[Booking]:
        """All dates of a series, as they were made."""
        return self._series.get(series_uid or "", [])

    def with_seat(self, seat_id: str) -> Booking:
        """The class in which this seat is."""
        found = self._seats.get(seat_id)
        if found is None or found.seat(seat_id) is None:
            raise UnknownBooking
        return found

    def shelf(self, host: Host) -> Shelf:
        """What this host sees: own bookings, and those that the host attends."""
        return self._shelves.setdefault(host.id, Shelf())

    def add(self, booking: Booking) -> None:
        """A further row."""
        self._note(booking)
        for shelf in self._shelves_for(booking):
            shelf.put(booking)

    def add_many(self, bookings: list[Booking]) -> None:
        """Many further rows at once."""
        per_shelf: dict[int, list[Booking]] = {}
        for one in bookings:
            self._note(one)
            for host in self._seen_by(one):
                per_shelf.setdefault(host.id, []).append(one)
        for number, rows in per_shelf.items():
            self._shelves.setdefault(number, Shelf()).put_many(rows)

    @contextmanager
    def changing(self, booking: Booking) -> Iterator[None]:
        """Around every change of a row, so that the orders stay right."""
        shelves, keys = self._shelves_for(booking), _keys(booking)
        try:
            yield
        finally:
            for shelf in shelves:
                shelf.take(keys)
            self._note(booking)
            for shelf in self._shelves_for(booking):
                shelf.put(booking)

    def overlapping(self, host: Host, start: datetime, end: datetime) -> list[Booking]:
        """The host's own rows that hold some of this time."""
        keys = self.shelf(host).orders["start"]
        lower, upper = bisect_left(keys, (start - self._longest, _FIRST)), bisect_left(keys, (end, _FIRST))
        found = (self._by_id[number] for _, number in keys[lower:upper])
        return [one for one in found if one.holds_time and one.end > start and one.host is host]

    def _note(self, booking: Booking) -> None:
        self.version += 1
        if booking.uid not in self._by_uid and booking.series:
            self._series.setdefault(booking.series, []).append(booking)
        self._by_uid[booking.uid] = booking
        self._by_id[booking.id] = booking
        self._longest = max(self._longest, booking.end - booking.start)
        for seat in booking.seats:
            self._seats[seat.id] = booking

    def _shelves_for(self, booking: Booking) -> list[Shelf]:
        return [self.shelf(host) for host in self._seen_by(booking)]

    def _seen_by(self, booking: Booking) -> list[Host]:
        addresses = {person.email for person in booking.people()}
        return [host for host in self._catalogue.hosts if host is booking.host or host.email in addresses]


def _keys(booking: Booking) -> dict[str, Key]:
    return {name: (moment(booking), booking.id) for name, moment in MOMENTS.items()}
