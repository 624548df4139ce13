"""Every request that our client can make fits Cal.com's published document: path, method, parameters, version, body."""

import contextlib
import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from app.calcom import calling
from app.calcom.account import Home
from app.calcom.calling import Caller
from app.calcom.client import Client
from app.calcom.errors import CalcomError
from app.calcom.pace import SharedPace
from app.calcom.pace_store import Memory
from app.calcom.protocol import Call
from app.calcom.transport import Received
from app.calcom.types import NewBooking, Override, Place, WorkingHours
from app.calcom.versions import HEADER
from tests.calcom_document import faults_of_request, operation

NINE = datetime(2030, 1, 7, 9, tzinfo=UTC)
NEW = NewBooking(
    event_type_id=5,
    start=NINE,
    name="Ada",
    email="ada@example.org",
    phone="+442079460958",
    time_zone="Asia/Kolkata",
    language="de",
    answers={"company": "Acme"},
    guests=("bo@example.org",),
    length_minutes=30,
    metadata={"source": "site"},
)
HOURS = [WorkingHours(days=("Monday", "Friday"), start="09:00", end="17:00")]
OTHER = [Override(day=date(2030, 1, 7), start="10:00", end="11:00")]
KIND = {"title": "Intro", "slug": "intro", "lengthInMinutes": 30}
TEAM_KIND = KIND | {"schedulingType": "collective", "hosts": [{"userId": 1}]}
IN_ORGANISATION = Home(organisation=7, team=3, event_type=5)
EVERYTHING = {
    "statuses": ("upcoming", "past"),
    "after_updated": NINE,
    "after_created": NINE,
    "after_start": NINE,
    "before_end": NINE,
    "attendee_email": "ada@example.org",
    "event_type_id": 5,
}

