"""Booking without the frame, against a Cal.com on a port of its own: both databases, no scripts."""

import html
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.bookings import queries
from app.db import transaction
from app.reception.models import BookingAttempt
from app.sync import catalogue
from tests.conftest import in_worker, outside, refresh, token_in
from tests.factories.far_calcom import far_calcom

TIMES = "/book/demo/intro/times"


@pytest.fixture
def far():
    with far_calcom() as found:
        yield found


@pytest.fixture
def app(make_app, database_url, far):
    app = make_app(DATABASE_URL=database_url, **far.settings)
    with app.app_context():
        in_worker(app, lambda: catalogue.refresh(app.extensions["works"].calcom))
        yield app


def starts_in(page):
    return re.findall(r'<button class="slot" name="(?:time|switch)" value="([^"]+)"', page.text)


def fields_of(page):
    """Everything the form would send, as a browser does."""
    form = page.text[page.text.index('<form class="choose ask"') :]
    inputs = re.findall(r"<input ([^>]*)>", form)
    found = {}
    for attributes in inputs:
        named, value = re.search(r'name="([^"]+)"', attributes), re.search(r'value="([^"]*)"', attributes)
        if named and ("checked" in attributes or not re.search(r'type="(radio|checkbox)"', attributes)):
            found[named[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', form):
        found[name] = html.unescape(text)
    return found, html.unescape(re.search(r'action="([^"]+)"', form)[1])


def choose(browser, page, start=None, path=TIMES):
    """Presses the button of a time; the page that follows."""
    start = start or starts_in(page)[0]
    answer = browser.post(path, data={"csrf_token": token_in(page.text), "time": start})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location)


def send(browser, page, **typed):
    fields, action = fields_of(page)
    return browser.post(action, data=fields | {"q-name": "Ada Example", "q-email": "ada@example.org"} | typed)


def everything():
    return list(queries.everything())


def test_a_day_a_time_a_form_and_it_is_booked(visit, far, mails, work):
    browser, page = visit()
    form = choose(browser, page)
    assert "Kept for you until" in form.text
    answer = send(browser, form)
    assert answer.status_code == 303
    assert answer.location.startswith("/booking/success?start=")
    shown = browser.get(answer.location)
    assert "You are booked" in shown.text
    assert "Ada Example" in shown.text
    (booking,) = everything()
    assert (booking.status, booking.booker_email, booking.event_type) == ("confirmed", "ada@example.org", "intro")
    assert booking.source == TIMES
    work()
    assert sorted(mail.to for mail in mails.sent) == ["ada@example.org", "owner@example.com"]
    assert "You are booked" not in outside(browser.application.test_client().get, answer.location).text


@pytest.mark.parametrize("slug", ["intro", "consultation", "group-class", "flexible"])
def test_the_delivery_that_comes_later_changes_nothing_and_writes_to_nobody(visit, far, mails, work, deliver, slug):
    path = f"/book/demo/{slug}/times"
    browser, page = visit(path)
    assert send(browser, choose(browser, page, path=path)).status_code == 303
    work()
    before = [(each.updated_at, each.change_count, each.status) for each in everything()]
    written = len(mails.sent)
    (body,) = far.deliveries(1)
    assert deliver(body).status_code == 200
    work()
    assert [(each.updated_at, each.change_count, each.status) for each in everything()] == before
    assert len(mails.sent) == written


def test_a_delivery_that_was_first_is_not_overruled_by_the_answer(visit, far, mails, work, deliver, app, monkeypatch):
    from app.reception import book as reception  # noqa: PLC0415 -- only this test looks inside

    real = reception.enter

    def late(*given, **named):
        (body,) = far.deliveries(1)
        outside(deliver, body)
        return real(*given, **named)

    monkeypatch.setattr(reception, "enter", late)
    browser, page = visit()
    assert send(browser, choose(browser, page)).status_code == 303
    work()
    (booking,) = everything()
    assert booking.status == "confirmed"
    assert len([mail for mail in mails.sent if mail.to == "ada@example.org"]) == 1


def test_pressing_twice_books_once(visit, far):
    browser, page = visit()
    fields, action = fields_of(choose(browser, page))
    fields |= {"q-name": "Ada", "q-email": "ada@example.org"}
    one, two = browser.post(action, data=fields), browser.post(action, data=fields)
    assert one.location == two.location
    assert len(everything()) == 1
    assert len(far.desk.engine.bookings()) == 1


def test_two_presses_at_the_same_moment_book_once(visit, far, app):
    far.turn(api_slow=1.0, api_slow_ms=600, api_only="/bookings")
    browser, page = visit()
    fields, action = fields_of(choose(browser, page))
    fields |= {"q-name": "Ada", "q-email": "ada@example.org"}
    cookie = browser.get_cookie("session").value
    answers = []

    def press():
        other = app.test_client()
        other.set_cookie("session", cookie)
        answers.append(other.post(action, data=fields))

    presses = [threading.Thread(target=press) for _ in range(3)]
    for press_now in presses:
        press_now.start()
    for press_now in presses:
        press_now.join()
    refresh()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(far.desk.engine.bookings()) == 1
    assert len(everything()) == 1


def test_a_time_that_was_taken_meanwhile_leaves_the_form_filled_in_and_offers_others(visit, far):
    browser, page = visit()
    form = choose(browser, page)
    start = fields_of(form)[0]["time"]
    book_elsewhere(far, start)
    answer = send(browser, form, **{"q-notes": "Two questions <b>"})
    assert answer.status_code == 409
    assert "This time has just been taken" in answer.text
    assert "Two questions &lt;b&gt;" in answer.text
    assert 'value="ada@example.org"' in answer.text
    near = starts_in(answer)
    assert near
    assert start not in near
    fields, action = fields_of(answer)
    fields["switch"] = near[0]
    switched = browser.post(action, data=fields)
    assert switched.status_code == 200
    assert "Two questions &lt;b&gt;" in switched.text
    done = browser.post(fields_of(switched)[1], data=fields_of(switched)[0])
    assert done.status_code == 303
    (booking,) = [each for each in everything() if each.booker_email == "ada@example.org"]
    assert booking.start == datetime.fromisoformat(near[0])


def book_elsewhere(far, start):
    from app.sandbox.orders import NewBooking  # noqa: PLC0415 -- only this step needs it
    from tests.factories.orders import person  # noqa: PLC0415 -- the same

    far.desk.engine.create(NewBooking(slug="intro", start=datetime.fromisoformat(start), booker=person("Bea", "bea@example.org")))


def test_a_taken_time_cannot_even_be_chosen(visit, far):
    browser, page = visit()
    start = starts_in(page)[0]
    book_elsewhere(far, start)
    answer = browser.post(TIMES, data={"csrf_token": token_in(page.text), "time": start})
    assert answer.status_code == 409
    assert "This time has just been taken" in answer.text
    assert start not in starts_in(answer)


def test_what_our_own_record_knows_to_be_taken_is_not_offered(visit, far, calcom_copy):
    _, page = visit()
    start = starts_in(page)[0]
    calcom_copy(start)
    _, page = visit()
    assert start not in starts_in(page)
    slots = page.request and visit("/api/availability?eventTypeId=101&dateFrom=" + start + "&dateTo=" + later(start, hours=8))[1].json
    assert start not in [slot["start"] for slot in slots["slots"]]
    assert {"start": start, "end": later(start, minutes=30)} in slots["busy"]


@pytest.fixture
def calcom_copy(app, deliver):
    """A booking that only a delivery told of, so that Cal.com itself still offers its time."""
    from app.sandbox import payloads  # noqa: PLC0415 -- only this fixture needs it
    from app.sandbox.engine import Engine  # noqa: PLC0415 -- the same
    from app.sandbox.orders import NewBooking  # noqa: PLC0415 -- the same
    from tests.factories.orders import person  # noqa: PLC0415 -- the same

    engine = Engine(announce=lambda happening: deliver(payloads.body(happening, booker_url="http://localhost:8001")), now=clock.now)
    return lambda start: engine.create(NewBooking(slug="intro", start=datetime.fromisoformat(start), booker=person()))


def later(start, **amount):
    return (datetime.fromisoformat(start) + timedelta(**amount)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_every_mistake_is_named_and_nothing_is_lost(visit, far):
    path = "/book/demo/project-brief/times"
    browser, page = visit(path)
    form = choose(browser, page, path=path)
    wrong = {"q-email": "no address", "q-people": "many", "q-mobile": "12", "q-website": "not a site", "q-colleagues": "a@b.example, x"}
    answer = send(browser, form, **wrong)
    assert answer.status_code == 422
    said = html.unescape(answer.text)
    assert "Enter an email address" in said
    assert "Enter a number in digits" in said
    assert "with its country code" in said
    assert "Enter a web address" in said
    assert "“x” is not an email address" in said
    assert "Choose one." in said
    assert 'value="many"' in answer.text
    assert 'href="#q-people"' in answer.text
    assert far.desk.engine.bookings() == []


def test_every_type_of_question_reaches_cal_com_in_its_own_form(visit, far):
    path = "/book/demo/project-brief/times"
    browser, page = visit(path + "?campaign=spring")
    answered = {
        "q-company": "Example & Sons", "q-mobile": "+44 20 7946 0000", "q-office": "1 Quay Street", "q-people": "12", "q-goal": "One\ntwo",
        "q-size": "Small", "q-topics": ["Design", "Training"], "q-colleagues": "a@b.example\nc@d.example", "q-consents": ["Call me"],
        "q-pace": "This year", "q-recording": "yes", "q-website": "example.com", "q-guests": "guest@example.net",
    }  # fmt: skip
    start = starts_in(page)[0]
    answer = browser.post(path + "?campaign=spring", data={"csrf_token": token_in(page.text), "time": start})
    form = browser.get(answer.location)
    assert "Campaign" not in form.text.replace("campaign=spring", "")
    done = send(browser, form, **answered)
    assert done.status_code == 303, done.text
    (booking,) = everything()
    said = {slug: answer["value"] for slug, answer in booking.answers.items()}
    assert said["mobile"] == "+442079460000"
    assert said["people"] in {12, "12"}
    assert said["topics"] == ["Design", "Training"]
    assert said["colleagues"] == ["a@b.example", "c@d.example"]
    assert said["recording"] is True
    assert said["website"] == "https://example.com"
    assert said["campaign"] == "spring"
    assert booking.answers["goal"]["label"] == "What should be better afterwards?"
    assert "guest@example.net" in [person["email"] for person in booking.attendees]


def test_a_request_that_the_host_has_to_confirm_says_so(visit, mails, work):
    path = "/book/demo/consultation/times"
    browser, page = visit(path)
    form = choose(browser, page, path=path)
    assert "Send the request" in form.text
    answer = send(browser, form)
    assert "state=pending" in answer.location
    assert "Your request is in" in browser.get(answer.location).text
    assert everything()[0].status == "pending"
    work()
    assert [mail.subject for mail in mails.sent if mail.to == "ada@example.org"]


def test_a_seat_in_a_class_is_a_booking_of_its_own(visit, far):
    path = "/book/demo/group-class/times"
    for number in range(3):
        browser, page = visit(path)
        start = starts_in(page)[0]
        answer = send(browser, choose(browser, page, start, path=path), **{"q-email": f"p{number}@example.org"})
        assert answer.status_code == 303, answer.text
        assert "You are booked" in browser.get(answer.location).text
    assert len(everything()) == 3
    assert len({each.start for each in everything()}) == 1
    _, page = visit(path)
    assert "1 seat left" in page.text


def test_one_of_several_lengths_is_booked(visit):
    path = "/book/demo/flexible/times"
    browser, page = visit(path + "?length=60")
    start = starts_in(page)[0]
    answer = browser.post(path + "?length=60", data={"csrf_token": token_in(page.text), "time": start})
    done = send(browser, browser.get(answer.location))
    assert done.status_code == 303, done.text
    (booking,) = everything()
    assert booking.end - booking.start == timedelta(minutes=60)


@pytest.mark.parametrize(("slug", "words"), [("paid-session", "The payment is made on"), ("weekly-coaching", "A series of meetings is booked on")])
def test_what_our_form_cannot_do_leads_to_cal_coms_page(visit, far, slug, words):
    _, page = visit(f"/book/demo/{slug}/times")
    assert words in html.unescape(page.text)
    assert f'href="{far.url}/demo/{slug}"' in page.text


def test_when_cal_com_is_away_the_page_says_so_and_the_form_keeps_everything(visit, far, app):
    browser, page = visit()
    form = choose(browser, page)
    far.turn(api_500=1.0)
    answer = send(browser, form, **{"q-notes": "still here"})
    assert answer.status_code == 503
    assert "still here" in answer.text
    far.turn(api_500=0.0)
    fields, action = fields_of(answer)
    again = browser.post(action, data=fields)
    assert again.status_code == 303, again.text
    assert len(far.desk.engine.bookings()) == 1


def test_the_days_say_when_cal_com_is_away(visit, far, app):
    app.extensions["works"].desk.cache.put("away", "1")
    _, page = visit()
    assert page.status_code == 503
    assert "The calendar does not answer" in page.text
    assert f'href="{far.url}/demo/intro"' in page.text
    answer = visit("/api/availability?eventTypeId=101&dateFrom=2026-12-01&dateTo=2026-12-02")[1]
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_an_answer_that_got_lost_is_found_again(visit, far):
    browser, page = visit()
    form = choose(browser, page)
    far.turn(api_lost=1.0, api_only="POST /v2/bookings")
    answer = send(browser, form)
    far.turn(api_lost=0.0, api_only="")
    if answer.status_code != 303:
        fields, action = fields_of(answer)
        answer = browser.post(action, data=fields)
    assert answer.status_code == 303, answer.text
    assert len(far.desk.engine.bookings()) == 1
    assert len(everything()) == 1


def test_an_attempt_that_was_abandoned_is_taken_over(visit, far, moment):
    browser, page = visit()
    fields, action = fields_of(choose(browser, page))
    fields |= {"q-name": "Ada", "q-email": "ada@example.org"}
    assert browser.post(action, data=fields).status_code == 303
    with transaction() as session:
        row = session.query(BookingAttempt).one()
        row.outcome, row.started_at = "asking", row.started_at - timedelta(minutes=5)
    assert browser.post(action, data=fields).status_code == 303
    assert len(far.desk.engine.bookings()) == 1
    assert len(everything()) == 1


def test_machines_are_stopped_and_people_lose_nothing(visit, far, app):
    browser, page = visit()
    form = choose(browser, page)
    answer = send(browser, form, leave_empty="http://spam.example")
    assert answer.status_code == 422
    assert "has to stay empty" in answer.text
    assert "spam.example" not in answer.text
    assert 'value="Ada Example"' in answer.text
    hasty = app.test_client()
    page = hasty.get(TIMES)
    answer = send(hasty, choose(hasty, page, starts_in(page)[3]))
    assert answer.status_code == 422
    assert "faster than anybody can read" in answer.text
    assert far.desk.engine.bookings() == []


def test_one_address_cannot_book_without_end(visit, far):
    browser, page = visit()
    answers = []
    for start in starts_in(page)[:8]:
        form = choose(browser, page, start)
        answers.append(send(browser, form))
    assert [answer.status_code for answer in answers].count(303) == 6
    assert "Too many bookings in a short time" in answers[-1].text
    assert 'value="Ada Example"' in answers[-1].text


def test_the_held_time_stays_free_for_whoever_holds_it(visit, far):
    browser, page = visit()
    start = starts_in(page)[0]
    choose(browser, page, start)
    assert start in starts_in(browser.get(TIMES))
    assert start not in starts_in(visit()[1])


def test_another_time_gives_the_first_one_back(visit, far):
    browser, page = visit()
    first, second = starts_in(page)[:2]
    choose(browser, page, first)
    choose(browser, page, second)
    assert first in starts_in(visit()[1])


def test_the_zone_of_the_visitor_is_used_everywhere(visit):
    browser, page = visit(TIMES + "?zone=Asia/Tokyo")
    assert "Tokyo time" in page.text
    start = starts_in(page)[0]
    form = browser.get(f"{TIMES}?zone=Asia/Tokyo&time={start}")
    assert "Tokyo time" in form.text
    assert "in London" in form.text
    assert send(browser, form).status_code == 303
    assert everything()[0].booker_time_zone == "Asia/Tokyo"


NONSENSE = ["zone=Nowhere/Land", "month=2026-99", "day=x", "length=7", "time=soon", "month=1900-01", "month=9999-12", "time=9999-99", "day=9999-12-31"]


@pytest.mark.parametrize("query", NONSENSE)
def test_an_address_that_makes_no_sense_opens_the_page_all_the_same(visit, query):
    assert visit(f"{TIMES}?{query}")[1].status_code == 200


def test_a_time_that_is_over_says_so(visit):
    _, page = visit(TIMES + "?time=2020-01-01T10:00:00Z")
    assert "This time is over" in page.text


def test_without_a_time_nothing_is_sent(visit):
    browser, page = visit()
    assert browser.post(TIMES, data={"csrf_token": token_in(page.text)}).status_code == 400


def test_what_the_address_brings_along_stands_in_the_form(visit):
    browser, page = visit(TIMES + "?name=Ada&email=ada@example.org&metadata[order]=7")
    form = choose(browser, page, path=html.unescape(re.search(r'<form method="post" action="([^"]+)"', page.text)[1]))
    fields, _ = fields_of(form)
    assert fields["q-name"] == "Ada"
    send(browser, form)
    assert everything()[0].details["order"] == "7"


@pytest.mark.parametrize(("wanted", "language"), [("de-AT,de;q=0.9,en;q=0.5", "de"), ("xx", "en"), ("", "en")])
def test_the_browser_says_in_which_language_the_mails_are(visit, far, mails, work, wanted, language):
    browser, page = visit()
    fields, action = fields_of(choose(browser, page))
    typed = {"q-name": "Ada Example", "q-email": "ada@example.org"}
    assert browser.post(action, data=fields | typed, headers={"Accept-Language": wanted} if wanted else {}).status_code == 303
    (booking,) = everything()
    assert booking.booker_locale == language
    work()
    (mail,) = [each for each in mails.sent if each.to == "ada@example.org"]
    assert ("Bestätigt" in mail.subject) == (language == "de")


def test_a_form_that_was_open_for_too_long_keeps_what_was_typed_and_books_at_the_second_try(visit, far, moment):
    browser, page = visit()
    form = choose(browser, page)
    fields, action = fields_of(form)
    browser.delete_cookie("session")
    answer = browser.post(action, data=fields | {"q-name": "Ada Example", "q-email": "ada@example.org", "q-notes": "still here"})
    assert answer.status_code == 400
    assert "was open for a long time" in answer.text
    assert "still here" in answer.text
    assert far.desk.engine.bookings() == []
    moment.forward(seconds=5)
    assert send(browser, answer).status_code == 303
    assert len(far.desk.engine.bookings()) == 1


def test_a_time_chosen_on_a_page_that_was_open_for_too_long_opens_its_form(visit):
    browser, page = visit()
    start = starts_in(page)[0]
    browser.delete_cookie("session")
    answer = browser.post(TIMES, data={"csrf_token": token_in(page.text), "time": start})
    assert answer.status_code == 303
    assert 'name="step" value="book"' in browser.get(answer.location).text


def test_a_forged_form_that_names_no_time_is_refused(visit):
    browser, _ = visit()
    assert browser.post(TIMES, data={"step": "book"}).status_code == 400
