"""What all tests stand on: settings, an app on a real database, signed deliveries, mails in memory, the time.

A test gets only what it asks for. Without the fixture `app` (or one built on it) there is no application and so no
database: a unit test that touches one fails. Everything here is real but for the mail transport and the clock.
"""

import contextvars
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
import time_machine as clockwork
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import clock, create_app
from app.accounts import staff
from app.accounts.models import Role
from app.accounts.staff import create as create_staff
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.config import Settings
from app.db import db, transaction
from app.mail.transport import MemoryTransport
from app.sandbox import payloads
from app.sandbox.engine import Engine
from tests.well_formed import problems_of
from tools import services

SECRET = "a-secret-for-the-tests"
IN_CI = os.environ.get("CI") == "true"


# Order and coverage ---------------------------------------------------------------------------------------------------

LONG = ("test_every_admin_state", "test_every_admin_page", "test_plans", "test_storm", "test_any_order", "test_journeys", "test_doctor", "test_first_command")
"""Files that take long for the few tests in them: at the end one worker would be left alone with them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first; those with a browser, which mostly wait, are spread among those that calculate."""
    files = list(dict.fromkeys(item.path for item in items))
    waiting, calculating = ([file for file in files if ("e2e" in file.parts) is kind] for kind in (True, False))
    share = {file: number / len(group) for group in (waiting, calculating) for number, file in enumerate(group)}
    items.sort(key=lambda item: (item.path.stem not in LONG, share[item.path]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Coverage doubles what a test costs, so it rests where the same lines run on SQLite anyway."""
    twin = getattr(item, "callspec", None) is not None and item.callspec.params.get("database_url") == "postgresql"
    plugin = item.config.pluginmanager.getplugin("_cov") if twin else None
    measuring = getattr(plugin, "cov_controller", None)
    if measuring is None:
        return (yield)
    measuring.pause()
    try:
        return (yield)
    finally:
        measuring.resume()


# The database ---------------------------------------------------------------------------------------------------------


def _start(service: Any, name: str) -> Iterator[str]:
    """The URL of a server of our own. Skips with the reason where there is none; in CI that is a failure."""
    try:
        with service as url:
            yield url
    except services.Missing as missing:
        if IN_CI:
            pytest.fail(f"{name}: {missing}")
        pytest.skip(f"{name}: {missing}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of an empty PostgreSQL server on loopback, without the name of a database; started once."""
    yield from _start(services.postgres(), "PostgreSQL")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of an empty Redis server on loopback; started once."""
    yield from _start(services.redis(), "Redis")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to be copied: cheaper than making the tables for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    engine = sa.create_engine(f"sqlite:///{path}")
    db.metadata.create_all(engine)
    engine.dispose()
    with sa.create_engine(f"sqlite:///{path}").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> str:
    """URL of a PostgreSQL database with all tables; `postgres_url` empties it for each test."""
    url = f"{postgres_server}postgres"
    engine = sa.create_engine(url)
    db.metadata.create_all(engine)
    engine.dispose()
    return url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """URL of a PostgreSQL database with all tables and no rows."""
    engine = sa.create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        every = ", ".join(f"('{name}', EXISTS (SELECT FROM {name}))" for name in db.metadata.tables)  # to empty empty ones takes as long
        used = connection.exec_driver_sql(f"SELECT name FROM (VALUES {every}) AS found (name, used) WHERE used").scalars().all()
        if used:
            connection.exec_driver_sql(f"TRUNCATE {', '.join(used)} CASCADE")
        begun = "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
        connection.exec_driver_sql(begun)
    engine.dispose()
    return postgres_database


@pytest.fixture
def bare_postgres_url(postgres_server: str) -> str:
    """URL of a PostgreSQL database without a single table, for real processes: they bring it up to date by themselves."""
    engine = sa.create_engine(f"{postgres_server}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS bare WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE bare")
    engine.dispose()
    return f"{postgres_server}bare"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a SQLite file with all tables and no rows."""
    path = tmp_path / "frontdesk.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a database with all tables and no rows. A test that asks for it (or for `app`) runs on both."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Passwords are digested as in life, only with less work: thousands are in a run. What it costs in life has a test of its own."""
    staff._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    staff._NOBODY = staff.of_nobody(staff._hasher)


# The app --------------------------------------------------------------------------------------------------------------


class Compiled(BytecodeCache):
    """Templates that one app has compiled serve the next one of the same run; that is a third of what a short test costs."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class KnownRule(Rule):
    """A rule of the URL map that learns to write its address once in a run, not once in each app: that takes most of an app's start."""

    _known: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, self.endpoint, repr(self.defaults), append_unknown)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


Flask.url_rule_class = KnownRule


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """`settings(NAME=value, demo=False)`: settings good enough to serve, in a folder of the test's own."""

    def make(*, demo: bool = False, **values: Any) -> Settings:
        defaults = {
            "SECRET_KEY": "k" * 40,
            "SITE_URL": "http://localhost",
            "CALCOM_LINK": "acme/consultation",
            "CALCOM_WEBHOOK_SECRET": [SECRET],
            "ADMIN_EMAIL": "owner@example.com",
            "INSTANCE_PATH": tmp_path / "instance",
        }
        return Settings(**(defaults | values), demo=demo)

    return make


@pytest.fixture
def make_app(settings: Callable[..., Settings], sqlite_template: Path) -> Iterator[Callable[..., Flask]]:
    """`make_app(NAME=value, demo=False)`: an app with these settings; on SQLite with all tables unless DATABASE_URL says otherwise."""
    made: list[Flask] = []

    def make(**values: Any) -> Flask:
        found = settings(**values)
        found.INSTANCE_PATH.mkdir(parents=True, exist_ok=True)
        if not found.DATABASE_URL and not (target := found.INSTANCE_PATH / "frontdesk.sqlite3").exists():
            shutil.copyfile(sqlite_template, target)
        app = create_app(found)
        app.testing = True
        app.test_client_class = Client
        app.jinja_env.bytecode_cache = COMPILED
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Iterator[Flask]:
    """The app on SQLite and on PostgreSQL, inside its application context, so that queries can be called."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        yield app


class Client(FlaskClient):
    """Each request stands alone, as in life, even if the test itself is inside an application context; pages must be well-formed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.preserve_context:  # `with client:` wants to look inside afterwards
            return self._checked(super().open(*args, **kwargs))
        response = outside(super().open, *args, **kwargs)
        refresh()
        return self._checked(response)

    def _checked(self, response: TestResponse) -> TestResponse:
        ours = response.mimetype == "text/html" and response.request.method != "HEAD" and response.status_code not in range(300, 400)
        path = response.request.path
        mail = path.startswith(("/admin/mails/", "/admin/outbox/")) and path.endswith("/body")
        if ours and not (mail or path.startswith("/demo/outbox/")):  # a mail's own HTML, written for mail programs
            problems = problems_of(response.text)
            assert not problems, f"{response.request.path} is not well-formed: {problems[:5]}"
        return response


def outside(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result of the call, made as if no application context were there."""
    return contextvars.Context().run(call, *args, **kwargs)


def refresh() -> None:
    """Ends the reading transaction of the test's own session, so that it sees what others have written since."""
    if has_app_context():
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts; fails the test when a page is not well-formed."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """`sign_in(role=Role.OWNER, email="owner@example.com")`: a browser of a staff member, made if need be and signed in by the form."""

    def enter(*, role: Role = Role.OWNER, email: str = "owner@example.com", password: str = "a good password") -> FlaskClient:
        def make() -> None:
            with transaction() as session:
                create_staff(session, email=email, password=password, role=role)

        in_worker(app, make)
        browser = app.test_client()
        form = {"email": email, "password": password, "csrf_token": token_in(browser.get("/admin/sign-in").text)}
        answer = browser.post("/admin/sign-in", data=form)
        assert answer.status_code == 302, f"signing in was answered with {answer.status_code}"
        return browser

    return enter


def token_in(html: str) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', html)
    assert found, "the page has no form with a CSRF token"
    return found[1]


@pytest.fixture
def make_client(make_app: Callable[..., Flask]) -> Callable[..., FlaskClient]:
    """`make_client(NAME=value, demo=False)`: a browser for an app with these settings, on SQLite."""
    return lambda **values: make_app(**values).test_client()


# What travels ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def captured_folder() -> Path:
    """Where deliveries recorded from a real Cal.com are, from `CALCOM_FIXTURES`."""
    named = os.environ.get("CALCOM_FIXTURES", "")
    folder = Path(named) / "captured"
    if not named or not folder.is_dir():
        pytest.skip("CALCOM_FIXTURES does not name a folder with captured/: recorded deliveries are not here")
    return folder


@pytest.fixture(scope="session")
def captured_numbers(captured_folder: Path) -> list[int]:
    """The numbers of all recorded deliveries, in order of arrival."""
    return sorted(int(path.name.partition("-")[0]) for path in captured_folder.glob("[0-9]*.json"))


@pytest.fixture(scope="session")
def captured(captured_folder: Path) -> Callable[[int], dict[str, Any]]:
    """`captured(3)`: the recorded delivery with this number, with `body`, `headers`, `secret`, `scenario`, `note`, `trigger`."""

    def read(number: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(next(captured_folder.glob(f"{number:03}-*.json")).read_text(encoding="utf-8"))
        return found

    return read


@pytest.fixture
def deliver(app: Flask, request: pytest.FixtureRequest) -> Callable[..., TestResponse]:
    """`deliver(body | number, name="", secret=SECRET, process=True)`: posts a correctly signed delivery through the real receiver.

    The body is bytes, text, anything that JSON can hold, or the number of a recorded delivery. Afterwards the inbox is
    processed, unless `process` is false. Returns the receiver's answer.
    """
    browser = app.test_client()

    def post(body: Any, *, name: str = "", secret: str = SECRET, process: bool = True) -> TestResponse:
        if isinstance(body, int) and not isinstance(body, bool):
            body = request.getfixturevalue("captured")(body)["body"]
        raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        headers = {SIGNATURE_HEADER: sign(secret, raw), "Content-Type": "application/json"}
        answer = browser.post(f"/webhooks/calcom/{name}" if name else "/webhooks/calcom", data=raw, headers=headers)
        if process:
            in_worker(app, app.extensions["works"].process_inbox)
        return answer

    return post


@pytest.fixture
def calcom(deliver: Callable[..., TestResponse]) -> Engine:
    """A simulated Cal.com without its pages: what happens there is delivered here at once, signed and processed.

    `calcom.create(order(calcom, "intro"))`, `calcom.move(…)`, `calcom.cancel(…)`, `confirm`, `reject`, `pay`; orders
    come from `tests/factories/orders.py`.
    """
    return Engine(announce=lambda happening: deliver(payloads.body(happening, booker_url="http://localhost:8001")), now=clock.now)


@pytest.fixture
def mails(app: Flask) -> MemoryTransport:
    """What the app has sent: `mails.sent`, once `work()` has run. Nothing leaves the process."""
    transport = MemoryTransport()
    app.extensions["works"]._transport = transport
    return transport


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """`work()`: does everything that waits, deliveries and mails, as the worker would."""
    return lambda: in_worker(app, app.extensions["works"].work)


def in_worker(app: Flask, call: Callable[[], Any]) -> Any:
    """The result of the call in an application context of its own, as in the worker's thread."""

    def run() -> Any:
        with app.app_context():
            return call()

    result = outside(run)
    refresh()
    return result


# The time -------------------------------------------------------------------------------------------------------------


class Moment:
    """The test's clock. It stands still until it is set or moved."""

    def __init__(self) -> None:
        self._traveller: Any = None
        self._coordinates: Any = None

    def __call__(self, when: datetime | str) -> datetime:
        """It is now `when`: an aware datetime or ISO text such as `2026-12-01T09:00Z`."""
        to = datetime.fromisoformat(when) if isinstance(when, str) else when
        assert to.tzinfo is not None, "a moment needs a time zone: write 2026-12-01T09:00Z"
        if self._coordinates is None:
            self._traveller = clockwork.travel(to, tick=False)
            self._coordinates = self._traveller.start()
        else:
            self._coordinates.move_to(to, tick=False)
        return to

    def forward(self, **amount: float) -> None:
        """Later by so many `minutes=`, `hours=`, `days=`; from the real time if it was never set."""
        if self._coordinates is None:
            self(clock.now())
        self._coordinates.shift(timedelta(**amount))

    def stop(self) -> None:
        """Back to the real time."""
        if self._traveller is not None:
            self._traveller.stop()


@pytest.fixture
def moment() -> Iterator[Moment]:
    """`moment("2026-12-01T09:00Z")` sets the clock, `moment.forward(hours=1)` moves it; `app.clock.now()` follows."""
    made = Moment()
    yield made
    made.stop()


@pytest.fixture
def move_clock(moment: Moment) -> Callable[[timedelta], None]:
    """`move_clock(timedelta(hours=1))`: the clock is that much later, and stands still from then on."""
    return lambda by: moment.forward(seconds=by.total_seconds())
