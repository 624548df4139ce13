"""Lists of bookings: narrowed, searched, in any order, page by page; as fast at the last page as at the first.

A list is read from one stretch of the index over the terms (`indexing.py`) that is already in the wanted order; all
other conditions are looked up for each row on the way. How many rows each condition has is asked first, no further
than `GATHER`: where the rarest one has few, they are all read and put in order here; otherwise a page is mostly full
after a short walk. Conditions that are all frequent and yet hardly ever meet would make that walk long: after `NEAR`
rows it is seen whether they do, and the rarest one is read after all where that is the shorter way. So no question
sorts in the database, and none reads it all.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, func, literal, select, true, tuple_
from sqlalchemy.orm import aliased, defer

from app.bookings.indexing import BookingTerm
from app.bookings.models import Booking
from app.bookings.question import LANES, Filters, Order, Question, Stretch, asked_by
from app.bookings.terms import EVERY
from app.db import db

PAGE = 50
MAX_ID = 2**31 - 1
GATHER = 5_000
"""So many rows may be read to be put in order here."""
NEAR = 2_000
"""After so many rows a walk has filled its page, or has shown whether it will soon …"""
HOPE = 10
"""… by having found so many places; with fewer it is asked which is the shorter way, to walk on or to read the rarest condition after all."""
FAR = 50_000
"""So far it is counted which condition is the rarest of those that hardly ever meet."""
MANY = 10_000
"""So far is counted where one condition says it all, …"""
SOME = 200
"""… and so far where several that are all frequent have to meet."""
ROUGHLY = 20
"""Fewer than this are counted to the end, however long that takes; of more the tens are said."""

Key = tuple[Any, ...]
"""A place in a list: of the columns of its order, ending with the row's number."""
Sizes = Mapping[Stretch, int]


