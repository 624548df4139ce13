"""The form when something is not as the catalogue said: places to meet, questions that changed, counters that are away."""

import html
from dataclasses import replace

import pytest
from limits import parse

from app import clock
from app.db import transaction
from app.extensions import limiter
from app.hosts.models import EventType
from app.sync import catalogue
from app.web.public import spam
from tests.conftest import in_worker, token_in
from tests.factories.far_calcom import far_calcom
from tests.web.public.test_times import TIMES, book_elsewhere, choose, everything, fields_of, send, starts_in


@pytest.fixture
def far():
    with far_calcom() as found:
        yield found


@pytest.fixture
def app(make_app, far):
    app = make_app(**far.settings)
    with app.app_context():
        in_worker(app, lambda: catalogue.refresh(app.extensions["works"].calcom))
        yield app


def meet(app, *places):
    """The event type offers these ways to meet."""

    def change():
        with transaction() as session:
            kind = session.query(EventType).filter_by(slug="intro").one()
            kind.locations = [{"type": name, "value": value, "public": False} for name, value in places]

    in_worker(app, change)


def test_a_phone_number_is_asked_for_where_the_host_calls(app, visit, far):
    meet(app, ("attendeePhone", ""))
    browser, page = visit()
    form = choose(browser, page)
    answer = send(browser, form, **{"place-said": "12"})
    assert answer.status_code == 422
    assert "with its country code" in answer.text
    assert 'href="#place"' in answer.text


def test_of_several_ways_to_meet_one_is_chosen(app, visit, far):
    meet(app, ("link", "https://meet.example.com"), ("attendeeAddress", ""))
    browser, page = visit()
    form = choose(browser, page)
    assert "How shall we meet?" in form.text
    answer = send(browser, form)
    assert "Choose how we meet." in html.unescape(answer.text)
    answer = send(browser, form, place="1")
    assert "Tell us where." in html.unescape(answer.text)
    assert send(browser, form, place="0").status_code == 303


def test_what_cal_com_finds_wrong_with_an_answer_stands_beside_the_question(visit, far):
    kind = far.kind("project-brief")
    kind.questions = tuple(replace(each, options=("Large",)) if each.slug == "size" else each for each in kind.questions)
    path = "/book/demo/project-brief/times"
    browser, page = visit(path)
    form = choose(browser, page, path=path)
    answer = send(browser, form, **{"q-people": "3", "q-goal": "x", "q-size": "Small", "q-pace": "This year"})
    assert answer.status_code == 422
    assert 'href="#q-size"' in answer.text
    assert 'value="ada@example.org"' in answer.text
    assert everything() == []


def test_another_time_that_is_taken_too_keeps_what_was_typed(visit, far):
    browser, page = visit()
    form = choose(browser, page)
    other = starts_in(page)[4]
    book_elsewhere(far, other)
    fields, action = fields_of(form)
    answer = browser.post(action, data=fields | {"switch": other, "q-notes": "kept"})
    assert answer.status_code == 409
    assert ">\nkept</textarea>" in answer.text


def test_a_month_without_free_times_says_so(visit):
    _, page = visit(TIMES + "?month=" + (clock.now().replace(year=clock.now().year + 1)).strftime("%Y-%m"))
    assert "Nothing is free in" in page.text


def test_a_form_that_cal_com_refuses_for_good_names_the_way_on(app, visit, far):
    browser, page = visit()
    form = choose(browser, page)
    far.desk.engine.catalogue.remove_type(101)
    answer = send(browser, form)
    assert answer.status_code == 404
    assert "This is not offered any more" in answer.text


def test_too_many_holds_are_not_made_and_the_form_opens_all_the_same(visit, far, monkeypatch):
    monkeypatch.setattr(spam, "HOLDS", parse("1 per hour"))
    browser, page = visit()
    assert "Kept for you until" in choose(browser, page, starts_in(page)[0]).text
    assert "Kept for you until" not in choose(browser, page, starts_in(page)[1]).text


def test_when_nobody_can_count_people_still_book(visit, far, monkeypatch):
    def away(*_, **__):
        raise ConnectionError

    browser, page = visit()
    form = choose(browser, page)
    monkeypatch.setattr(type(limiter.limiter), "hit", away)
    assert not spam._over(parse("1 per hour"), "x")
    monkeypatch.undo()
    assert send(browser, form).status_code == 303


@pytest.mark.parametrize(
    ("address", "network"), [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"), ("unix", "unknown"), (None, "unknown")]
)
def test_one_customer_is_one_network(app, address, network):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert spam.network() == network


def test_an_old_address_of_the_form_leads_on_and_an_unknown_one_helps(visit, far, app):
    browser, page = visit()
    token = token_in(page.text)
    assert browser.post("/book/demo/nothing/times", data={"csrf_token": token, "time": starts_in(page)[0]}).status_code == 404
    assert browser.post("/book/demo/paid-session/times", data={"csrf_token": token, "time": starts_in(page)[0]}).status_code == 200
    assert everything() == []


@pytest.mark.parametrize("slug", ["intro", "consultation", "group-class"])
def test_a_comparison_with_cal_com_finds_nothing_new_in_a_booking_of_our_own_page(app, visit, far, mails, work, slug):
    path = f"/book/demo/{slug}/times"
    browser, page = visit(path)
    assert send(browser, choose(browser, page, path=path)).status_code == 303
    work()
    before, written = [(each.change_count, each.updated_at, each.status) for each in everything()], len(mails.sent)
    in_worker(app, lambda: app.extensions["works"].comparisons.compare(cause="test"))
    work()
    assert [(each.change_count, each.updated_at, each.status) for each in everything()] == before
    assert len(mails.sent) == written
