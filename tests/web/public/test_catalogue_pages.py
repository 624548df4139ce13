"""What the catalogue puts on the pages: cards, host pages, redirects, help for addresses that lead nowhere, and two JSON answers."""

import html

import pytest

from app.away import DatabaseBusy
from app.sync import catalogue
from tests.conftest import in_worker
from tests.factories.far_calcom import far_calcom


@pytest.fixture
def far():
    with far_calcom() as found:
        yield found


@pytest.fixture
def app(make_app, moment, far):
    moment("2026-11-20T09:00Z")
    app = make_app(**far.settings)
    with app.app_context():
        yield app


@pytest.fixture
def refresh(app):
    def run():
        in_worker(app, lambda: catalogue.refresh(app.extensions["works"].calcom))

    run()
    return run


def test_cards_stand_on_home_consultation_and_the_page_of_the_host(client, refresh):
    for path in ("/", "/consultation", "/book/demo"):
        page = html.unescape(client.get(path).text)
        assert 'href="/book/demo/paid-session">Paid session</a>' in page
        assert "£90.00" in page
        assert "15, 30 or 60 minutes" in page
        assert "20 Quay Street, London" in page
        assert "Confirmed by hand" in page
        assert "A series of 4" in page


def test_before_cal_com_was_asked_the_pages_are_as_the_owner_wrote_them(client):
    for path in ("/", "/consultation"):
        assert 'class="type"' not in client.get(path).text


def test_the_page_of_an_event_type_names_it_and_offers_the_way_without_the_frame(client, refresh):
    page = client.get("/book/demo/flexible")
    assert "<h1>Flexible meeting</h1>" in page.text
    assert 'data-link="demo/flexible"' in page.text
    assert page.text.count('href="/book/demo/flexible/times"') == 2
    assert 'href="/book/demo/intro/times"' in client.get("/book").text
    assert "/times" not in client.get("/book/demo/paid-session").text


def test_a_renamed_event_type_or_host_leads_on_with_everything_the_address_carries(client, refresh, far):
    far.kind("intro").slug = "first-call"
    refresh()
    answer = client.get("/book/demo/intro?name=Ada&utm_source=x")
    assert (answer.status_code, answer.location) == (302, "/book/demo/first-call?name=Ada&utm_source=x")
    assert client.get("/book/demo/intro/times").location == "/book/demo/first-call/times"
    far.desk.engine.catalogue.hosts[0].username = "robin"
    far.desk.keys._made["cal_demo"] = "robin"
    refresh()
    far.desk.keys.owner = lambda _: "robin"
    refresh()
    assert client.get("/book/demo").location == "/book/robin"
    assert client.get("/book/demo/intro").location == "/book/robin/first-call"


@pytest.mark.parametrize("path", ["/book/demo/unknown", "/book/demo/unknown/times", "/book/nobody", "/book/nobody/intro", "/book/demo/a%20b"])
def test_an_address_that_leads_nowhere_says_what_there_is_instead(client, refresh, path):
    page = client.get(path)
    assert page.status_code == 404
    assert 'href="/book/demo/intro">Intro call</a>' in page.text
    assert "data-embed" not in page.text


def test_what_is_hidden_or_gone_is_not_to_be_found(client, refresh, far):
    far.kind("flexible").hidden = True
    far.desk.engine.catalogue.remove_type(102)
    refresh()
    assert "Flexible meeting" not in client.get("/book/demo").text
    for slug in ("flexible", "consultation"):
        assert client.get(f"/book/demo/{slug}").status_code == 404
        assert client.get(f"/book/demo/{slug}/times").status_code == 404
    assert client.get("/api/availability?eventTypeId=106&dateFrom=2026-12-01&dateTo=2026-12-02").status_code == 404


def test_the_link_of_the_settings_works_even_when_it_is_hidden_from_lists(client, refresh, far):
    far.kind("intro").hidden = True
    refresh()
    assert 'data-link="demo/intro"' in client.get("/book/demo/intro").text
    assert "Intro call" not in client.get("/book/demo").text


def test_a_host_with_nothing_to_book_gets_help_too(client, refresh, far):
    for kind in list(far.desk.engine.catalogue._types.values()):
        kind.hidden = True
    refresh()
    page = client.get("/book/demo")
    assert page.status_code == 404
    assert 'href="/book"' in page.text


