"""What browsers told: a bound for each visitor, an end in time, and the way to one booking, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.browsing import keep as keeping
from app.browsing import retention
from app.browsing.keep import Moment, keep
from app.browsing.models import BrowserMoment
from app.browsing.way import to_booking
from app.db import db, transaction

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
ME, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def told(app):
    """`told((seconds, kind), …, by=ME)`: kept as of so many seconds after noon; how many were."""

    def do(*moments, by=ME):
        with transaction() as session:
            return keep(session, by, [Moment(NOON + timedelta(seconds=seconds), kind, "/book") for seconds, kind in moments])

    return do


def way(seconds=60, *, by=ME):
    return [moment.kind for moment in to_booking(by, booked_at=NOON + timedelta(seconds=seconds))]


def test_a_visitor_has_room_for_so_many_moments_and_takes_none_from_others(told, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_OF_A_VISITOR", 3)
    assert told((0, "opened"), (1, "linkReady")) == 2
    assert told((2, "bookerReady"), (3, "__routeChanged")) == 1
    assert told((4, "linkFailed")) == 0
    assert told((0, "opened"), by=OTHER) == 1
    assert way() == ["opened", "linkReady", "bookerReady"]


def test_what_is_older_than_the_retention_is_forgotten_and_nothing_else(told, moment, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    told(*((second, "opened") for second in range(5)))
    moment(NOON + timedelta(days=80))
    with transaction() as session:
        keep(session, OTHER, [Moment(NOON + timedelta(days=79), "opened", "/book")])
    assert retention.forget_old(days=90) == 0
    moment.forward(days=11)
    assert retention.forget_old(days=90) == 5
    assert list(db.session.scalars(select(BrowserMoment.visitor_hash))) == [OTHER]


def test_the_worker_forgets_with_the_bodies_of_deliveries(told, app, moment):
    told((0, "opened"))
    moment(NOON + timedelta(days=91))
    app.extensions["works"].keep_house()
    assert db.session.scalars(select(BrowserMoment)).all() == []


def test_the_way_is_that_of_this_browser_and_in_order(told):
    told((0, "opened"), (61, "bookingSuccessfulV2"), (2, "linkReady"))
    told((30, "linkFailed"), by=OTHER)
    assert way() == ["opened", "linkReady", "bookingSuccessfulV2"]
    assert way(by="") == []


def test_each_of_two_bookings_from_one_browser_has_its_own_way(told):
    told((0, "opened"), (2, "linkReady"), (50, "bookingSuccessfulV2"), (51, "due"))
    told((80, "opened"), (82, "linkReady"), (90, "__routeChanged"), (110, "bookingSuccessfulV2"), (200, "opened"))
    assert way(49) == ["opened", "linkReady", "bookingSuccessfulV2", "due"]
    assert way(109)[-4:] == ["opened", "linkReady", "__routeChanged", "bookingSuccessfulV2"]
    assert way(109).count("bookingSuccessfulV2") == 1


def test_a_page_that_died_before_it_could_tell_the_end_still_shows_how_far_it_came(told):
    told((0, "opened"), (2, "linkReady"), (30, "__routeChanged"), (900, "opened"))
    assert way(60) == ["opened", "linkReady", "__routeChanged"]


def test_clocks_that_differ_a_little_do_not_lose_the_end(told):
    told((0, "opened"), (100, "bookingSuccessfulV2"))
    assert way(10) == ["opened", "bookingSuccessfulV2"]
    assert way(190) == ["opened", "bookingSuccessfulV2"]
