"""Whether the site lives and can serve."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import health


def test_a_good_site_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}
    for path in ("/readyz", "/health"):
        answer = client.get(path)
        assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")


def test_a_full_disk_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FREE_BYTES", 10**18)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["disk"]) == (503, False)
    assert answer.headers["Retry-After"]


def test_a_queue_that_stands_still_is_not_ready(client: FlaskClient, deliver: Callable[..., Any], moment: Any) -> None:
    moment("2026-12-01T09:00Z")
    deliver(b"{}", process=False)
    assert client.get("/readyz").status_code == 200
    moment.forward(minutes=6)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["queue"]) == (503, False)


def test_a_database_that_is_away_is_not_ready_but_the_process_is_alive(make_app: Callable[..., Flask]) -> None:
    client = make_app(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/none").test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["database"]) == (503, False)


def test_nothing_secret_is_told(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz", "/webhooks/calcom"):
        assert "a-secret-for-the-tests" not in client.get(path).text