def test_without_a_key_everything_says_so_kindly(make_client):
    client = make_client(CALCOM_LINK="acme/consultation")
    page = client.get("/book/acme/consultation/times")
    assert page.status_code == 200
    assert "cannot show free times by itself yet" in page.text
    assert 'href="https://app.cal.com/acme/consultation"' in page.text
    assert client.get("/book/somebody/consultation/times").status_code == 404
    for path in ("/api/event-types", "/api/availability?eventTypeId=1&dateFrom=2026-12-01&dateTo=2026-12-02"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "CALCOM_API_KEY" in answer.json["detail"]


def test_with_a_key_that_was_never_used_the_times_lead_to_cal_com(client, far):
    page = client.get("/book/demo/intro/times")
    assert "has not told this site about it yet" in page.text
    assert client.get("/api/event-types").status_code == 503


# JSON -----------------------------------------------------------------------------------------------------------------


def test_event_types_as_json_are_active_and_public(client, refresh, far):
    far.kind("flexible").hidden = True
    refresh()
    found = client.get("/api/event-types").json
    assert set(found) == {"event_types"}
    by_slug = {each["slug"]: each for each in found["event_types"]}
    assert "flexible" not in by_slug
    intro, paid = by_slug["intro"], by_slug["paid-session"]
    assert (intro["id"], intro["title"], intro["length"], intro["lengths"], intro["price"]) == (101, "Intro call", 30, [30], 0)
    assert intro["url"] == "http://localhost/book/demo/intro"
    assert intro["times_url"] == "http://localhost/book/demo/intro/times"
    assert (paid["price"], paid["currency"], paid["times_url"]) == (9000, "GBP", None)


def test_availability_has_three_lists_and_nothing_private(client, refresh):
    answer = client.get("/api/availability?eventTypeId=101&dateFrom=2026-12-07&dateTo=2026-12-07")
    assert set(answer.json) == {"slots", "busy", "dateRanges"}
    assert answer.json["slots"][0] == {"start": "2026-12-07T09:00:00Z", "end": "2026-12-07T09:30:00Z"}
    assert answer.json["dateRanges"] == [
        {"start": "2026-12-07T09:00:00Z", "end": "2026-12-07T12:30:00Z"},
        {"start": "2026-12-07T13:30:00Z", "end": "2026-12-07T17:30:00Z"},
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    hour = client.get("/api/availability?eventTypeId=106&dateFrom=2026-12-07T09:00:00Z&dateTo=2026-12-07T10:30:00+00:00&duration=60").json
    assert [slot["start"] for slot in hour["slots"]] == ["2026-12-07T09:00:00Z", "2026-12-07T09:30:00Z", "2026-12-07T10:00:00Z"]
    tokyo = client.get("/api/availability?eventTypeId=101&dateFrom=2026-12-07&dateTo=2026-12-07&timeZone=Asia/Tokyo").json
    assert all("2026-12-06T15" <= slot["start"] < "2026-12-07T15" for slot in tokyo["slots"])


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("dateFrom=2026-12-07&dateTo=2026-12-08", 400, "eventTypeId"),
        ("eventTypeId=101&dateFrom=0001-01-01&dateTo=0001-01-01", 400, "1970"),
        ("eventTypeId=101&dateFrom=9999-12-30&dateTo=9999-12-30", 400, "9000"),
        ("eventTypeId=x&dateFrom=2026-12-07&dateTo=2026-12-08", 400, "eventTypeId"),
        ("eventTypeId=²&dateFrom=2026-12-07&dateTo=2026-12-08", 400, "eventTypeId"),
        ("eventTypeId=999999&dateFrom=2026-12-07&dateTo=2026-12-08", 404, "no event type"),
        ("eventTypeId=101&dateTo=2026-12-08", 400, "dateFrom"),
        ("eventTypeId=101&dateFrom=2026-12-07&dateTo=soon", 400, "dateTo"),
        ("eventTypeId=101&dateFrom=2026-12-09&dateTo=2026-12-07", 400, "before"),
        ("eventTypeId=101&dateFrom=2026-01-01&dateTo=2026-12-07", 400, "62 days"),
        ("eventTypeId=101&dateFrom=9999-12-31&dateTo=9999-12-31", 400, "dateTo"),
        ("eventTypeId=101&dateFrom=2026-12-07&dateTo=2026-12-08&timeZone=Nowhere", 400, "timeZone"),
        ("eventTypeId=101&dateFrom=2026-12-07&dateTo=2026-12-08&duration=45", 400, "duration"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_what_is_wrong(client, refresh, query, status, words):
    answer = client.get(f"/api/availability?{query}")
    assert answer.status_code == status
    assert words in answer.json["detail"]


def test_an_event_type_that_cal_com_no_longer_knows_is_a_404(client, refresh, far):
    far.desk.engine.catalogue.remove_type(101)
    assert client.get("/api/availability?eventTypeId=101&dateFrom=2026-12-07&dateTo=2026-12-08").status_code == 404


def test_nobody_may_ask_without_end(client, refresh):
    answers = [client.get("/api/availability?eventTypeId=x") for _ in range(61)]
    assert answers[-1].status_code == 429
    assert answers[-1].json["status"] == 429


@pytest.mark.parametrize("path", ["/", "/consultation", "/book"])
def test_the_first_pages_stand_without_the_database(client, monkeypatch, path):
    def away(*_: object) -> None:
        raise DatabaseBusy("the store is away")

    monkeypatch.setattr("app.hosts.queries.open_to_all", away)
    monkeypatch.setattr("app.hosts.queries.at_link", away)
    assert client.get(path).status_code == 200
