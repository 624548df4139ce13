"""What can be booked, read from a simulated Cal.com, and what becomes of the rows when it changes there."""

from datetime import date

import pytest

from app.calcom.account import Me, Member, Team
from app.calcom.errors import CalcomError, NotAllowed, NotFound
from app.calcom.types import EventType, Host, Override, Schedule, Window, WorkingHours
from app.db import db
from app.hosts import queries
from app.hosts.models import EventType as EventTypeRow
from app.sync import catalogue
from app.sync.catalogue import Counts
from tests.conftest import in_worker
from tests.factories.far_calcom import far_calcom


@pytest.fixture
def far():
    with far_calcom() as found:
        yield found


@pytest.fixture
def app(make_app, database_url, far):
    app = make_app(DATABASE_URL=database_url, **far.settings)
    with app.app_context():
        yield app


@pytest.fixture
def refresh(app):
    return lambda: in_worker(app, lambda: catalogue.refresh(app.extensions["works"].calcom))


def test_everything_that_can_be_booked_is_there_and_a_second_look_changes_nothing(refresh):
    first = refresh()
    assert first.created == 8
    assert refresh() == Counts(same=8)
    kinds = {kind.slug: kind for kind in queries.open_to_all()}
    intro, class_, flexible, brief = kinds["intro"], kinds["group-class"], kinds["flexible"], kinds["project-brief"]
    assert (intro.title, intro.minutes, intro.lengths, intro.price, intro.link) == ("Intro call", 30, [], 0, "demo/intro")
    assert intro.time_zone == "Europe/London"
    assert {"days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "start": "09:00", "end": "12:30"} in intro.working_hours
    assert (kinds["paid-session"].price, kinds["paid-session"].currency) == (9000, "GBP")
    assert class_.seats == 4
    assert flexible.lengths == [15, 30, 60]
    assert kinds["weekly-coaching"].recurrence["occurrences"] == 4
    assert kinds["consultation"].confirms_first
    assert {field["slug"] for field in brief.booking_fields} >= {"company", "pace", "campaign"}
    assert intro.host.username == "demo"
    assert intro.people == ["robin@example.com"]


def test_a_renamed_event_type_keeps_its_number_and_its_old_name_leads_on(refresh, far):
    refresh()
    host = queries.host_named("demo")
    number = queries.event_type_named(host, "intro").id
    far.kind("intro").slug = "first-call"
    assert refresh() == Counts(changed=1, same=7)
    host = queries.host_named("demo")
    found = queries.event_type_named(host, "intro")
    assert (found.id, found.slug) == (number, "first-call")
    far.kind("consultation").slug = "intro"
    refresh()
    assert queries.event_type_named(queries.host_named("demo"), "intro").title == "Consultation", "a name in use is nobody's old name"


def test_a_renamed_host_keeps_its_number_and_its_old_name_leads_on(refresh, far):
    refresh()
    number = queries.host_named("demo").id
    far.desk.engine.catalogue.hosts[0].username = "robin"
    far.desk.keys._made["cal_demo"] = "robin"
    refresh()
    assert queries.host_named("demo").id == number
    assert queries.host_named("demo").username == "robin"


def test_what_is_gone_is_kept_for_the_history_and_may_come_back(refresh, far):
    refresh()
    kind = far.desk.engine.catalogue.remove_type(101)
    assert refresh() == Counts(same=7, gone=1)
    assert refresh() == Counts(same=7)
    assert queries.event_type_named(queries.host_named("demo"), "intro") is None
    gone = next(each for each in queries.everything() if each.slug == "intro")
    assert gone.removed_at is not None
    assert not gone.active
    assert gone not in queries.everything(removed=False)
    far.desk.engine.catalogue._types[101] = kind
    assert refresh() == Counts(changed=1, same=7)
    assert queries.event_type_named(queries.host_named("demo"), "intro").active


def test_hidden_ones_are_kept_and_not_listed(refresh, far):
    far.kind("intro").hidden = True
    refresh()
    assert "intro" not in [kind.slug for kind in queries.open_to_all()]
    assert queries.at_link("demo/intro?month=1").hidden


def test_when_cal_com_fails_in_the_middle_nothing_changes(refresh, far):
    refresh()
    before = [(kind.slug, kind.last_synced_at) for kind in queries.everything()]
    far.kind("intro").slug = "renamed"
    far.turn(api_next="ok,500*20")
    with pytest.raises(CalcomError):
        refresh()
    assert [(kind.slug, kind.last_synced_at) for kind in queries.everything()] == before


# Teams, which the simulated Cal.com does not have ---------------------------------------------------------------------


def kind(number, slug, **values):
    return EventType(id=number, slug=slug, title=slug.title(), length_minutes=30, **values)


class Fake:
    """A client with a team; what it answers can be replaced."""

    def __init__(self):
        self.people = self.event_types = self.schedules = self
        self.answers = {
            "me": Me(id=1, username="demo", email="robin@example.com", name="Robin", default_schedule_id=11),
            "all": (Schedule(id=11, name="Office", time_zone="Europe/London", hours=(WorkingHours(days=("Monday",), start="09:00", end="17:00"),),
                             overrides=(Override(day=date(2026, 12, 24), start="00:00", end="00:00"),)),),
            "mine": (kind(1, "intro", window=Window(type="range", first=date(2026, 1, 1), last=date(2026, 12, 31)),
                          raw={"destinationCalendar": {"integration": "google_calendar", "externalId": "robin@example.com"}}),),
            "teams": (Team(id=5, name="The team", slug="crew"), Team(id=6, name="The firm", slug="firm", organisation=True), Team(id=7, name="Nameless")),
            "memberships": (Member(user_id=1, username="demo", email="robin@example.com"), Member(user_id=2, username="casey", email="casey@example.com"),
                            Member(user_id=3, username="pending", accepted=False), Member(user_id=4)),
            "of_team": (kind(20, "round", raw={"schedulingType": "roundRobin", "hosts": [{"userId": 1}, {"userId": 2}, "odd"]}),
                        kind(21, "template", raw={"schedulingType": "managed"}),
                        kind(22, "both", users=(Host(id=2, name="Casey", email="casey@example.com", username="casey", time_zone="UTC"),))),
            "of": (kind(30, "studio"), kind(22, "both")),
        }  # fmt: skip

    def __getattr__(self, name):
        def answer(*_):
            found = self.answers[name]
            if isinstance(found, Exception):
                raise found
            return found

        return answer


@pytest.fixture
def store(app):
    def run(client):
        in_worker(app, lambda: catalogue.refresh(client))
        return {row.calcom_id: row for row in db.session.query(EventTypeRow)}

    return run


def test_teams_and_their_members_have_pages_of_their_own(store):
    rows = store(Fake())
    assert [(host.kind, host.username) for host in queries.bookable_hosts()] == [("person", "demo"), ("team", "crew"), ("person", "casey")]
    assert rows[20].link == "team/crew/round"
    assert (rows[20].shared, rows[20].people) == ("roundRobin", ["robin@example.com", "casey@example.com"])
    assert not rows[21].active
    assert rows[22].host.username == "crew", "told twice, by the team and by its member: the team comes first"
    assert rows[22].people == ["casey@example.com"]
    assert rows[1].destination == {"integration": "google_calendar", "name": "robin@example.com"}
    assert rows[1].window == {"type": "range", "days": 0, "rolling": False, "first": "2026-01-01", "last": "2026-12-31"}
    assert rows[1].overrides == [{"date": "2026-12-24", "start": "00:00", "end": "00:00"}]


@pytest.mark.parametrize("answer", ["teams", "memberships", "of_team", "of", "all"])
def test_what_an_installation_does_not_have_is_simply_not_there(store, answer):
    client = Fake()
    client.answers[answer] = NotFound("no such endpoint")
    assert 1 in store(client)


def test_an_ordinary_member_may_not_list_the_others(store):
    client = Fake()
    client.answers["memberships"] = NotAllowed("no")
    assert 20 in store(client)