@dataclass(frozen=True)
class Count:
    """How many there are; with `more`, at least one more than the number."""

    number: int
    more: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list; `before` and `after` are bookmarks for the pages around it, empty at the ends."""

    bookings: Sequence[Booking]
    before: str
    after: str
    count: Count


def page(filters: Filters, *, order: Order = Order.START, descending: bool = True, after: str = "", before: str = "", size: int = PAGE) -> Page:
    """One page of bookings. A bookmark that cannot be read means the first page."""
    question = asked_by(filters)
    mark, back = _read_bookmark(before, order), True
    if mark is None:
        mark, back = _read_bookmark(after, order), False
    upwards = descending == back
    sizes = _sizes(question, order)
    gathered, count = _gather(question, order, sizes)
    if gathered is None:
        keys = _walk(question, order, sizes, mark, upwards=upwards, limit=size + 1, far=NEAR)
        if len(keys) <= size and _is_farther(question, order, sizes, mark, upwards=upwards):
            if len(keys) < HOPE:
                known = _sizes(question, order, up_to=FAR)
                if min(known.values(), default=0) < NEAR * size / max(1, len(keys)):
                    gathered, count = _gather(question, order, known, anyway=True)
            keys = _walk(question, order, sizes, mark, upwards=upwards, limit=size + 1, far=None) if gathered is None else keys
        elif len(keys) <= size and mark is None:
            count = Count(len(keys))
    if gathered is not None:
        beyond = [key for key in gathered if mark is None or (key > mark if upwards else key < mark)]
        keys = (beyond if upwards else beyond[::-1])[: size + 1]
    more, keys = len(keys) > size, keys[:size]
    came_from = mark is not None and bool(keys)
    if back and mark is not None:
        keys.reverse()
    ahead, behind = (came_from, more) if back and mark is not None else (more, came_from)
    return Page(
        _rows([key[-1] for key in keys]),
        before=bookmark(keys[0], order) if behind else "",
        after=bookmark(keys[-1], order) if ahead else "",
        count=count or _count(question, sizes, known=len(keys) + more),
    )


def is_bookmark(text: str, order: Order) -> bool:
    """Whether this is a bookmark in a list of this order."""
    return _read_bookmark(text, order) is not None


def first(filters: Filters, *, limit: int) -> list[Booking]:
    """The first so many, by start."""
    question = asked_by(filters)
    return _rows([key[-1] for key in _walk(question, Order.START, _sizes(question, Order.START), None, upwards=True, limit=limit, far=None)])


def count(filters: Filters) -> Count:
    """How many bookings match."""
    question = asked_by(filters)
    sizes = _sizes(question, Order.START)
    return _gather(question, Order.START, sizes)[1] or _count(question, sizes)


def _sizes(question: Question, order: Order, *, up_to: int = GATHER) -> Sizes:
    """How many rows each condition has, counted as far as this; not asked where it decides nothing.

    A single term is counted within the wanted span of time; among beginnings of words no span of time stands together.
    """
    if question.simple and order is Order.START:
        return {}
    counts, stretches = [], question.stretches or (Stretch(EVERY),)
    for stretch in stretches:
        row = aliased(BookingTerm)
        times = [] if stretch.high else question.times(row)
        some = select(row.booking_id).where(*stretch.of(row), *times).limit(up_to + 1).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    return dict(zip(stretches, db.session.execute(select(*counts)).one(), strict=True))


def _gather(question: Question, order: Order, sizes: Sizes, *, anyway: bool = False) -> tuple[list[Key] | None, Count | None]:
    """All places in the list, in order, and their number, where that is cheap; otherwise none, and what is known of the number."""
    lead = min(sizes, key=lambda stretch: sizes[stretch], default=None)
    if lead is None or (sizes[lead] > GATHER and not anyway):
        return None, None
    row = aliased(BookingTerm)
    lane = [_lane_of(row.booking_id, _lane(question, order, sizes))] if order in LANES else []
    query = select(*lane, row.start, row.booking_id).where(*lead.of(row), *question.times(row), *question.others(row.booking_id, but=lead, sizes=sizes))
    found = [tuple(key) for key in db.session.execute(query.limit(GATHER + 1))]
    places = set(found)  # a booking may have several words that begin alike
    if len(found) > GATHER:
        return None, Count((len(places) - 1) // 100 * 100, more=True)
    return sorted(places), Count(len(places))


def _walk(question: Question, order: Order, sizes: Sizes, mark: Key | None, *, upwards: bool, limit: int, far: int | None) -> list[Key]:
    """So many places from the mark on, in the order of the list; only those among the next `far` rows, if there is such a bound."""
    lead, row = _lane(question, order, sizes), aliased(BookingTerm)
    along = _along(question, order, lead, row, mark, upwards=upwards)
    # The rows of a subquery keep their order when it is only filtered; saying it once more would make SQLite sort them.
    near = along.limit(far).subquery()
    others = question.others(near.c.booking_id, but=lead, sizes=sizes)
    query = select(near).where(*others) if others else along
    return sorted((tuple(key) for key in db.session.execute(query.limit(limit))), reverse=not upwards)


def _is_farther(question: Question, order: Order, sizes: Sizes, mark: Key | None, *, upwards: bool) -> bool:
    """Whether there is more of the way than a walk goes."""
    row = aliased(BookingTerm)
    along = _along(question, order, _lane(question, order, sizes), row, mark, upwards=upwards)
    return db.session.execute(along.offset(NEAR).limit(1)).first() is not None


def _along(question: Question, order: Order, lead: Stretch, row: Any, mark: Key | None, *, upwards: bool) -> Select[Any]:
    """The places of all rows of this stretch from the mark on, in the order of the list."""
    place: list[Any] = [row.term, row.start, row.booking_id] if order in LANES else [row.start, row.booking_id]
    steps, query = place, select(*place).where(*lead.of(row))
    if not lead.high:  # within one term the rows stand in the order of time, whatever the list is ordered by
        if mark is not None and order in LANES and mark[0] != lead.low:
            query, mark = query.where(true() if (lead.low > mark[0]) == upwards else false()), None
        steps, mark = place[-2:], mark and mark[-2:]
    start = mark[0] if mark is not None and not lead.high else None
    query = query.where(*question.times(row, after=start if upwards else None, before=None if upwards else start))
    if mark is not None:
        query = query.where(tuple_(*steps) > mark if upwards else tuple_(*steps) < mark)
    return query.order_by(*(column if upwards else column.desc() for column in steps))


def _lane(question: Question, order: Order, sizes: Sizes) -> Stretch:
    """The stretch that is walked along.

    That of the order, or what a condition leaves of it (one host, one event type); in the order of time the single term with the fewest rows, or that of
    all bookings.
    """
    if order in LANES:
        lane = LANES[order]
        return next((each for each in question.stretches if not each.high and lane.low <= each.low < lane.high), lane)
    single = [stretch for stretch in question.stretches if not stretch.high]
    return min(single, key=lambda stretch: sizes.get(stretch, 0), default=Stretch(EVERY))


def _count(question: Question, sizes: Sizes, *, known: int = 0) -> Count:
    """Counted along the order of time, far enough to say something and no further. So many are known already."""
    lead, row = _lane(question, Order.START, sizes), aliased(BookingTerm)
    rows = select(row.booking_id).where(*lead.of(row), *question.times(row))
    if question.simple:
        return _counted(rows, MANY)
    near = rows.limit(NEAR).subquery()
    found = _counted(select(near).where(*question.others(near.c.booking_id, but=lead, sizes=sizes)), SOME)
    least = max(found.number, known)
    if found.more or least < ROUGHLY:
        return found if found.more else _counted(rows.where(*question.others(row.booking_id, but=lead)), SOME)
    return Count((least - 1) // 10 * 10, more=True)


def _counted(query: Select[Any], limit: int) -> Count:
    found = db.session.scalar(select(func.count()).select_from(query.limit(limit + 1).subquery())) or 0
    return Count(min(found, limit), more=found > limit)


def _lane_of(number: Any, lane: Stretch) -> Any:
    if not lane.high:
        return literal(lane.low)
    row = aliased(BookingTerm)
    return select(row.term).where(row.booking_id == number, *lane.of(row)).limit(1).scalar_subquery()


def _rows(numbers: Sequence[int]) -> list[Booking]:
    """The bookings with these numbers, in this order; what no list shows is read only when it is asked for."""
    unseen = (defer(Booking.answers), defer(Booking.details), defer(Booking.ledger), defer(Booking.calendar))
    query = select(Booking).where(Booking.id.in_(numbers)).options(*unseen)
    found = {booking.id: booking for booking in db.session.scalars(query)} if numbers else {}
    return [found[number] for number in numbers if number in found]


def bookmark(key: Key, order: Order) -> str:
    """The place in a list of this order as a word for an address."""
    return base64.urlsafe_b64encode(json.dumps([order, *key]).encode()).decode().rstrip("=")


def _read_bookmark(text: str, order: Order) -> Key | None:
    """The place that a bookmark names; None for what is none, or one of another order."""
    try:
        said, *key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        return None
    shape: tuple[type, ...] = (str, int, int) if order in LANES else (int, int)
    if said != order or [type(part) for part in key] != list(shape):
        return None
    sane = abs(key[-1]) <= MAX_ID and abs(key[-2]) < 2**62 and "\x00" not in str(key[0])
    return tuple(key) if sane else None
