"""Event types and hosts as they were synced: state, price, the way to the public page and to the bookings."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.db import transaction
from app.hosts.models import EventType, Host
from tests.web.admin.conftest import NOON

Browser = Callable[..., FlaskClient]


@pytest.fixture
def catalogue(app: Flask) -> None:
    """A host with an event type of each state, a team, and a host that has gone."""
    with transaction() as session:
        robin = Host(kind="person", calcom_id=1, username="robin", name="Robin Host", email="robin@example.com", time_zone="Europe/London", last_synced_at=NOON)
        team = Host(kind="team", calcom_id=1, username="desk", name="The desk", position=1, last_synced_at=NOON)
        gone = Host(kind="person", calcom_id=2, username="pat", name="Pat Gone", email="pat@example.com", removed_at=NOON, last_synced_at=NOON)
        session.add_all([robin, team, gone])
        session.flush()
        kinds: list[dict[str, Any]] = [
            {"slug": "intro", "title": "Intro call", "minutes": 30},
            {"slug": "paid", "title": "Paid hour", "minutes": 60, "price": 6000, "currency": "eur", "hidden": True},
            {"slug": "mould", "title": "Mould", "minutes": 15, "active": False},
            {"slug": "old", "title": "Old one", "minutes": 15, "active": False, "removed_at": NOON - timedelta(days=2)},
        ]
        session.add_all(EventType(calcom_id=at, host_id=robin.id, position=at, last_synced_at=NOON, **kind) for at, kind in enumerate(kinds, start=1))


def row(page: str, title: str) -> str:
    return next(each for each in page.split("<tr ") if f">{title}<" in each)


def test_each_event_type_says_its_state_its_price_and_its_page(catalogue: None, sign_in: Browser) -> None:
    page = sign_in().get("/admin/event-types").text
    assert "4 event types" in page
    assert ">Active<" in row(page, "Intro call")
    assert 'href="/book/robin/intro"' in row(page, "Intro call")
    assert "Free" in row(page, "Intro call")
    assert ">Hidden<" in row(page, "Paid hour")
    assert "60.00 EUR" in row(page, "Paid hour")
    assert ">Template<" in row(page, "Mould")
    assert "/book/robin/mould" not in page
    assert ">Gone from Cal.com<" in row(page, "Old one")
    assert "2 days ago" in row(page, "Old one")


def test_bookings_are_counted_and_the_count_leads_to_them(catalogue: None, book: Any, sign_in: Browser) -> None:
    references = [book(), book(event_type="other"), book()]
    browser = sign_in()
    page = browser.get("/admin/event-types").text
    assert '<a class="above" href="/admin/calendar?type=intro&amp;view=all">2<' in row(page, "Intro call")
    listed = browser.get("/admin/calendar?type=intro&view=all").text
    assert [reference in listed for reference in references] == [True, False, True]
    assert '<a class="above" href="/admin/calendar?host=robin@example.com&amp;view=all">3<' in row(browser.get("/admin/hosts").text, "Robin Host")


def test_a_state_can_be_asked_for_by_the_address(catalogue: None, sign_in: Browser) -> None:
    browser = sign_in()
    page = browser.get("/admin/event-types?state=hidden").text
    assert "Paid hour" in page
    assert "Intro call" not in page
    assert browser.get("/admin/event-types?state=nonsense").text.count("<tr ") == 4


def test_hosts_with_what_can_be_booked_and_those_who_have_gone_last(catalogue: None, sign_in: Browser) -> None:
    page = sign_in().get("/admin/hosts").text
    assert page.index("Robin Host") < page.index("The desk") < page.index("Pat Gone")
    assert 'href="/book/robin/intro">Intro call</a>' in row(page, "Robin Host")
    assert "Paid hour" not in page
    assert "London" in row(page, "Robin Host")
    assert "nothing that is listed" in page


def test_before_the_first_comparison_both_say_what_to_do(sign_in: Browser, make_app: Callable[..., Flask]) -> None:
    for path in ("/admin/event-types", "/admin/hosts"):
        assert "CALCOM_API_KEY" in sign_in().get(path).text


def test_hosts_of_the_house_do_not_open_them(catalogue: None, sign_in: Browser) -> None:
    browser = sign_in(role=Role.HOST, email="robin@example.com")
    assert [browser.get(path).status_code for path in ("/admin/event-types", "/admin/hosts")] == [403, 403]
