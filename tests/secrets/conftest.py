"""A site and a simulated Cal.com that know each other: the API is really asked, deliveries really come."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.sandbox.subscriptions import TRIGGERS, Subscription
from tests.factories.far_calcom import FarCalcom, far_calcom


@pytest.fixture
def far() -> Iterator[FarCalcom]:
    with far_calcom() as found:
        yield found


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """URL of a SQLite file with all tables; with `BOTH` of a PostgreSQL database as well."""
    return str(request.getfixturevalue("postgres_url" if getattr(request, "param", "") == "postgresql" else "sqlite_url"))


BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def site(far: FarCalcom, make_app: Callable[..., Flask], store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app with a webhook at Cal.com that leads to it."""
    monkeypatch.setattr("app.secrets.webhook.LEARNT_SECONDS", 0.0)
    monkeypatch.setattr("app.calcom.secret_changes.LOOK_SECONDS", 0.0)
    monkeypatch.setattr("app.calcom.calling.PAUSES", ())
    monkeypatch.setattr("app.sealing.ROUNDS", 1000)
    far.turn(api_limit=600_000)
    host = far.desk.engine.catalogue.first_host()
    far.desk.subscriptions.clear()
    far.desk.subscriptions.add(hook(host.id))
    app = make_app(DATABASE_URL=store, **far.settings)
    with app.app_context():
        yield app


def hook(owner_id: int, *, path: str = "", secret: str = "a-secret-for-the-tests", event_type_id: int | None = None) -> Subscription:
    return Subscription(
        id="", owner_id=owner_id, address=f"http://localhost/webhooks/calcom{path}", triggers=TRIGGERS, secret=secret, event_type_id=event_type_id
    )


@pytest.fixture
def flask(site: Flask) -> Callable[..., Any]:
    """`flask("secrets", "check")`: the result of a command."""
    runner = FlaskCliRunner(site)
    return lambda *arguments, **more: runner.invoke(args=list(arguments), **more)
