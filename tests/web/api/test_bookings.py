import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from app.accounts.tokens import Scope
from app.db import db
from tests.factories.orders import order
from tests.web.api.conftest import NOON

pytestmark = pytest.mark.usefixtures("noon")
ALL = (Scope.BOOKINGS, Scope.PERSONAL, Scope.UIDS)


def references(answer):
    assert answer.status_code == 200, answer.text
    return [each["reference"] for each in answer.json["bookings"]]


def test_the_same_keys_and_values_as_on_the_command_line(app, ask, token, book):
    book()
    printed = json.loads(app.test_cli_runner().invoke(args=["bookings", "list", "--json"]).stdout)
    assert ask("/bookings", token(*ALL)).json["bookings"] == printed
    shown = json.loads(app.test_cli_runner().invoke(args=["bookings", "show", printed[0]["reference"], "--json"]).stdout)
    assert ask(f"/bookings/{printed[0]['reference']}", token(*ALL)).json == shown


def test_pages_follow_each_other_by_cursor_and_by_link_without_gap_or_repeat(ask, token, book):
    made = [book(start=NOON + timedelta(hours=hour % 3)) for hour in range(7)]
    secret, path, seen = token(), "/bookings?limit=3", []
    while path:
        answer = ask(path, secret)
        seen += references(answer)
        link = re.search(r'<http://localhost/api(.+)>; rel="next"', answer.headers.get("Link", ""))
        assert bool(link) == bool(answer.json["next"])
        path = link[1] if link else ""
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7
    starts = [ask(f"/bookings/{reference}", secret).json["start"] for reference in seen]
    assert starts == sorted(starts)


def test_what_was_booked_first_may_come_first(ask, token, book):
    late = book(start=NOON + timedelta(days=9), booked_at=NOON - timedelta(days=2))
    early = book(booked_at=NOON - timedelta(days=1))
    secret = token()
    assert references(ask("/bookings", secret)) == [early, late]
    assert references(ask("/bookings?order=booked", secret)) == [late, early]
    cursor = ask("/bookings?order=booked&limit=1", secret).json["next"]
    assert references(ask(f"/bookings?order=booked&cursor={cursor}", secret)) == [early]
    assert ask(f"/bookings?cursor={cursor}", secret).status_code == 400


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=pending", ["pending"]),
        ("status=completed", ["over"]),
        ("payment=paid", ["paid"]),
        ("event_type=workshop", ["workshop"]),
        ("host=Other@example.com", ["other host"]),
        ("from=2026-12-20", ["later"]),
        ("to=2026-12-07", ["over"]),
        ("from=2026-12-19T12:00:00Z&to=2026-12-20T12:00:00%2B01:00", []),
        ("from=2026-12-20T12:00:00Z&to=2026-12-21", ["later"]),
        ("q=brunhilde", ["brunhilde"]),
        ("origin=campaign:news", ["campaign"]),
        ("status=rejected", []),
    ],
)
def test_filters_are_those_of_the_list(ask, token, book, query, wanted):
    made = {
        "pending": book(status="pending"),
        "over": book(start=NOON - timedelta(days=2)),
        "paid": book(payment="paid"),
        "workshop": book(event_type="workshop"),
        "other host": book(host_email="other@example.com"),
        "later": book(start=datetime(2026, 12, 20, 12, tzinfo=UTC)),
        "brunhilde": book(booker_name="Brunhilde Example"),
        "campaign": book(source="/book?utm_source=news"),
    }
    assert references(ask(f"/bookings?{query}", token(*ALL))) == [made[name] for name in wanted]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("status=open", "status"),
        ("payment=none", "payment"),
        ("from=yesterday", "from"),
        ("from=20261201", "from"),
        ("from=2026-02-30", "from"),
        ("to=1764547200", "to"),
        ("cursor=rubbish", "cursor"),
        ("q=", "q"),
        ("evnt_type=intro", "evnt_type"),
        ("limit=1&limit=2", "limit"),
    ],
)
def test_what_will_not_do_is_named_and_nothing_is_guessed(ask, token, book, query, parameter):
    book()
    answer = ask(f"/bookings?{query}", token(*ALL))
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert [each["parameter"] for each in answer.json["errors"]] == [parameter]
    assert answer.json["status"] == 400