ACTS: dict[str, Callable[[Client], Any]] = {
    "bookings.pages": lambda client: list(client.bookings.pages(**EVERYTHING)),  # type: ignore[arg-type]
    "bookings.pages created": lambda client: list(client.bookings.pages(sort="created", skip=250)),
    "bookings.all": lambda client: list(client.bookings.all(sort="start", take=100)),
    "bookings.get": lambda client: client.bookings.get("abc"),
    "bookings.get_by_seat": lambda client: client.bookings.get_by_seat("abc"),
    "bookings.create": lambda client: client.bookings.create(NEW),
    "bookings.cancel": lambda client: client.bookings.cancel("abc", reason="Ill", following=True),
    "bookings.cancel seat": lambda client: client.bookings.cancel("abc", reason="Ill", seat_uid="s"),
    "bookings.reschedule": lambda client: client.bookings.reschedule("abc", start=NINE, by="a@example.org", reason="Later"),
    "bookings.reschedule seat": lambda client: client.bookings.reschedule("abc", start=NINE, seat_uid="s"),
    "bookings.confirm": lambda client: client.bookings.confirm("abc"),
    "bookings.decline": lambda client: client.bookings.decline("abc", reason="No"),
    "bookings.mark_absent": lambda client: client.bookings.mark_absent("abc", host=True, attendees=[("a@example.org", True)]),
    "slots.free": lambda client: client.slots.free(event_type_id=5, start=NINE, end=NINE, time_zone="Asia/Kolkata", duration=30, moving_uid="abc"),
    "slots.hold": lambda client: client.slots.hold(event_type_id=5, start=NINE, duration=30),
    "slots.let_go": lambda client: client.slots.let_go("abc"),
    "event_types.mine": lambda client: client.event_types.mine(),
    "event_types.of": lambda client: client.event_types.of("hal"),
    "event_types.of_team": lambda client: client.event_types.of_team(3),
    "event_types.of_team of an organisation": lambda client: client.event_types.of_team(3, organisation_id=7),
    "event_types.get": lambda client: client.event_types.get(5),
    "event_types.get of a team": lambda client: client.event_types.get(5, team_id=3),
    "event_types.create": lambda client: client.event_types.create(KIND),
    "event_types.create of a team": lambda client: client.event_types.create(TEAM_KIND, team_id=3),
    "event_types.update": lambda client: client.event_types.update(5, {"title": "Intro", "hidden": True}),
    "event_types.update of a team": lambda client: client.event_types.update(5, {"title": "Intro"}, team_id=3),
    "event_types.delete": lambda client: client.event_types.delete(5),
    "event_types.delete of a team": lambda client: client.event_types.delete(5, team_id=3),
    "schedules.all": lambda client: client.schedules.all(),
    "schedules.default": lambda client: client.schedules.default(),
    "schedules.get": lambda client: client.schedules.get(5),
    "schedules.create": lambda client: client.schedules.create(name="Work", time_zone="Europe/Rome", default=True, hours=HOURS, overrides=OTHER),
    "schedules.update": lambda client: client.schedules.update(5, name="Work", time_zone="Europe/Rome", default=False, hours=HOURS, overrides=OTHER),
    "schedules.delete": lambda client: client.schedules.delete(5),
    "webhooks.all": lambda client: client.webhooks.all(),
    "webhooks.all of an event type": lambda client: client.webhooks.all(Home(event_type=5)),
    "webhooks.create": lambda client: client.webhooks.create(url="https://a.example/w", triggers=["BOOKING_CREATED"], secret="s" * 8, version="2021-10-20"),
    "webhooks.create of an event type": lambda client: client.webhooks.create(
        url="https://a.example/w", triggers=[], secret="s", template="{}", home=Home(event_type=5)
    ),
    "webhooks.update": lambda client: client.webhooks.update("3", url="https://a.example/w", triggers=["BOOKING_PAID"], secret="s", active=False),
    "webhooks.update of an event type": lambda client: client.webhooks.update("3", active=True, home=Home(event_type=5)),
    "webhooks.all of a team's event type": lambda client: client.webhooks.all(Home(event_type=5, team=3)),
    "webhooks.all of an organisation": lambda client: client.webhooks.all(Home(organisation=7)),
    "webhooks.create of an organisation": lambda client: client.webhooks.create(url="https://a.example/w", triggers=[], secret="s", home=Home(organisation=7)),
    "webhooks.update of an organisation": lambda client: client.webhooks.update("3", template="", home=Home(organisation=7)),
    "webhooks.delete of a team's event type": lambda client: client.webhooks.delete("3", Home(event_type=5, team=3)),
    "webhooks.delete": lambda client: client.webhooks.delete("3"),
    "webhooks.delete of an event type": lambda client: client.webhooks.delete("3", Home(event_type=5)),
    "people.me": lambda client: client.people.me(),
    "people.change_me": lambda client: client.people.change_me({"name": "Hal", "weekStart": "Monday", "defaultScheduleId": 3}),
    "teams.create": lambda client: client.teams.create({"name": "Acme", "slug": "acme"}),
    "teams.update": lambda client: client.teams.update(3, {"name": "Acme", "isPrivate": True}),
    "teams.delete": lambda client: client.teams.delete(3),
    "teams.add": lambda client: client.teams.add(3, 5, role="ADMIN", accepted=True),
    "teams.change": lambda client: client.teams.change(3, 5, role="OWNER"),
    "teams.remove": lambda client: client.teams.remove(3, 5),
    "people.teams": lambda client: client.people.teams(),
    "people.memberships": lambda client: client.people.memberships(3),
    "people.organisation_teams": lambda client: client.people.organisation_teams(7),
    "people.organisation_users": lambda client: client.people.organisation_users(7, emails=["a@example.org"]),
    "people.organisation_memberships": lambda client: client.people.organisation_memberships(7),
    "people.memberships of an organisation": lambda client: client.people.memberships(3, organisation_id=7),
    "teams.create of an organisation": lambda client: client.teams.create({"name": "Acme", "bannerUrl": "https://a.example/b"}, organisation_id=7),
    "teams.update of an organisation": lambda client: client.teams.update(3, {"timeFormat": 12}, organisation_id=7),
    "teams.delete of an organisation": lambda client: client.teams.delete(3, organisation_id=7),
    "teams.add of an organisation": lambda client: client.teams.add(3, 5, role="ADMIN", no_impersonation=True, organisation_id=7),
    "teams.add to an organisation": lambda client: client.teams.add(None, 5, role="ADMIN", accepted=True, organisation_id=7),
    "teams.change in an organisation": lambda client: client.teams.change(None, 5, role="ADMIN", no_impersonation=False, organisation_id=7),
    "teams.remove from an organisation": lambda client: client.teams.remove(None, 5, organisation_id=7),
    "teams.remove of an organisation": lambda client: client.teams.remove(3, 5, organisation_id=7),
    "event_types.get of an organisation": lambda client: client.event_types.get(5, team_id=3, organisation_id=7),
    "event_types.create of an organisation": lambda client: client.event_types.create(TEAM_KIND, team_id=3, organisation_id=7),
    "event_types.update of an organisation": lambda client: client.event_types.update(5, {"title": "Intro"}, team_id=3, organisation_id=7),
    "event_types.delete of an organisation": lambda client: client.event_types.delete(5, team_id=3, organisation_id=7),
    "private_links.all": lambda client: client.private_links.all(Home(event_type=5)),
    "private_links.all of an organisation": lambda client: client.private_links.all(IN_ORGANISATION),
    "private_links.create": lambda client: client.private_links.create(Home(event_type=5), most_uses=3),
    "private_links.update": lambda client: client.private_links.update(IN_ORGANISATION, "abc", expires_at=NINE),
    "private_links.delete": lambda client: client.private_links.delete(Home(event_type=5), "abc"),
    "private_links.delete of an organisation": lambda client: client.private_links.delete(IN_ORGANISATION, "abc"),
    "calendars.destination": lambda client: client.calendars.destination(),
    "calendars.write_to": lambda client: client.calendars.write_to("google_calendar", "a@example.org"),
    "keys.refresh": lambda client: client.keys.refresh(days=90),
    "keys.refresh for ever": lambda client: client.keys.refresh(),
}
NEWER_THAN_THE_DOCUMENT = {"bookings.ask_to_move"}
PLACES = [
    Place(type="address", value="here"),
    Place(type="attendeeAddress", value="there"),
    Place(type="attendeeDefined", value="anywhere"),
    Place(type="attendeePhone", value="+442079460958"),
    Place(type="integration", value="cal-video"),
    Place(type="link", value="https://a.example"),
    Place(type="phone", value="+442079460958"),
    Place(type="organizersDefaultApp"),
]


