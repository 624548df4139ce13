"""A simulated Cal.com on a port of its own, asked through our real client; its deliveries come when the test wants."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.accounts.models import AdminUser, Role
from app.bookings import queries
from app.bookings.facts import Address
from app.bookings.models import Booking
from app.calcom import calling
from app.db import db, transaction
from app.desk.carry_out import carry_out
from app.desk.looking import seat_uid_of
from app.desk.wishes import Act, Result, Staff, Wish
from app.sandbox.state import Booking as Row
from app.sync import catalogue
from tests.conftest import in_worker, refresh
from tests.factories.far_calcom import FarCalcom, far_calcom
from tests.factories.orders import order


class Post:
    """What Cal.com wants to tell: delivered at once while `fast`, else kept in `late` until the test hands it over."""

    def __init__(self, deliver: Callable[[bytes], Any]) -> None:
        self._deliver = deliver
        self.fast = True
        self.late: list[bytes] = []

    def send(self, *, body: bytes, **_: Any) -> None:
        if self.fast:
            self._deliver(body)
        else:
            self.late.append(body)

    def hand_over(self, *, times: int = 1) -> None:
        for body in self.late:
            for _ in range(times):
                self._deliver(body)
        self.late = []


@pytest.fixture(scope="module")
def running() -> Iterator[FarCalcom]:
    with far_calcom() as found:
        yield found


@pytest.fixture
def far(running: FarCalcom, monkeypatch: pytest.MonkeyPatch) -> FarCalcom:
    """One server for all tests of a module, as new for each."""
    monkeypatch.setattr(calling, "SETTLE_PAUSES", (0.01, 0.02))
    running.desk.reset()
    return running


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str, far: FarCalcom) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=database_url, **far.settings)
    with app.app_context():
        in_worker(app, lambda: catalogue.refresh(app.extensions["works"].calcom))
        yield app


@pytest.fixture
def post(far: FarCalcom, deliver: Callable[..., Any]) -> Post:
    """How deliveries travel."""
    post = Post(deliver)
    far.desk.courier.send = post.send  # type: ignore[method-assign]
    return post


@pytest.fixture
def booked(far: FarCalcom, post: Post, mails: Any, work: Callable[[], None]) -> Callable[..., Row]:
    """`booked("intro", **order)`: a booking that both sides know and whose mails are out; from now on deliveries are late."""

    def make(slug: str = "intro", **values: Any) -> Row:
        post.fast = True
        made = far.desk.engine.create(order(far.desk.engine, slug, **values))
        work()
        mails.sent.clear()
        post.fast = False
        return made[0]

    return make


@pytest.fixture
def robin(app: Flask) -> Staff:
    """The owner."""
    with transaction() as session:
        row = AdminUser(email="owner@example.com", name="Robin", role=Role.OWNER, created_at=clock.now())
        session.add(row)
        session.flush()
        return Staff(row.id, "Robin")


@pytest.fixture
def act(app: Flask, robin: Staff) -> Callable[..., Result]:
    """`act(Act.CANCEL, uid, seat="", **wish)`: what becomes of it, as a request would do it."""

    def do(what: Act, uid: str, *, seat: str = "", **values: Any) -> Result:
        def run() -> Result:
            works, address = app.extensions["works"], Address(uid, seat)
            known = at(uid, seat)
            wish = Wish(what, known.reference, address, robin, **({"seat_uid": seat_uid_of(db.session(), address)} | values))
            return carry_out(works.calcom, wish, policy=works.policy)

        result: Result = in_worker(app, run)
        return result

    return do


def at(uid: str, seat: str = "") -> Booking:
    """Our booking at this address."""
    refresh()
    return next(one for one in list(queries.everything()) if any((each.uid, each.seat) == (uid, seat) for each in one.addresses))


def history(booking: Booking) -> list[tuple[str, str, Any]]:
    """Who changed which field into what, without how the booking came to be."""
    return [(line.actor, line.field, line.new) for line in queries.changes_of(booking) if line.old is not None or line.field == "reason"]
