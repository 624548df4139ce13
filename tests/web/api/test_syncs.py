import pytest
from sqlalchemy import select

from app.accounts.models import StaffAct
from app.accounts.tokens import Scope
from app.calcom.errors import Away
from app.chores import works_of
from app.db import db
from app.errands import carry_out
from app.reception.availability import Desk
from app.reception.cache import cache_of
from app.sync.models import RunState
from tests.conftest import in_worker
from tests.factories.near_calcom import NearCalcom


@pytest.fixture
def near(app):
    """A site with a key to a simulated Cal.com."""
    near = NearCalcom()
    app.extensions["works"].__dict__.update(desk=Desk(near.client, cache_of("")), calcom=near.client)
    return near


@pytest.fixture
def refresh(app, near):
    """`refresh()`: what the worker does about event types."""
    works = app.extensions["works"]
    work = works_of(handler=works.handle_delivery, client=lambda: near.client)["catalogue"]
    return lambda: in_worker(app, lambda: carry_out("catalogue", work, should_stop=lambda: False))


def test_a_comparison_is_asked_for_carried_out_and_looked_at(app, near, ask, token):
    secret = token(Scope.SYNC)
    answer = ask("/bookings/sync", secret, method="post")
    assert (answer.status_code, answer.headers["Location"]) == (202, "http://localhost/api/bookings/sync/1")
    assert (answer.json["state"], answer.json["kind"]) == ("asked", "daily")
    again = ask("/bookings/sync", secret, method="post", json={"kind": "full"})
    assert (again.json["id"], again.json["kind"]) == (1, "full")
    in_worker(app, lambda: app.extensions["works"].comparisons.compare(cause="clock"))
    done = ask("/bookings/sync/1", secret)
    assert (done.status_code, done.json["state"], done.headers["Cache-Control"]) == (200, RunState.DONE, "no-store")
    assert done.json["verified"] == done.json["verified_of"] == 0
    assert ask("/bookings/sync", secret).json == done.json
    assert ask("/bookings/sync/7", secret).status_code == 404


def test_event_types_are_read_anew(near, refresh, ask, token):
    secret = token(Scope.SYNC)
    assert ask("/event-types/sync", secret).status_code == 404
    answer = ask("/event-types/sync", secret, method="post")
    assert (answer.status_code, answer.headers["Location"]) == (202, "http://localhost/api/event-types/sync/1")
    assert ask("/event-types/sync", secret, method="post").json["id"] == 1
    refresh()
    done = ask("/event-types/sync/1", secret).json
    assert (done["state"], done["error"]) == ("done", None)
    assert done["created"] > 0
    assert ask("/event-types", secret).json["event_types"]
    assert ask("/event-types/sync", secret, method="post").json["id"] == 2
    refresh()
    second = ask("/event-types/sync", secret).json
    assert (second["id"], second["created"], second["same"]) == (2, 0, done["created"])


def test_a_cal_com_that_is_away_is_said(near, refresh, ask, token):
    secret = token(Scope.SYNC)
    ask("/event-types/sync", secret, method="post")

    def away(call):
        raise Away("Cal.com does not answer.")

    near.before = away
    refresh()
    failed = ask("/event-types/sync", secret).json
    assert (failed["state"], failed["error"]) == ("failed", "Cal.com does not answer.")


def test_without_a_key_nothing_is_started(ask, token):
    for path in ("/bookings/sync", "/event-types/sync"):
        answer = ask(path, token(Scope.SYNC), method="post")
        assert (answer.status_code, "CALCOM_API_KEY" in answer.json["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{"}, 400),
        ({"json": []}, 400),
        ({"json": {"kind": "first"}}, 400),
        ({"json": {"all": True}}, 400),
        ({"data": b"kind=full", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"x" * 1_000_001, "content_type": "application/json"}, 413),
    ],
)
def test_a_body_that_will_not_do_starts_nothing(near, ask, token, sent, status):
    secret = token(Scope.SYNC)
    if "data" in sent and status == 400:
        sent = sent | {"content_type": "application/json"}
    answer = ask("/bookings/sync", secret, method="post", **sent)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert ask("/bookings/sync", secret).status_code == 404


def test_who_asked_is_noted_without_the_token(near, ask, token):
    secret = token(Scope.SYNC)
    ask("/bookings/sync", secret, method="post")
    act = db.session.scalars(select(StaffAct).where(StaffAct.act == "sync.ask")).one()
    assert (act.subject, act.detail) == ("1", "token 1")
    assert act.staff_id is not None
