"""Finding deliveries, seeing what they told, replaying many of them, and what never came."""

import json
import re

import pytest
from sqlalchemy import select

from app import clock, errands
from app.accounts.models import Role, StaffAct
from app.bookings.queries import by_reference
from app.chores import works_of
from app.db import db, transaction
from app.errands import carry_out
from app.inbox import queries
from app.sandbox.orders import Cancel
from app.sync.models import SyncRun
from tests.conftest import in_worker, token_in
from tests.factories.orders import order, person


@pytest.fixture
def desk(sign_in):
    return sign_in()


@pytest.fixture
def replaying(app):
    """`replaying(stop=lambda: False)`: what the worker does about replays."""
    works = app.extensions["works"]
    work = works_of(handler=works.handle_delivery, client=lambda: None)["replay"]
    return lambda stop=lambda: False: in_worker(app, lambda: carry_out("replay", work, should_stop=stop))


def shown(answer):
    return [int(number) for number in re.findall(r'data-key="(\d+)"', answer.text)]


def test_one_field_finds_numbers_digests_bookings_people_and_words(calcom, work, delivered, desk):
    first, second = calcom.create(order(calcom)), calcom.create(order(calcom, booker=person(name="Brunhilde Example", email="brunhilde@example.org")))
    assert first is not second
    other = delivered(body=b'{"note": "a rare Word"}', booking_id=None)
    mine = queries.by_id(2)
    reference = re.search(r"/admin/calendar/(\w+)", desk.get("/admin/inbox/2").text)[1]
    assert shown(desk.get("/admin/inbox?q=2")) == [2]
    assert shown(desk.get(f"/admin/inbox?q={mine.digest}")) == [2]
    assert shown(desk.get(f"/admin/inbox?q={mine.digest[:14].upper()}")) == [2]
    assert shown(desk.get(f"/admin/inbox?q={reference}")) == [2]
    assert shown(desk.get("/admin/inbox?q=brunhilde")) == [2]
    assert shown(desk.get("/admin/inbox?q=rare+word")) == [other]
    assert shown(desk.get("/admin/inbox?q=nothing+like+it")) == []
    assert "No delivery matches" in desk.get("/admin/inbox?q=77").text


def test_who_may_not_read_bodies_cannot_search_them_either(delivered, sign_in):
    delivered(body=b'{"note": "a rare word"}')
    assert shown(sign_in(role=Role.READ_ONLY, email="reader@example.com").get("/admin/inbox?q=rare+word")) == []


def test_filters_stand_in_the_url_and_meet(delivered, desk, moment):
    moment("2026-12-06T23:30Z")
    old = delivered(trigger="PING", subscription="team")
    moment("2026-12-08T12:00Z")
    new, created = delivered(trigger="PING"), delivered()
    assert shown(desk.get("/admin/inbox?trigger=PING")) == [new, old]
    assert shown(desk.get("/admin/inbox?trigger=PING&through=team")) == [old]
    assert shown(desk.get("/admin/inbox?through=main")) == [created, new]
    assert shown(desk.get("/admin/inbox?from=2026-12-07")) == [created, new]
    assert shown(desk.get("/admin/inbox?to=2026-12-06&state=processed")) == [old]
    page = desk.get("/admin/inbox?trigger=PING&from=2026-12-07").text
    assert 'value="2026-12-07"' in page
    assert re.search(r'<option value="PING" selected>', page)
    assert "state=dead&amp;trigger=PING" in page


def test_what_failed_stands_on_top_of_the_first_page_only(delivered, desk):
    dead = delivered(state="dead", error="broken")
    for _ in range(55):
        delivered()
    page = desk.get("/admin/inbox").text
    assert f'data-key="failed-{dead}"' in page
    assert "Failed: these need a hand" in page
    assert "Failed: these need a hand" not in desk.get("/admin/inbox?older=30").text
    assert "Failed: these need a hand" not in desk.get("/admin/inbox?trigger=PING").text


def test_a_delivery_shows_what_it_told_and_hides_the_signature(calcom, work, desk):
    booking = calcom.create(order(calcom))[0]
    calcom.cancel(Cancel(uid=booking.uid))
    second = desk.get("/admin/inbox/2").text
    assert re.search(r"Changed in \w+", second)
    assert "<strong>cancelled</strong>" in second
    page = desk.get("/admin/inbox/1").text
    assert "What it told" in page
    assert "<strong>confirmed</strong>" in page
    assert re.search(r"\w+ was recorded, with \d+ values", page)
    signature = queries.by_id(1).headers["x-cal-signature-256"]
    assert signature not in page
    assert f"{signature[:6]}…" in page
    assert "As it came, byte for byte" in page


def test_a_delivery_that_told_nothing_new_says_so(delivered, desk):
    assert "Nothing that was not known before." in desk.get(f"/admin/inbox/{delivered()}").text
    assert "it was not read" in desk.get(f"/admin/inbox/{delivered(state='dead')}").text


