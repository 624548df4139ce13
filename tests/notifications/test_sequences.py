"""Sequences and the daily summary: when they begin, and everything that ends them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bookings import queries as bookings
from app.outbox import queries as outbox
from app.sandbox.engine import Engine
from app.sandbox.orders import Cancel
from app.timing import step
from tests.factories.orders import order, person

MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


@pytest.fixture
def site(app: Flask, moment: Any, mails: Any) -> Any:
    """The background work of a site with both sequences and a summary at half past seven."""
    moment(MONDAY)
    works = app.extensions["works"]
    works._policy = replace(
        works.policy,
        reminders=(),
        follow_up=(step("1d"), step("7d")),
        re_engagement=(step("2d"), step("9d")),
        digest_at=time(7, 30),
        place_time_zone="Europe/London",
    )
    return works


def fates(prefix: str) -> dict[str, tuple[str, str]]:
    return {row.kind: (row.state, row.why.partition(":")[0]) for row in outbox.everything() if row.kind.startswith(prefix)}


def test_after_a_completed_meeting_the_sequence_follows_in_its_steps(site: Any, calcom: Engine, work: Callable[[], None], moment: Any, mails: Any) -> None:
    (made,) = calcom.create(order(calcom))
    work()
    assert fates("follow_up") == {"follow_up_1": ("planned", ""), "follow_up_2": ("planned", "")}
    moment(made.end + timedelta(days=1, minutes=-1))
    work()
    assert fates("follow_up")["follow_up_1"] == ("planned", "")
    moment(made.end + timedelta(days=1))
    work()
    assert fates("follow_up") == {"follow_up_1": ("sent", ""), "follow_up_2": ("planned", "")}
    mail = mails.sent[-1]
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.headers["List-Unsubscribe"].startswith("<http://localhost/unsubscribe/")
    moment(made.end + timedelta(days=7))
    work()
    assert fates("follow_up")["follow_up_2"] == ("sent", "")


def test_a_cancellation_ends_the_one_sequence_and_begins_the_other(site: Any, calcom: Engine, work: Callable[[], None], moment: Any) -> None:
    (made,) = calcom.create(order(calcom))
    work()
    calcom.cancel(Cancel(uid=made.uid))
    work()
    assert {state for state, _ in fates("follow_up").values()} == {"cancelled"}
    assert fates("re_engagement") == {"re_engagement_1": ("planned", ""), "re_engagement_2": ("planned", "")}
    moment(MONDAY + timedelta(days=2))
    work()
    assert fates("re_engagement")["re_engagement_1"] == ("sent", "")


def test_who_books_again_is_left_in_peace(site: Any, calcom: Engine, work: Callable[[], None], moment: Any) -> None:
    (made,) = calcom.create(order(calcom))
    calcom.cancel(Cancel(uid=made.uid))
    work()
    calcom.create(order(calcom))
    work()
    moment(MONDAY + timedelta(days=2))
    work()
    assert fates("re_engagement")["re_engagement_1"] == ("cancelled", "booked again")


def link_in(mails: Any, moment: Any, work: Callable[[], None], at: datetime) -> str:
    moment(at)
    work()
    header = mails.sent[-1].headers["List-Unsubscribe"]
    return str(header).strip("<>").removeprefix("http://localhost")


@pytest.mark.parametrize(("form", "source"), [({"List-Unsubscribe": "One-Click"}, "one-click"), ({}, "link"), ({"all": "1"}, "link")])
def test_one_click_ends_the_sequence_and_no_service_mail(
    site: Any, calcom: Engine, work: Callable[[], None], moment: Any, mails: Any, client: FlaskClient, form: dict[str, str], source: str, sign_in: Any
) -> None:
    (made,) = calcom.create(order(calcom, booker=person(email="Ada@Example.org")))
    work()
    link = link_in(mails, moment, work, made.end + timedelta(days=1))
    assert "Stop these mails" in client.get(link).text
    assert "Stop these mails" in client.get(link).text, "looking changes nothing"
    answer = client.post(link, data=form)
    assert answer.status_code == 200
    assert "still reach you" in answer.text
    moment(made.end + timedelta(days=7))
    work()
    assert fates("follow_up")["follow_up_2"] == ("cancelled", "unsubscribed")
    calcom.create(order(calcom, booker=person(email="ada@example.org")))
    work()
    assert fates("confirmation") == {"confirmation": ("sent", "")}
    assert [row.why.partition(":")[0] for row in outbox.everything() if row.kind == "follow_up_1"] == ["", "unsubscribed"]
    page = sign_in().get("/admin/mails").text
    assert "ada@example.org" in page
    assert source in page
    assert "Stop these mails" in client.post(link, data={"back": "1"}).text


def test_other_sequences_go_on_unless_all_are_left(site: Any, calcom: Engine, work: Callable[[], None], moment: Any, mails: Any, client: FlaskClient) -> None:
    (made,) = calcom.create(order(calcom))
    work()
    client.post(link_in(mails, moment, work, made.end + timedelta(days=1)))
    (other,) = calcom.create(order(calcom))
    calcom.cancel(Cancel(uid=other.uid))
    work()
    assert fates("re_engagement")["re_engagement_1"] == ("planned", "")


@pytest.mark.parametrize("token", ["x", "WyJhIiwiYiJd.abc", "%00", "a" * 3000])
def test_a_forged_link_opens_nothing(app: Flask, client: FlaskClient, token: str) -> None:
    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_the_summary_comes_once_a_day_when_there_is_something_to_say(site: Any, calcom: Engine, work: Callable[[], None], moment: Any, mails: Any) -> None:
    def summaries() -> list[Any]:
        return [mail for mail in mails.sent if mail.subject.startswith("Your day")]

    moment(datetime(2026, 12, 8, 7, 30, tzinfo=UTC))
    work()
    assert summaries() == []
    (made,) = calcom.create(order(calcom))
    moment(datetime(2026, 12, 9, 7, 29, tzinfo=UTC))
    work()
    assert summaries() == []
    for minute in (30, 31, 59):
        moment(datetime(2026, 12, 9, 7, minute, tzinfo=UTC))
        site._summary_looked_at = None
        work()
    (mail,) = summaries()
    assert mail.to == "owner@example.com"
    assert bookings.by_reference(next(iter(bookings.everything())).reference).booker_name in mail.text
    moment(made.start + timedelta(days=40))
    work()
    assert len(summaries()) == 1


def test_a_real_site_without_a_file_of_its_own_sends_no_sequences(make_app: Callable[..., Flask]) -> None:
    live, demo = make_app().extensions["works"].policy, make_app(demo=True).extensions["works"].policy
    assert (live.follow_up, live.re_engagement, live.digest_at) == ((), (), None)
    assert [each.name for each in live.reminders] == ["24h", "1h"]
    assert demo.follow_up
    assert demo.digest_at
