"""Which bookings a list holds, in which order, and how many it claims to hold.

The claim is wrong on purpose: like the real one it forgets the filters by creation and change when it counts.
Sorted moments make a page cheap; what only a look at every row can tell is looked up once per state of the store.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.sandbox.state import Booking, Status
from app.sandbox.store import MOMENTS, NEVER, Shelf, Store

_ENDED = (Status.CANCELLED, Status.REJECTED)
STATUSES: dict[str, Callable[[Booking, datetime], bool]] = {
    "upcoming": lambda one, now: one.end >= now and (one.status is Status.ACCEPTED if one.series else one.status not in _ENDED),
    "recurring": lambda one, now: one.end >= now and one.series is not None and one.status not in _ENDED,
    "past": lambda one, now: one.end <= now and one.status not in _ENDED,
    "cancelled": lambda one, _: one.status in _ENDED,
    "unconfirmed": lambda one, now: one.end >= now and one.status is Status.PENDING,
}
_KEPT_RESULTS = 16


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is asked for."""

    statuses: tuple[str, ...] = ()
    email: str | None = None
    name: str | None = None
    uid: str | None = None
    types: frozenset[int] | None = None
    spans: tuple[tuple[str, datetime | None, datetime | None], ...] = ()
    """Per order: after, before; both included."""
    order: str = "start"
    descending: bool = False

    def bounds(self, order: str) -> tuple[datetime | None, datetime | None]:
        """Between which moments the rows must lie in an order."""
        return next(((after, before) for name, after, before in self.spans if name == order), (None, None))

    def only_by_order(self) -> bool:
        """Whether the order alone decides which rows belong to the list."""
        others = [name for name, after, before in self.spans if name != self.order and (after or before)]
        return not (self.statuses or self.email or self.name or self.uid or self.types is not None or others)

    def holds(self, one: Booking, now: datetime) -> bool:
        """Whether a row belongs to the list."""
        people = one.people()
        return (
            (not self.statuses or any(STATUSES[name](one, now) for name in self.statuses))
            and (self.email is None or any(person.email == self.email for person in people))
            and (self.name is None or any(person.name == self.name for person in people))
            and (self.uid is None or one.uid == self.uid)
            and (self.types is None or (not one.event_type.gone and one.event_type.id in self.types))
            and all(_within(MOMENTS[name](one), after, before) for name, after, before in self.spans)
        )


class Lists:
    """Answers for pages of lists; a result is kept until a row changes."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, Wanted], list[int]] = {}
        self._version = (0, 0)

    def page(self, store: Store, shelf: Shelf, wanted: Wanted, *, skip: int, take: int, now: datetime) -> tuple[list[Booking], int]:
        """The rows of a page, and the number of rows that the answer claims."""
        simple = wanted.only_by_order()
        numbers = _slice(shelf, wanted, skip, take) if simple else self._found(store, shelf, wanted, now)[skip : skip + take]
        counted = replace(wanted, spans=tuple(one for one in wanted.spans if one[0] in ("start", "end")), order="start", descending=False)
        if counted.only_by_order():
            first, last = shelf.span("start", *counted.bounds("start"))
            total = last - first
        else:
            total = len(self._found(store, shelf, counted, now))
        return [store.numbered(number) for number in numbers], total

    def _found(self, store: Store, shelf: Shelf, wanted: Wanted, now: datetime) -> list[int]:
        version = (id(store), store.version)
        if version != self._version or len(self._kept) > _KEPT_RESULTS:
            self._kept.clear()
            self._version = version
        key = (id(shelf), int(now.timestamp()), wanted)
        if key not in self._kept:
            rows = (store.numbered(number) for number in _slice(shelf, wanted, 0, len(shelf)))
            self._kept[key] = [one.id for one in rows if wanted.holds(one, now)]
        return self._kept[key]


def _slice(shelf: Shelf, wanted: Wanted, skip: int, take: int) -> list[int]:
    keys = shelf.orders[wanted.order]
    first, last = shelf.span(wanted.order, *wanted.bounds(wanted.order))
    if wanted.descending:
        upper = last - skip
        return [number for _, number in reversed(keys[max(upper - take, first) : max(upper, first)])]
    return [number for _, number in keys[min(first + skip, last) : min(first + skip + take, last)]]


def _within(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    if moment == NEVER:
        return after is None and before is None
    return (after is None or moment >= after) and (before is None or moment <= before)


def pagination(*, total: int, returned: int, skip: int, take: int, paged: bool) -> dict[str, Any]:
    """The numbers beside a page: the first page is called 1, and 0 by a request that asked for no page."""
    seen = min(skip + returned, total)
    return {
        "totalItems": total,
        "remainingItems": max(total - skip - returned, 0),
        "returnedItems": returned,
        "itemsPerPage": take,
        "currentPage": skip // take + 1 if paged else 0,
        "totalPages": -(-total // take),
        "hasNextPage": seen < total,
        "hasPreviousPage": skip > 0,
    }
