"""The admin area beside a Cal.com on a port of its own; its deliveries are handed over when the test wants."""

import pytest

from app.bookings import queries
from app.calcom import calling
from app.sync import catalogue
from tests.conftest import in_worker, token_in
from tests.factories.far_calcom import far_calcom
from tests.factories.orders import order


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def database_url(request):
    """Pages on SQLite; the long form takes PostgreSQL too. What stands beneath them is tried on both each time."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(scope="module")
def running():
    with far_calcom() as found:
        yield found


@pytest.fixture
def far(running, monkeypatch):
    """One server for all tests of a module, as new for each."""
    monkeypatch.setattr(calling, "SETTLE_PAUSES", (0.01, 0.02))
    running.desk.reset()
    return running


@pytest.fixture
def app(make_app, database_url, far):
    app = make_app(DATABASE_URL=database_url, **far.settings)
    with app.app_context():
        in_worker(app, lambda: catalogue.refresh(app.extensions["works"].calcom))
        yield app


@pytest.fixture
def kept(far):
    """What Cal.com wanted to tell, oldest first."""
    bodies = []
    far.desk.courier.send = lambda *, body, **_: bodies.append(body)
    return bodies


@pytest.fixture
def booked(far, kept, deliver, mails, work, moment):
    """`booked("intro", **order)`: a booking that both sides know and whose mails are out; returns its number here and its row there."""

    def make(slug="intro", **values):
        made = far.desk.engine.create(order(far.desk.engine, slug, **values))[0]
        while kept:
            deliver(kept.pop(0))
        work()
        mails.sent.clear()
        moment.forward(minutes=1)
        known = next(one for one in list(queries.everything()) if made.uid in one.uids)
        return known.reference, made

    return make


@pytest.fixture
def desk(sign_in):
    return sign_in()


@pytest.fixture
def press(desk):
    """`press(path, **fields)`: sends the form of the page at this path, or at `page`; the answer, not followed."""

    def send(path, *, page="", **fields):
        token = token_in(desk.get(page or path).text)
        return desk.post(path, data={"csrf_token": token, **fields})

    return send
