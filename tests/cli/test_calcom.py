"""`flask calcom sync`: what it prints, for people and for scripts, and how it ends."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.sync import runs
from tests.factories.far_calcom import FarCalcom, far_calcom
from tests.factories.orders import order


@pytest.fixture(scope="module")
def calcom() -> Iterator[FarCalcom]:
    with far_calcom() as running:
        running.turn(loss=1.0, clock_scale=1000)
        for _ in range(3):
            running.desk.engine.create(order(running.desk.engine))
        yield running


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str, calcom: FarCalcom) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=sqlite_url, **calcom.settings)
    with app.app_context():
        yield app


@pytest.fixture
def sync(app: Flask) -> Callable[..., Any]:
    runner = FlaskCliRunner(app)
    return lambda *arguments: runner.invoke(args=["calcom", "sync", *arguments])


def test_it_says_how_far_it_is_and_what_it_found(sync: Callable[..., Any]) -> None:
    result = sync()
    assert result.exit_code == 0, result.output
    assert "page 1: 3 read, 3 created, 0 changed" in result.stderr
    assert "Run 1 (first): 3 created, 0 changed, " in result.stdout
    assert "3 of 3 verified at" in result.stdout


def test_scripts_get_one_object_and_nothing_else(sync: Callable[..., Any]) -> None:
    sync()
    result = sync("--full", "--json")
    said = json.loads(result.stdout)
    assert (said["kind"], said["state"], said["same"], said["verified"], said["verified_of"], said["error"]) == ("full", "done", said["same"], 3, 3, None)
    since = json.loads(sync("--since", "2026-01-01", "--json").stdout)
    assert (since["kind"], since["created"], since["changed"]) == ("since", 0, 0)


def test_wrong_usage_is_refused_with_two(sync: Callable[..., Any]) -> None:
    assert sync("--full", "--since", "2026-01-01").exit_code == 2
    assert sync("--since", "2999-01-01").exit_code == 2
    assert sync("--since", "tomorrow").exit_code == 2


def test_what_went_wrong_is_said_and_the_exit_status_is_one(sync: Callable[..., Any], calcom: FarCalcom) -> None:
    calcom.turn(api_next="redirect*5", api_only="GET /v2/bookings")
    result = sync("--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["state"] == "failed"
    assert "Stopped: " in result.stderr
    calcom.turn(api_next="", api_only="")
    assert sync().exit_code == 0


def test_while_another_one_is_under_way_it_does_nothing(sync: Callable[..., Any]) -> None:
    runs.begin(cause="clock")
    result = sync()
    assert (result.exit_code, "under way already" in result.stderr) == (1, True)


def test_without_a_key_it_says_how_to_get_one(make_app: Callable[..., Flask]) -> None:
    result = FlaskCliRunner(make_app()).invoke(args=["calcom", "sync"])
    assert result.exit_code == 2
    assert "CALCOM_API_KEY is missing" in result.stderr
