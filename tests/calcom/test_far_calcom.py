"""Every method of the client against the simulated Cal.com, over a real connection; then with its faults."""

import inspect
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import clock
from app.calcom import calling
from app.calcom.calling import Caller
from app.calcom.client import Client
from app.calcom.errors import Away, CalcomError, NotAllowed, NotFound, Reason, Refused, Wait
from app.calcom.pace import SharedPace
from app.calcom.pace_store import Memory
from app.calcom.transport import Wire
from app.calcom.types import Booking, EventType, NewBooking, Override, Slot, WorkingHours
from tests.factories.far_calcom import FarCalcom, far_calcom

HOURS = (WorkingHours(days=("Monday", "Friday"), start="09:00", end="17:00"),)


@pytest.fixture
def far() -> Iterator[FarCalcom]:
    with far_calcom() as found:
        found.turn(api_limit=100_000)
        yield found


class Watched(Client):
    """A client that knows which of its methods were called."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.called: set[str] = set()
        for noun in ("bookings", "slots", "event_types", "schedules", "webhooks", "people"):
            for name, method in inspect.getmembers(getattr(self, noun), inspect.ismethod):
                if not name.startswith("_"):
                    setattr(getattr(self, noun), name, self._watch(f"{noun}.{name}", method))

    def _watch(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.called.add(name)
            return method(*arguments, **named)

        return call

    @property
    def methods(self) -> set[str]:
        nouns = ("bookings", "slots", "event_types", "schedules", "webhooks", "people")
        return {f"{noun}.{name}" for noun in nouns for name, _ in inspect.getmembers(type(getattr(self, noun)), inspect.isfunction) if not name.startswith("_")}


@pytest.fixture
def client(far: FarCalcom) -> Watched:
    return Watched(Caller(Wire(f"{far.url}/v2", "cal_demo"), SharedPace(Memory(), "cal_demo")))


def kind_of(client: Client, slug: str) -> EventType:
    return next(kind for kind in client.event_types.mine() if kind.slug == slug)


def free(client: Client, kind: EventType, **more: Any) -> list[Slot]:
    days = client.slots.free(event_type_id=kind.id, start=clock.now(), end=clock.now() + timedelta(days=20), **more)
    return [slot for day in days.values() for slot in day]


def wanted(kind: EventType, slot: Slot, **more: Any) -> NewBooking:
    return NewBooking(event_type_id=kind.id, start=slot.start, name="Ada", email=more.pop("email", "ada@example.org"), time_zone="Asia/Kolkata", **more)


def test_a_life_by_the_api_uses_every_method(client: Watched, far: FarCalcom) -> None:
    me = client.people.me()
    intro = kind_of(client, "intro")
    assert intro.owner_id == me.id
    assert client.event_types.get(intro.id) == intro
    assert intro.slug in {kind.slug for kind in client.event_types.of(me.username)}
    slots = free(client, intro, time_zone="Asia/Kolkata")
    hold = client.slots.hold(event_type_id=intro.id, start=slots[0].start)
    assert hold.until > clock.now()
    client.slots.let_go(hold.uid)

    (made,) = client.bookings.create(wanted(intro, slots[0], metadata={"source": "site"}, guests=("bo@example.org",)))
    assert (made.status, made.start, made.metadata["source"]) == ("accepted", slots[0].start, "site")
    assert made.metadata["frontdesk_attempt"]
    assert client.bookings.get(made.uid)[0].attendees[0].email == "ada@example.org"
    assert slots[0].start not in {slot.start for slot in free(client, intro)}
    assert slots[0].start in {slot.start for slot in free(client, intro, moving_uid=made.uid)}

    moved = client.bookings.reschedule(made.uid, start=slots[3].start, by=me.email, reason="Later")
    assert (moved.start, moved.rescheduled_from_uid) == (slots[3].start, made.uid)
    assert client.bookings.get(made.uid)[0].rescheduled_to_uid == moved.uid
    (gone,) = client.bookings.cancel(moved.uid, reason="Ill")
    assert (gone.status, gone.cancellation_reason) == ("cancelled", "Ill")
    assert {row.uid for row in client.bookings.all(sort="created", take=1)} == {made.uid, moved.uid}
    (page,) = client.bookings.pages(statuses=["cancelled"], attendee_email="ada@example.org", event_type_id=intro.id)
    assert {row.uid for row in page.bookings} == {made.uid, moved.uid}
    assert list(client.bookings.all(after_updated=clock.now() + timedelta(minutes=1))) == []

    assert client.people.change_me({"timeZone": "Europe/Rome"}).time_zone == "Europe/Rome"
    _ask_for_consent(client)
    _take_a_seat(client)
    _change_what_can_be_booked(client)
    with pytest.raises(NotFound, match="Team with id=3"):
        client.people.memberships(3)
    for ask in (client.people.organisation_teams, client.people.organisation_memberships):
        with pytest.raises(NotAllowed, match="not an admin"):
            ask(7)
    with pytest.raises(NotFound, match="knows no teams"):
        client.people.organisation_users(7)
    with pytest.raises(NotFound):
        client.event_types.of_team(3)
    assert client.people.teams() == ()
    assert client.keys.refresh(days=90).startswith("cal_")
    with pytest.raises(NotAllowed):
        client.people.me()
    assert client.called == client.methods


def _ask_for_consent(client: Client) -> None:
    asked = next(kind for kind in client.event_types.mine() if kind.confirmation and not kind.price)
    one, *_, other = free(client, asked)
    (pending,) = client.bookings.create(wanted(asked, one))
    assert pending.status == "pending"
    assert client.bookings.confirm(pending.uid).status == "accepted"
    (second,) = client.bookings.create(wanted(asked, other))
    assert client.bookings.decline(second.uid, reason="No").status == "rejected"
    with pytest.raises(Refused):
        client.bookings.mark_absent(pending.uid, host=True)
    assert client.bookings.ask_to_move(pending.uid, reason="Ill").status == "cancelled"


def _take_a_seat(client: Client) -> None:
    group = next(kind for kind in client.event_types.mine() if kind.seats)
    slot, *_, later = free(client, group)
    (first,) = client.bookings.create(wanted(group, slot))
    (second,) = client.bookings.create(wanted(group, slot, email="bo@example.org"))
    assert first.seated
    assert first.uid == second.uid
    assert client.bookings.get_by_seat(second.seat_uid).uid == first.uid
    moved = client.bookings.reschedule(first.uid, start=later.start, seat_uid=second.seat_uid)
    assert moved.start == later.start
    (left,) = client.bookings.cancel(first.uid, reason="Ill", seat_uid=first.seat_uid)
    assert first.seat_uid not in {person.seat_uid for person in left.attendees}


def _change_what_can_be_booked(client: Client) -> None:
    other = Override(day=clock.now().date(), start="10:00", end="11:00")
    made = client.schedules.create(name="Evenings", time_zone="Europe/Rome", hours=HOURS, overrides=[other])
    assert made.hours == HOURS
    assert client.schedules.update(made.id, name="Mornings").name == "Mornings"
    assert client.schedules.get(made.id).hours == HOURS
    assert client.schedules.default().default
    kind = client.event_types.create({"title": "Late", "slug": "late", "lengthInMinutes": 45, "scheduleId": made.id, "minimumBookingNotice": 5})
    assert (kind.length_minutes, kind.schedule_id, kind.minimum_notice) == (45, made.id, 5)
    assert client.event_types.update(kind.id, {"hidden": True}).hidden
    with pytest.raises(Refused):
        client.event_types.create({"title": "Late", "slug": "late", "lengthInMinutes": 45})
    client.event_types.delete(kind.id)
    client.schedules.delete(made.id)
    assert made.id not in {schedule.id for schedule in client.schedules.all()}
    hook = client.webhooks.create(url="https://site.example/w", triggers=["BOOKING_CREATED"], secret="s" * 12)
    assert hook in client.webhooks.all()
    assert not client.webhooks.update(hook.id, active=False).active
    with pytest.raises(Refused) as caught:
        client.webhooks.create(url="https://site.example/w", triggers=["BOOKING_CREATED"], secret="s" * 12)
    assert caught.value.status == 409
    client.webhooks.delete(hook.id)
    with pytest.raises(NotFound):
        client.webhooks.delete(hook.id)


def test_who_was_absent_is_marked_after_the_start(client: Client, far: FarCalcom) -> None:
    intro = kind_of(client, "intro")
    (made,) = client.bookings.create(wanted(intro, free(client, intro)[0]))
    far.desk.engine.now = lambda: made.start + timedelta(minutes=10)
    marked = client.bookings.mark_absent(made.uid, attendees=[("ada@example.org", True)])
    assert marked.attendees[0].absent


def test_each_reason_why_a_booking_cannot_be_is_told_apart(client: Client) -> None:
    intro = kind_of(client, "intro")
    slot = free(client, intro)[0]
    client.bookings.create(wanted(intro, slot))
    times = {
        Reason.TAKEN: slot.start,
        Reason.PAST: slot.start - timedelta(days=30),
        Reason.NOTICE: slot.start + timedelta(days=700),
    }
    for reason, start in times.items():
        with pytest.raises(Refused) as caught:
            client.bookings.create(wanted(intro, Slot(start=start), email="bo@example.org"))
        assert caught.value.reason is reason, str(caught.value)
    with pytest.raises(Refused) as held:
        client.slots.hold(event_type_id=intro.id, start=slot.start)
    assert held.value.reason is Reason.TAKEN
    with pytest.raises(NotFound):
        client.bookings.create(NewBooking(event_type_id=99_999, start=slot.start, name="A", email="a@example.org", time_zone="UTC"))


def test_the_same_attempt_books_once_however_often_it_is_sent(client: Client) -> None:
    intro = kind_of(client, "intro")
    order = wanted(intro, free(client, intro)[0], attempt="the-form-of-ada")
    first, again = client.bookings.create(order), client.bookings.create(order)
    assert first[0].uid == again[0].uid
    assert len(list(client.bookings.all())) == 1


@pytest.mark.parametrize("fault", ["lost", "html", "500"])
def test_a_write_hit_by_a_fault_is_told_rightly(client: Client, far: FarCalcom, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "SETTLE_PAUSES", (0.01, 0.01))
    intro = kind_of(client, "intro")
    slot = free(client, intro)[0]

    def rows() -> list[Booking]:
        return list(client.bookings.all())

    far.turn(api_next=fault)
    try:
        (made,) = client.bookings.create(wanted(intro, slot))
    except CalcomError:
        assert rows() == []
    else:
        assert [row.uid for row in rows()] == [made.uid]
        far.turn(api_next=fault)
        assert client.bookings.cancel(made.uid, reason="Ill")[0].status == "cancelled"
    assert fault != "lost" or rows()


@pytest.mark.parametrize("fault", ["500", "html", "cut", "500*2,cut"])
def test_a_read_hit_by_a_fault_is_repeated(client: Client, far: FarCalcom, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PAUSES", (0.01, 0.01, 0.01))
    far.turn(api_next=fault)
    assert client.unhurried().people.me().username == "demo"


def test_a_slow_body_and_a_redirect_end_in_time(client: Client, far: FarCalcom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PERSON_SECONDS", 1.2)
    far.turn(api_slow=1.0, api_slow_ms=60_000)
    since = time.monotonic()
    with pytest.raises(Away, match="could not be asked to read the profile"):
        client.people.me()
    assert time.monotonic() - since < 3
    far.turn(api_slow=0.0, api_next="redirect")
    with pytest.raises(Away, match="redirect"):
        client.people.me()


def test_a_key_that_is_none_is_told(far: FarCalcom) -> None:
    with pytest.raises(NotAllowed, match="CALCOM_API_KEY"):
        Client(Caller(Wire(f"{far.url}/v2", "no_key"), SharedPace(Memory(), "k"))).people.me()


def test_a_long_sync_never_meets_the_limit_and_people_pass_it(client: Client, far: FarCalcom) -> None:
    far.turn(api_limit=120, clock_scale=20)
    patient = client.unhurried()
    since = time.monotonic()
    for number in range(300):
        patient.people.me()
        if number % 20 == 0:
            client.people.me()
    assert far.desk.limiter.refusals == 0
    assert time.monotonic() - since < 30
    far.turn(api_limit=1)
    with pytest.raises(Wait):
        client.people.me()


def test_times_are_aware_and_utc(client: Client) -> None:
    intro = kind_of(client, "intro")
    (made,) = client.bookings.create(wanted(intro, free(client, intro, time_zone="Asia/Kolkata")[0]))
    for moment in (made.start, made.end, made.created_at, made.updated_at):
        assert isinstance(moment, datetime)
        assert moment.tzinfo is UTC
