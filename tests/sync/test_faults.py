"""Cal.com's API misbehaves over a real connection: the comparison gets through, or says in words why not, and the next one does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.bookings import queries
from app.calcom import calling
from app.db import db
from app.sync.models import RunState, SyncRun
from tests.conftest import in_worker
from tests.factories.far_calcom import FarCalcom, far_calcom
from tests.factories.orders import order

FAULTS = ("429", "500", "html", "cut", "redirect", "slow")


@pytest.fixture(scope="module")
def calcom() -> Iterator[FarCalcom]:
    with far_calcom() as running:
        yield running


@pytest.fixture
def far(calcom: FarCalcom, monkeypatch: pytest.MonkeyPatch) -> FarCalcom:
    """A running simulation with three bookings that nobody was told of, and a client with little patience."""
    calcom.desk.reset()
    calcom.turn(loss=1.0, clock_scale=1000, api_slow_ms=3000, api_only="GET /v2/bookings")
    for _ in range(3):
        calcom.desk.engine.create(order(calcom.desk.engine))
    monkeypatch.setattr(calling, "CALL_SECONDS", 1.0)
    monkeypatch.setattr(calling, "PAUSES", (0.01, 0.01, 0.01))
    return calcom


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str, far: FarCalcom) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=sqlite_url, **far.settings)
    with app.app_context():
        yield app


@pytest.fixture
def compare(app: Flask) -> Callable[[], SyncRun]:
    def run() -> SyncRun:
        number = in_worker(app, lambda: app.extensions["works"].comparisons.compare(cause="command"))
        return db.session.get_one(SyncRun, number, populate_existing=True)

    return run


def here() -> dict[str, str]:
    return {row.uids[-1]: row.status for row in queries.everything()}


@pytest.mark.parametrize("fault", FAULTS)
def test_after_each_fault_our_record_is_calcoms(fault: str, far: FarCalcom, compare: Callable[[], SyncRun]) -> None:
    wanted = {row.uid: "confirmed" for row in far.desk.engine.bookings()}
    far.turn(api_next=f"{fault}*40")
    broken = compare()
    assert (broken.state, bool(broken.error), here()) == (RunState.FAILED, True, {})
    assert broken.error.endswith((".", "?"))
    assert not any(secret in broken.error for secret in [*wanted, "cal_demo"])
    far.turn(api_next=fault)
    run = compare()
    if run.state == RunState.FAILED:
        run = compare()
    assert (run.id, run.state, run.error) == (broken.id, RunState.DONE, "")
    assert here() == wanted


def test_a_key_that_is_no_good_is_said_in_words(far: FarCalcom, compare: Callable[[], SyncRun], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far.desk.keys, "is_dead", lambda _: True)
    run = compare()
    assert run.state == RunState.FAILED
    assert "key" in run.error.lower()


def test_the_worker_compares_at_start_then_by_the_clock_and_when_asked(far: FarCalcom, app: Flask, moment: Any) -> None:
    comparisons = app.extensions["works"].comparisons

    def look() -> int:
        in_worker(app, lambda: comparisons.tick(lambda: False))
        return len(list(db.session.scalars(db.select(SyncRun))))

    moment(clock.now())
    assert [look(), look()] == [1, 1]
    moment.forward(minutes=9)
    assert look() == 1
    moment.forward(minutes=1)
    assert look() == 2
    kinds = [(run.kind, run.cause, run.state) for run in db.session.scalars(db.select(SyncRun).order_by(SyncRun.id))]
    assert kinds == [("first", "start", "done"), ("daily", "clock", "done")]
