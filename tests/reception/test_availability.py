"""What of Cal.com's free times is offered, when the host is busy, and in which hours something can be had at all."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bookings.indexing import keep
from app.bookings.models import Booking
from app.calcom.errors import Away, NotConfigured, Wait
from app.calcom.types import Slot
from app.db import transaction
from app.hosts.models import EventType, Host
from app.reception.availability import Desk, FreeTime, Span, busy, hours, nearest, without_taken
from app.reception.cache import Memory

NOON = datetime(2026, 12, 8, 12, tzinfo=UTC)
HALF = timedelta(minutes=30)


def kind(**values):
    plain = {"calcom_id": 7, "slug": "intro", "minutes": 30, "seats": 0, "shared": "", "people": ["robin@example.com"], "lengths": [], "time_zone": ""}
    return EventType(**(plain | values))


def booking(start=NOON, minutes=30, *, event_type="intro", host="robin@example.com"):
    return Booking(start=start, end=start + timedelta(minutes=minutes), event_type=event_type, host_email=host)


def free(*starts, left=None):
    return [FreeTime(start, start + HALF, left) for start in starts]


def test_what_overlaps_one_of_our_bookings_is_not_free():
    times = free(NOON - HALF, NOON, NOON + HALF, NOON + 2 * HALF)
    assert [each.start for each in without_taken(kind(), times, [booking(NOON + timedelta(minutes=15))])] == [NOON - HALF, NOON + 2 * HALF]
    assert without_taken(kind(), times, []) == times


def test_a_class_is_free_while_a_seat_is_and_never_beside_something_else():
    class_ = kind(seats=2)
    assert [each.seats_left for each in without_taken(class_, free(NOON, left=2), [booking()])] == [1]
    assert without_taken(class_, free(NOON, left=2), [booking(), booking()]) == []
    assert without_taken(class_, free(NOON, left=2), [booking(event_type="other")]) == []
    assert without_taken(class_, free(NOON, left=0), []) == []


def test_hosts_who_take_turns_are_taken_only_together():
    turns = kind(shared="roundRobin", people=["robin@example.com", "Casey@example.com"])
    assert without_taken(turns, free(NOON), [booking()]) == free(NOON)
    assert without_taken(turns, free(NOON), [booking(), booking(host="casey@example.com")]) == []


def test_working_hours_follow_the_clocks_and_the_days_that_differ():
    office = kind(
        time_zone="Europe/London",
        working_hours=[{"days": ["Sunday", "Monday"], "start": "09:00", "end": "17:00"}, {"days": ["Monday"], "start": "20:00", "end": "24:00"}],
        overrides=[{"date": "2026-11-02", "start": "10:00", "end": "11:00"}, {"date": "2026-11-09", "start": "00:00", "end": "00:00"}],
    )
    before, after = datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC)
    found = hours(office, before, after)
    assert Span(datetime(2026, 10, 18, 8, tzinfo=UTC), datetime(2026, 10, 18, 16, tzinfo=UTC)) in found
    assert Span(datetime(2026, 10, 25, 9, tzinfo=UTC), datetime(2026, 10, 25, 17, tzinfo=UTC)) in found
    assert Span(datetime(2026, 10, 26, 20, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC)) in found
    assert [span.start.hour for span in hours(office, datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))] == [10]
    assert hours(office, datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)) == []
    assert hours(kind(), before, after) == []


# With a database ------------------------------------------------------------------------------------------------------


class Slots:
    """Answers with given times, or fails."""

    def __init__(self, *starts, error=None):
        self.slots = self
        self.starts, self.error, self.asked = starts, error, []

    def free(self, **given):
        self.asked.append(given)
        if self.error:
            raise self.error
        return {NOON.date(): tuple(Slot(start=start, end=None) for start in self.starts)}


@pytest.fixture
def rows(app, moment):
    """An hour before noon, two hosts who can be booked, and what takes their time."""
    moment(NOON - timedelta(hours=1))

    def made(*bookings):
        with transaction() as session:
            for number, username in enumerate(("robin", "casey"), start=1):
                host = Host(kind="person", calcom_id=number, username=username, last_synced_at=NOON)
                session.add(host)
                session.flush()
                session.add(EventType(calcom_id=number, host_id=host.id, slug="intro", minutes=30, people=[f"{username}@example.com"], last_synced_at=NOON))
            for number, (start, minutes, host, status) in enumerate(bookings):
                end = start + timedelta(minutes=minutes)
                booking = Booking(reference=f"R{number}", status=status, start=start, end=end, host_email=host, created_at=NOON, updated_at=NOON)
                session.add(booking)
                session.flush()
                keep(session, booking)

    return made


def test_free_times_are_asked_once_and_kept_for_moments(rows):
    rows()
    client = Slots(NOON - timedelta(hours=2), NOON, NOON + HALF)
    desk = Desk(client, Memory())
    for _ in range(3):
        assert [each.start for each in desk.free(kind(), NOON - timedelta(days=2), NOON + HALF)] == [NOON], "neither what is over nor what is beyond"
    assert len(client.asked) == 1
    desk.forget(kind())
    desk.free(kind(), NOON, NOON + HALF)
    assert len(client.asked) == 2
    assert desk.free(kind(), NOON - timedelta(days=2), NOON - timedelta(hours=1)) == []
    assert len(client.asked) == 2, "nobody asks about the past"


def test_a_length_is_named_only_where_one_may_choose(rows):
    rows()
    client = Slots()
    desk = Desk(client, Memory())
    desk.free(kind(), NOON, NOON + HALF)
    desk.free(kind(lengths=[15, 30]), NOON, NOON + HALF, minutes=15)
    assert [asked["duration"] for asked in client.asked] == [None, 15]


@pytest.mark.parametrize("error", [Away("no answer"), Wait("too many", seconds=0.2)])
def test_when_cal_com_is_away_not_every_visitor_waits_for_it(rows, error):
    rows()
    client = Slots(error=error)
    desk = Desk(client, Memory())
    for _ in range(3):
        with pytest.raises((Away, Wait)):
            desk.free(kind(), NOON, NOON + HALF)
    assert len(client.asked) == 1
    assert nearest(desk, kind(), NOON) == []


def test_without_a_key_it_says_so(app):
    desk = Desk(None, Memory())
    assert not desk.open
    with pytest.raises(NotConfigured):
        _ = desk.client


def test_only_bookings_of_the_host_that_still_stand_take_time(rows):
    rows(
        (NOON, 30, "Robin@example.com", "confirmed"),
        (NOON + HALF, 30, "robin@example.com", "pending"),
        (NOON + 3 * HALF, 30, "robin@example.com", "awaiting_payment"),
        (NOON + 5 * HALF, 30, "robin@example.com", "cancelled"),
        (NOON + 5 * HALF, 30, "casey@example.com", "confirmed"),
    )
    assert busy(kind(), NOON - HALF, NOON + 10 * HALF) == [Span(NOON, NOON + 2 * HALF), Span(NOON + 3 * HALF, NOON + 4 * HALF)]
    assert busy(kind(), NOON + timedelta(minutes=10), NOON + timedelta(minutes=20)) == [Span(NOON + timedelta(minutes=10), NOON + timedelta(minutes=20))]
    desk = Desk(Slots(NOON, NOON + 2 * HALF), Memory())
    assert [each.start for each in desk.free(kind(), NOON, NOON + 10 * HALF)] == [NOON + 2 * HALF]


def test_the_nearest_times_come_first_by_distance_and_stand_in_order(rows):
    rows()
    desk = Desk(Slots(*(NOON + number * HALF for number in range(1, 20))), Memory())
    found = nearest(desk, kind(), NOON + 5 * HALF, most=3)
    assert [each.start for each in found] == [NOON + number * HALF for number in (4, 5, 6)]