class Recorder:
    """A transport that writes down what it should carry, and answers a fault."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __call__(self, call: Call, *, seconds: float) -> Received:
        self.calls.append(call)
        return Received(400, {}, b"{}")


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr(calling, "PAUSES", ())
    return Recorder()


def faults(call: Call) -> list[str]:
    """Everything about a call that the document does not allow."""
    path = "/v2" + call.path
    found = operation(call.method, path)
    if found is None:
        return [f"{call.method} {path} is not in the document"]
    declared = {one["name"] for one in found["parameters"] if one["in"] == "query"}
    wrong = [f"parameter {name}" for name, _ in parse_qsl(call.target.partition("?")[2]) if name not in declared]
    versions = {one.get("schema", {}).get("default") for one in found["parameters"] if one["name"] == HEADER}
    if versions and call.headers.get(HEADER) not in versions:
        wrong.append(f"version {call.headers.get(HEADER)} instead of {versions}")
    return wrong + faults_of_request(call.method, path, call.body)


@pytest.mark.parametrize("act", ACTS)
def test_a_request_fits_the_document(act: str, recorder: Recorder) -> None:
    with contextlib.suppress(CalcomError):
        ACTS[act](Client(Caller(recorder, SharedPace(Memory(), "k"), sleep=lambda _: None)))
    assert recorder.calls, "nothing was asked"
    for call in recorder.calls:
        assert not faults(call), call


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.type)
def test_a_booking_at_each_kind_of_place_fits_the_document(place: Place, recorder: Recorder) -> None:
    wanted = NewBooking(event_type_id=5, start=NINE, name="Ada", email="ada@example.org", time_zone="UTC", location=place)
    with contextlib.suppress(CalcomError):
        Client(Caller(recorder, SharedPace(Memory(), "k"))).bookings.create(wanted)
    assert not faults(recorder.calls[0])


def test_every_method_of_the_client_is_tried() -> None:
    client = Client(Caller(Recorder(), SharedPace(Memory(), "k")))
    methods = {
        f"{noun}.{name}"
        for noun in ("bookings", "slots", "event_types", "schedules", "webhooks", "people", "teams", "private_links", "calendars", "keys")
        for name, _ in inspect.getmembers(getattr(client, noun), inspect.ismethod)
        if not name.startswith("_")
    }
    assert methods == {act.split()[0] for act in ACTS} | NEWER_THAN_THE_DOCUMENT


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (Call("x", "GET", "/bookings", (("take", "5"), ("page", "2"))), "parameter page"),
        (Call("x", "GET", "/booking"), "not in the document"),
        (Call("x", "POST", "/bookings", body={"start": "2030-01-07T09:00:00Z", "attendee": {"name": "A", "timeZone": "UTC"}, "evenTypeId": 5}), "evenTypeId"),
    ],
)
def test_the_judge_sees_what_is_wrong(call: Call, words: str) -> None:
    assert words in " ".join(faults(call))