def test_all_that_match_are_replayed_as_an_errand_that_can_be_stopped(delivered, desk, replaying):
    dead = [delivered(state="dead", error="broken", attempts=7, body=json.dumps({"triggerEvent": "PING", "n": n}).encode()) for n in range(40)]
    kept = delivered(state="dead", body=None)
    untouched = delivered(state="processed")
    page = desk.get("/admin/inbox?state=dead")
    assert "Replay 41 deliveries" in page.text
    token = token_in(page.text)
    assert desk.post("/admin/inbox/replay", data={"state": "dead"}).status_code == 400
    answer = desk.post("/admin/inbox/replay", data={"csrf_token": token, "state": "dead"})
    assert answer.location == "/admin/errands/1"
    watched = desk.get("/admin/errands/1").text
    assert '<meta http-equiv="refresh"' in watched
    assert 'max="41"' in watched
    late = delivered(state="dead")
    again = desk.post("/admin/inbox/replay", data={"csrf_token": token, "state": "dead"})
    assert again.location == "/admin/errands/1"
    assert "Another replay is under way" in desk.get("/admin/errands/1").text
    steps = []
    replaying(lambda: bool(steps) or steps.append(1))
    desk.post("/admin/errands/1/stop", data={"csrf_token": token})
    replaying()
    stopped = desk.get("/admin/errands/1").text
    assert "Go on" in stopped
    assert "http-equiv" not in stopped
    desk.post("/admin/errands/1/resume", data={"csrf_token": token})
    replaying()
    found = errands.by_id(1)
    assert (found.state, found.done, found.counts) == ("done", 40, {"ignored": 40})
    states = {message.id: message.state for message in queries.everything()}
    assert {states[number] for number in dead} == {"ignored"}
    assert (states[kept], states[untouched], states[late]) == ("dead", "processed", "dead")
    acts = [act.act for act in db.session.scalars(select(StaffAct).order_by(StaffAct.id))]
    assert [act for act in acts if act.startswith(("delivery", "errand"))] == ["delivery.replay_range", "errand.stop", "errand.resume"]


def test_a_replay_changes_nothing_and_writes_to_nobody(calcom, work, desk, replaying, mails, app):
    for _ in range(3):
        calcom.create(order(calcom))
    work()
    sent = len(mails.sent)
    assert sent
    before = app.test_cli_runner().invoke(args=["bookings", "list", "--json"]).stdout
    token = token_in(desk.get("/admin/inbox?trigger=BOOKING_CREATED").text)
    desk.post("/admin/inbox/replay", data={"csrf_token": token, "trigger": "BOOKING_CREATED"})
    replaying()
    work()
    assert errands.by_id(1).counts == {"processed": 3}
    assert app.test_cli_runner().invoke(args=["bookings", "list", "--json"]).stdout == before
    assert len(mails.sent) == sent


def test_one_that_breaks_takes_no_other_with_it(delivered, app, desk):
    for n in range(5):
        delivered(state="dead", body=json.dumps({"triggerEvent": "PING", "n": n}).encode())

    def handler(session, message):
        if message.id == 3:
            raise RuntimeError("ours")
        return app.extensions["works"].handle_delivery(session, message)

    token = token_in(desk.get("/admin/inbox?state=dead").text)
    desk.post("/admin/inbox/replay", data={"csrf_token": token, "state": "dead"})
    work = works_of(handler=handler, client=lambda: None)["replay"]
    in_worker(app, lambda: carry_out("replay", work, should_stop=lambda: False))
    assert errands.by_id(1).counts == {"ignored": 4, "retrying": 1}


def test_nothing_to_replay_is_said(desk):
    token = token_in(desk.get("/admin/inbox").text)
    answer = desk.post("/admin/inbox/replay", data={"csrf_token": token, "state": "dead"})
    assert answer.location == "/admin/inbox?state=dead"
    assert "no delivery matches" in desk.get(answer.location).text
    assert desk.get("/admin/errands/1").status_code == 404


@pytest.fixture
def lost(book):
    """`lost(n)`: a comparison that repaired so many bookings."""

    def make(count, **values):
        references = [book() for _ in range(count)]
        numbers = [by_reference(reference).id for reference in references]
        with transaction() as session:
            now = clock.now()
            run = SyncRun(**({"kind": "changes", "state": "done", "asked_at": now, "started_at": now, "ended_at": now, "repaired": numbers} | values))
            session.add(run)
        return references

    return make


def test_what_never_came_is_told_with_the_run_that_repaired_it(lost, desk, moment, sign_in):
    references = lost(3)
    page = desk.get("/admin/inbox").text
    assert "Deliveries for 3 bookings never came" in page
    assert "comparison 1" in page
    for reference in references:
        assert f'href="/admin/calendar/{reference}"' in page
    assert "never came." not in desk.get("/admin/inbox?state=dead").text
    moment.forward(days=1)
    desk = sign_in()
    assert "never came." in desk.get("/admin/inbox?from=2026-12-08&to=2026-12-08").text
    assert "never came." not in desk.get("/admin/inbox?from=2026-12-09").text
    moment.forward(days=8)
    assert "never came." not in sign_in().get("/admin/inbox").text


def test_a_run_that_repaired_nothing_is_no_gap(desk):
    with transaction() as session:
        session.add(SyncRun(kind="changes", state="done", asked_at=clock.now(), started_at=clock.now(), ended_at=clock.now()))
    assert "never came." not in desk.get("/admin/inbox").text