@pytest.mark.parametrize(
    "query", ["from=0000-01-01", "to=9999-12-31", "to=9999-12-31T23:59:59-12:00", "from=0001-01-01T00:00:00%2B14:00", "from=2026-12-31T23:59:60Z"]
)
def test_moments_at_the_edge_of_the_calendar_are_moments(ask, token, book, query):
    book()
    assert ask(f"/bookings?{query}", token()).status_code == 200


def test_without_the_scope_nothing_says_who_booked(ask, token, book):
    reference = book(uids=["firstuid0001", "seconduid0002"])
    for path in ("/bookings", f"/bookings/{reference}"):
        text = ask(path, token()).text
        for secret in ("Ines", "ines@example.org", "uid000", "spring", "daily"):
            assert secret not in text
    row = ask("/bookings", token()).json["bookings"][0]
    assert (row["uids"], row["title"], row["location"], row["meeting_url"], row["metadata"]) == (None, None, None, None, None)
    assert row["attendees"] == [{"name": None, "email": None, "time_zone": "Europe/London", "state": "attending"}]


def test_a_search_for_people_needs_the_scope_too(ask, token, book):
    book()
    assert ask("/bookings?q=ines", token()).status_code == 403
    assert len(references(ask("/bookings?q=ines", token(Scope.BOOKINGS, Scope.PERSONAL)))) == 1


def test_a_uid_stands_nowhere_without_its_scope_not_even_inside_a_link(ask, token, book):
    reference = book(uids=["firstuid0001", "seconduid0002"])
    for path in ("/bookings", f"/bookings/{reference}"):
        answer = ask(path, token(Scope.BOOKINGS, Scope.PERSONAL))
        assert "uid000" not in answer.text
        assert "Ines" in answer.text
    row = ask("/bookings", token(Scope.BOOKINGS, Scope.PERSONAL)).json["bookings"][0]
    assert (row["uids"], row["meeting_url"], row["metadata"]) == (None, None, {"videoCallUrl": None, "campaign": "spring"})
    assert ask("/bookings", token(*ALL)).json["bookings"][0]["uids"] == ["firstuid0001", "seconduid0002"]


def test_the_history_hides_people_and_uids_as_the_booking_does(ask, token, calcom, work):
    calcom.create(order(calcom))
    work()
    secret = token(*ALL)
    reference = ask("/bookings", secret).json["bookings"][0]["reference"]
    full = ask(f"/bookings/{reference}", secret).json
    uid = full["uids"][0]
    personal = ask(f"/bookings/{reference}", token(Scope.BOOKINGS, Scope.PERSONAL))
    assert uid not in personal.text
    plain = ask(f"/bookings/{reference}", token())
    for person in full["attendees"]:
        assert person["email"] not in plain.text
        assert person["name"] not in plain.text
    assert len(plain.json["changes"]) == len(full["changes"])
    assert {"confirmed"} == {each["new"] for each in plain.json["changes"] if each["field"] == "status"}


def test_a_booking_that_is_not_there_is_a_404(ask, token):
    for reference in ("NOTHERE", "a b", "%00", "..%2fx"):
        answer = ask(f"/bookings/{reference}", token())
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_who_has_it_already_gets_304_and_other_rights_another_answer(ask, token, book):
    book()
    plain, personal = token(), token(Scope.BOOKINGS, Scope.PERSONAL)
    first = ask("/bookings", plain)
    tag = first.headers["ETag"]
    assert "Authorization" in first.headers["Vary"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = ask("/bookings", plain, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert ask("/bookings", personal, headers={"If-None-Match": tag}).status_code == 200
    book()
    assert ask("/bookings", plain, headers={"If-None-Match": tag}).status_code == 200


def test_a_list_needs_few_questions_whatever_its_length(app, ask, token, book):
    secret, counts = token(*ALL), []
    ask("/bookings", secret)  # notes that it was used
    statements = []

    def listen(*said):
        statements.append(said[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    for amount in (2, 12):
        for _ in range(amount):
            book()
        statements.clear()
        ask("/bookings?limit=100", secret)
        counts.append(len(statements))
    event.remove(db.engine, "before_cursor_execute", listen)
    assert counts[0] == counts[1]
