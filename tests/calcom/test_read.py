"""What Cal.com leaves out, writes as null, switches off or spells in another way is one and the same to us."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.calcom import read_account, read_booking, read_catalogue, read_slots, read_value
from app.calcom.calling import Answer
from app.calcom.errors import Away
from app.calcom.types import Booking, BookingField, Confirmation, EventType, Place, Recurrence, Seats, Window

AT = datetime(2030, 1, 1, tzinfo=UTC)
EIGHT = "2030-01-08T08:00:00Z"
KIND = {"id": 9, "slug": "intro", "title": "Intro", "lengthInMinutes": 30}
LEAST = {"uid": "u1", "status": "accepted", "start": "2030-01-07T09:00:00.000Z", "duration": 30}


def said(data: Any) -> Answer:
    return Answer(data, {}, AT)


def kind(**values: Any) -> EventType:
    return read_catalogue.event_type(said(KIND | values))


def booking(**values: Any) -> Booking:
    (found,) = read_booking.bookings(said(LEAST | values))
    return found


# Bookings -----------------------------------------------------------------------------------------------------------------


def test_the_least_that_makes_a_booking_is_uid_status_and_time() -> None:
    found = booking()
    assert found.end == datetime(2030, 1, 7, 9, 30, tzinfo=UTC)
    assert (found.attendees, found.hosts, found.metadata, found.updated_at, found.event_type_id) == ((), (), {}, None, None)


def test_null_is_nothing_everywhere() -> None:
    names = "id title description hosts eventType eventTypeId location attendees guests metadata createdAt updatedAt absentHost rating icsUid"
    found = booking(**dict.fromkeys(names.split()))
    assert (found.id, found.title, found.description, found.location, found.absent_host) == (None, "", "", "", False)


@pytest.mark.parametrize("missing", LEAST)
def test_without_any_of_the_least_there_is_no_booking(missing: str) -> None:
    assert read_booking.booking({name: value for name, value in LEAST.items() if name != missing}) is None


@pytest.mark.parametrize("noise", [None, [], "text", 5, [None], [{"uid": 1}], {"uid": "u", "start": "noon", "status": "x"}])
def test_noise_is_no_booking(noise: object) -> None:
    with pytest.raises(Away):
        read_booking.bookings(said(noise))


def test_a_deleted_event_type_leaves_a_null() -> None:
    assert booking(eventType=None, eventTypeId=None).event_type_id is None
    assert booking(eventType=None, eventTypeId=5).event_type_id == 5


def test_a_series_answers_all_its_bookings() -> None:
    found = read_booking.bookings(said([LEAST, LEAST | {"uid": "u2", "recurringBookingUid": "r"}]))
    assert [row.uid for row in found] == ["u1", "u2"]
    assert found[1].recurring_uid == "r"


def test_a_class_is_told_by_its_seats_or_by_what_only_single_bookings_have() -> None:
    seat = {"name": "Ada", "email": "a@example.org", "seatUid": "s1", "bookingFieldsResponses": {"notes": "x"}, "metadata": {"a": "b"}}
    assert booking(attendees=[seat]).seated
    assert booking(attendees=[seat]).attendees[0].answers == {"notes": "x"}
    assert booking(attendees=[], seatUid="s1").seated
    assert booking(attendees=[]).seated, "all have left"
    assert not booking(attendees=[], bookingFieldsResponses={}).seated
    assert not booking(attendees=[{"name": "Ada", "email": "a@example.org"}]).seated


def test_neither_uids_nor_people_stand_in_what_is_printed() -> None:
    found = booking(attendees=[{"name": "Ada", "email": "ada@example.org", "seatUid": "seat-1"}], hosts=[{"id": 1, "name": "Hal", "email": "hal@example.com"}])
    for secret in ("u1", "Ada", "ada@example.org", "seat-1", "Hal", "hal@example.com"):
        assert secret not in repr(found)


# Event types --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [None, {"disabled": True}, {}, [], [{"disabled": True}], "odd"])
def test_what_is_switched_off_is_none(off: object) -> None:
    found = kind(seats=off, recurrence=off, confirmationPolicy=off, bookingWindow=off, locations=None, bookingFields=None, metadata=None, users=None)
    assert (found.seats, found.recurrence, found.confirmation, found.window) == (None, None, None, None)
    assert (found.locations, found.booking_fields, found.metadata, found.users) == ((), (), {}, ())


def test_what_is_switched_on_is_read() -> None:
    found = kind(
        lengthInMinutesOptions=[15, "30", "odd"],
        price=2500,
        currency="eur",
        hidden=True,
        seats={"seatsPerTimeSlot": 8, "showAttendeeInfo": True, "showAvailabilityCount": False},
        recurrence={"interval": 2, "occurrences": 4, "frequency": "weekly"},
        confirmationPolicy={"type": "time", "noticeThreshold": {"unit": "hours", "count": 24}},
        minimumBookingNotice=120,
        scheduleId=4,
        ownerId=1,
        disableGuests=True,
    )
    assert found.length_options == (15, 30)
    assert (found.price, found.currency, found.hidden) == (2500, "EUR", True)
    assert found.seats == Seats(per_slot=8, show_attendees=True, show_available=False)
    assert found.recurrence == Recurrence(frequency="weekly", interval=2, occurrences=4)
    assert found.confirmation == Confirmation(type="time", notice_count=24, notice_unit="hours")
    assert (found.minimum_notice, found.schedule_id, found.owner_id, found.guests_allowed) == (120, 4, 1, False)
    assert kind(price=0, currency="usd").currency == "", "free"
    assert kind(lengthInMinutesOptions=5).length_options == ()
    assert kind(seatsPerTimeSlot=3).seats == Seats(per_slot=3)
    assert found.raw["lengthInMinutes"] == 30


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ([{"type": "calendarDays", "value": 30, "rolling": True}], Window(type="calendarDays", days=30, rolling=True)),
        ({"type": "businessDays", "value": 5}, Window(type="businessDays", days=5)),
        ([{"type": "range", "value": ["2030-01-01", "2030-02-01"]}], Window(type="range", first=date(2030, 1, 1), last=date(2030, 2, 1))),
        ({"type": "range", "value": ["2030-01-01"]}, Window(type="range")),
    ],
)
def test_a_window_is_written_as_an_object_and_read_back_as_a_list(written: object, read: Window) -> None:
    assert kind(bookingWindow=written).window == read


def test_places_and_questions_of_every_kind() -> None:
    places = [
        {"type": "address", "address": "Here 1", "public": True},
        {"type": "link", "link": "https://a.example", "public": False},
        {"type": "phone", "phone": "+44", "public": True},
        {"type": "integration", "integration": "cal-video", "link": "https://b.example"},
        {"type": "attendeePhone"},
        {"type": "unknown", "location": "odd"},
    ]
    fields = [
        {"type": "name", "slug": "name", "isDefault": True, "required": True, "label": "Name", "placeholder": None},
        {"type": "email", "required": True},
        {"type": "select", "slug": "size", "isDefault": False, "options": ["S", {"value": "M", "label": "Medium"}, {"label": "L"}, 4, None]},
        {"type": "boolean", "slug": "terms", "options": "odd", "hidden": True},
    ]
    found = kind(locations=places, bookingFields=fields)
    assert found.locations == (
        Place(type="address", value="Here 1", public=True),
        Place(type="link", value="https://a.example"),
        Place(type="phone", value="+44", public=True),
        Place(type="integration", value="cal-video"),
        Place(type="attendeePhone"),
        Place(type="unknown", value="odd"),
    )
    assert found.booking_fields == (
        BookingField(slug="name", type="name", label="Name", required=True, own=False),
        BookingField(slug="email", type="email", required=True, own=False),
        BookingField(slug="size", type="select", options=("S", "M", "L", "4")),
        BookingField(slug="terms", type="boolean", hidden=True),
    )


def test_event_types_that_cannot_be_read_are_left_out_and_old_shapes_are_told() -> None:
    assert [found.id for found in read_catalogue.event_types(said([KIND, {"id": 1}, None, KIND | {"id": "10"}]))] == [9, 10]
    with pytest.raises(Away, match="version"):
        read_catalogue.event_types(said({"eventTypeGroups": []}))
    with pytest.raises(Away):
        read_catalogue.event_type(said(None))


def test_schedules_are_read_as_far_as_they_go() -> None:
    rows = [
        {"id": 3, "name": "Work", "availability": [{"days": ["Monday", 5], "startTime": "09:00"}], "overrides": [{"date": "odd"}, {"date": "2030-01-07"}]},
        {},
    ]
    (found,) = read_catalogue.schedules(said(rows))
    assert (found.time_zone, found.hours[0].days, found.hours[0].end) == ("UTC", ("Monday",), "")
    assert [other.day for other in found.overrides] == [date(2030, 1, 7)]
    with pytest.raises(Away):
        read_catalogue.schedule(said([]))


# Slots, people, webhooks --------------------------------------------------------------------------------------------------


def test_free_times_are_in_order_and_days_without_any_are_left_out() -> None:
    days = {
        "2030-01-08": [
            {"start": "2030-01-08T10:00:00+01:00", "end": "2030-01-08T10:30:00+01:00", "attendeesCount": 2, "bookingUid": "c1"},
            "2030-01-08T08:00:00Z",
        ],
        "2030-01-07": [{"time": "2030-01-07T09:00:00Z"}, {"start": "odd"}, None],
        "2030-01-09": [],
        "2030-01-10": None,
        "odd": [{"start": "2030-01-07T09:00:00Z"}],
    }
    for shape in (days, {"slots": days}):
        found = read_slots.free(said(shape))
        assert list(found) == [date(2030, 1, 7), date(2030, 1, 8)]
        assert [slot.start.hour for slot in found[date(2030, 1, 8)]] == [8, 9]
        assert (found[date(2030, 1, 8)][1].attendees, found[date(2030, 1, 8)][1].booking_uid) == (2, "c1")
    assert read_slots.free(said({})) == {}
    with pytest.raises(Away):
        read_slots.free(said([]))
    with pytest.raises(Away):
        read_slots.hold(said({"reservationUid": "h"}))


def test_people_and_teams_are_mostly_null_in_practice() -> None:
    assert [team.name for team in read_account.teams(said([{"id": 1, "name": "A", "slug": None, "timeZone": None}, {"name": "no id"}]))] == ["A"]
    (member,) = read_account.members(said({"id": 4, "userId": 2, "role": "ADMIN", "accepted": None, "user": None}))
    assert (member.membership_id, member.accepted, member.email) == (4, True, "")
    (user,) = read_account.users(said([{"id": 2, "email": "a@example.org", "username": "global", "profile": {"username": "local"}}, {}]))
    assert user.username == "local"
    with pytest.raises(Away):
        read_account.me(said([]))
    with pytest.raises(Away):
        read_account.webhook(said({"id": 3}))


def test_the_id_of_a_webhook_may_be_a_number_or_a_text_and_its_secret_is_not_printed() -> None:
    one = read_account.webhook(said({"id": 3, "subscriberUrl": "https://a.example", "secret": "s3cret", "triggers": None}))
    other = read_account.webhook(said({"id": "abc", "subscriberUrl": "https://a.example", "secret": None}))
    assert (one.id, other.id, one.secret, other.secret) == ("3", "abc", "s3cret", "")
    assert "s3cret" not in repr(one)


@pytest.mark.parametrize(
    ("value", "read"), [("5", 5), (5.0, 5), (5.5, None), (True, None), ("x", None), (None, None), ([], None), (float("inf"), None), (float("nan"), None)]
)
def test_whole_numbers_come_in_several_spellings(value: object, read: int | None) -> None:
    assert read_value.whole(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2030-01-07T10:00:00+01:00", datetime(2030, 1, 7, 9, tzinfo=UTC)),
        ("2030-01-07T09:00:00", datetime(2030, 1, 7, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("noon", None),
        (5, None),
    ],
)
def test_moments_come_in_several_spellings(value: object, read: datetime | None) -> None:
    assert read_value.moment(value) == read
