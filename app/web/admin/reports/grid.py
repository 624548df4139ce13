"""Where bookings stand in the columns of a week: rows of a quarter of an hour, lanes beside each other where they overlap.

Rows are those of the clock on the wall. On the day on which an hour comes twice, both stand in the same rows, beside each
other, and their times say which is which; on the day that lacks an hour, its rows stay empty. A lane more than there is
room for is folded away and counted. A booking that fills its day from end to end stands above the hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.bookings.models import Booking, Status
from app.bookings.queries import status_of
from app.reports.days import Day
from app.web.admin.listing import short_title
from app.web.filters import local

QUARTERS = 96
LEAST = 2
"""Rows that the words of a booking need."""
LANES = 3
USUAL = (8, 18)
"""Hours that are always shown."""


@dataclass(frozen=True)
class Block:
    """A booking on one day."""

    reference: str
    times: str
    """In words: `11:00–11:30`, `from Mon 23:00, to 01:00`, `all day`."""
    name: str
    title: str
    host: str
    status: Status
    start: datetime
    row: int = 0
    rows: int = LEAST
    lane: int = 0
    lanes: int = 1


@dataclass
class Column:
    """One day of the week."""

    day: Day
    whole: list[Block] = field(default_factory=list)
    """Those that fill the day."""
    blocks: list[Block] = field(default_factory=list)
    folded: int = 0
    """How many more there are than can be shown."""


def column(day: Day, *, zone: str) -> Column:
    """The day with each booking in its place."""
    made = Column(day, folded=day.more)
    timed: list[Block] = []
    for booking in day.bookings:
        fills = booking.start <= day.begins and booking.end >= day.ends
        (made.whole if fills else timed).append(_block(booking, day, zone=zone))
    for cluster in _clusters(timed):
        placed = _lanes(cluster)
        lanes = min(LANES, max(block.lane for block in placed) + 1)
        made.blocks += [_with_lanes(block, lanes) for block in placed if block.lane < LANES]
        made.folded += sum(block.lane >= LANES for block in placed)
    return made


def hours(columns: Sequence[Column]) -> range:
    """The hours that the week shows: the usual ones, and as many more as bookings need."""
    rows = [(block.row, block.row + block.rows) for column in columns for block in column.blocks]
    first = min([USUAL[0] * 4, *(begin for begin, _ in rows)]) // 4
    last = -(-max([USUAL[1] * 4, *(end for _, end in rows)]) // 4)
    return range(first, min(24, last))


def said(booking: Booking, day: Day, *, zone: str) -> str:
    """When it is, as far as this day is concerned; the offset stands beside an hour that comes twice."""
    if booking.start <= day.begins and booking.end >= day.ends:
        return "all day"
    before, after = booking.start < day.begins, booking.end > day.ends
    start, end = _clock(booking.start, zone), _clock(booking.end, zone)
    if before:
        return f"from {local(booking.start, zone):%a} {start}, to {end}"
    return f"{start} to {local(booking.end, zone):%a} {end}" if after else f"{start}–{end}"


def _clock(moment: datetime, zone: str) -> str:
    there = local(moment, zone)
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return f"{there:%H:%M}" + (f" ({there.tzname()})" if twice else "")


def _block(booking: Booking, day: Day, *, zone: str) -> Block:
    begin = _row(max(booking.start, day.begins), zone)
    end = QUARTERS if booking.end >= day.ends else -(-_minute(booking.end, zone) // 15)
    rows = max(LEAST, end - begin)
    row = min(begin, QUARTERS - rows) if rows < QUARTERS else 0
    name = booking.booker_name or booking.booker_email or "Unknown"
    host = booking.host_name or booking.host_email
    return Block(booking.reference, said(booking, day, zone=zone), name, short_title(booking), host, status_of(booking), booking.start, max(0, row), rows)


def _row(moment: datetime, zone: str) -> int:
    return _minute(moment, zone) // 15


def _minute(moment: datetime, zone: str) -> int:
    there = local(moment, zone)
    return there.hour * 60 + there.minute


def _clusters(blocks: Sequence[Block]) -> list[list[Block]]:
    """Groups of blocks that hang together by their rows."""
    found: list[list[Block]] = []
    reached = -1
    for block in sorted(blocks, key=lambda each: (each.row, -each.rows, each.start, each.reference)):
        if block.row >= reached:
            found.append([])
        found[-1].append(block)
        reached = max(reached, block.row + block.rows)
    return found


def _lanes(cluster: Sequence[Block]) -> list[Block]:
    """Each block in the first lane that is free when it begins."""
    ends: list[int] = []
    placed = []
    for block in cluster:
        lane = next((number for number, end in enumerate(ends) if end <= block.row), len(ends))
        ends[lane : lane + 1] = [block.row + block.rows]
        placed.append(replace(block, lane=lane))
    return placed


def _with_lanes(block: Block, lanes: int) -> Block:
    return replace(block, lanes=lanes)
