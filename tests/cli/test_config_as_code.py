"""`flask calcom pull|plan|apply|drift|schema|decap`: what they print and how they end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from ruamel.yaml import YAML

from app import create_app
from app.cli import config_as_code
from app.config import Settings
from app.config_as_code.drift import current
from app.jobs.embedded import take_lock
from tests.conftest import refresh
from tests.factories.far_calcom import SECRET, FarCalcom, far_calcom

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def calcom() -> Iterator[FarCalcom]:
    with far_calcom() as running:
        running.turn(loss=1.0, api_limit=600_000)
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calcom.yaml"


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str, calcom: FarCalcom, file: Path) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=sqlite_url, SITE_URL=calcom.desk.site_url, CALCOM_WEBHOOK_SECRET=[SECRET], CALCOM_CONFIG=file, **calcom.settings)
    with app.app_context():
        yield app


@pytest.fixture
def flask(app: Flask) -> Callable[..., Any]:
    """`flask("plan")`: the result of `flask calcom plan`."""
    runner = FlaskCliRunner(app)
    return lambda *arguments, **more: runner.invoke(args=["calcom", *arguments], **more)


@pytest.fixture
def pulled(flask: Callable[..., Any], file: Path) -> Path:
    assert flask("pull").exit_code == 0
    return file


def test_pull_says_what_it_wrote(flask: Callable[..., Any], file: Path) -> None:
    assert flask("pull").stdout == f"Written: {file}\n"
    assert flask("pull").stdout == f"{file} says what Cal.com is already.\n"
    assert "Nothing to do" in flask("plan").stdout
    assert flask("drift").stdout == "No drift: Cal.com is as the file says.\n"


def test_a_plan_in_every_form(flask: Callable[..., Any], pulled: Path) -> None:
    pulled.write_text(pulled.read_text().replace("title: Intro call", "title: '<b>First</b> `call`'"))
    result = flask("plan")
    assert (result.exit_code, result.stdout.startswith("~ event type intro\n")) == (0, True)
    assert '    title: "Intro call" → "<b>First</b> `call`"' in result.stdout
    assert "\x1b[" not in result.stdout
    assert "\x1b[33m~ event type intro" in flask("plan", color=True).stdout
    assert flask("plan", "--check").exit_code == 1
    said = json.loads(flask("plan", "--json").stdout)
    change = {"action": "update", "kind": "event_type", "key": "intro", "fields": {"title": ["Intro call", "<b>First</b> `call`"]}}
    assert (said["changes"], said["reported"], said["unsafe"], said["objects"]) == ([change], [], [], 11)
    assert '  - title: `"Intro call"` → `` "<b>First</b> `call`" ``' in flask("plan", "--markdown").stdout
    page = flask("plan", "--html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert "&lt;b&gt;First&lt;/b&gt;" in page
    assert "<b>First" not in page
    assert flask("plan", "--html", "--json").exit_code == 2


def test_apply_shows_asks_and_does(flask: Callable[..., Any], pulled: Path, calcom: FarCalcom) -> None:
    pulled.write_text(pulled.read_text().replace("title: Intro call", "title: First call"))
    refused = flask("apply", input="n\n")
    assert (refused.exit_code, calcom.kind("intro").title) == (1, "Intro call")
    assert "~ event type intro" in refused.stdout
    done = flask("apply", input="y\n")
    assert (done.exit_code, calcom.kind("intro").title) == (0, "First call")
    assert "1 done, 0 left." in done.stdout
    again = flask("apply", "--yes")
    assert (again.exit_code, "Nothing to do" in again.stdout) == (0, True)


def test_what_changed_while_somebody_thought_is_not_applied(
    flask: Callable[..., Any], pulled: Path, calcom: FarCalcom, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled.write_text(pulled.read_text().replace("title: Intro call", "title: First call"))

    def think(_: str) -> bool:
        calcom.kind("flexible").title = "By hand"
        return True

    monkeypatch.setattr(config_as_code.click, "confirm", think)
    result = flask("apply")
    assert (result.exit_code, calcom.kind("intro").title) == (1, "Intro call")
    assert "Meanwhile the account or the file has changed" in result.stderr


def test_a_plan_that_deletes_is_refused_without_force(flask: Callable[..., Any], pulled: Path, calcom: FarCalcom) -> None:
    pulled.write_text(pulled.read_text().split("\nwebhooks:")[0] + "\nwebhooks: []\n")
    assert "! Needs --force: it deletes 1: webhook" in flask("plan").stdout
    result = flask("apply", "--yes")
    assert (result.exit_code, "nothing was changed" in result.stderr) == (1, True)
    assert flask("apply", "--yes", "--force").exit_code == 0
    assert calcom.desk.subscriptions.of(calcom.desk.engine.catalogue.first_host()) == []


def test_a_refusal_says_what_is_done_and_what_is_left(flask: Callable[..., Any], pulled: Path, calcom: FarCalcom) -> None:
    text = pulled.read_text().replace("title: Intro call", "title: First call").replace("title: Flexible meeting", "title: Flex")
    pulled.write_text(text.replace("name: Robin Meyer", "name: Robin"))
    calcom.turn(api_next="ok,redirect*9", api_only="PATCH")
    result = flask("apply", "--yes")
    assert result.exit_code == 1
    assert "1 done, 2 left." in result.stdout
    assert "Stopped at event type intro: " in result.stderr
    assert "left: ~ profile me" in result.stderr
    calcom.turn(api_next="", api_only="")
    assert flask("apply", "--yes").exit_code == 0
    assert calcom.kind("intro").title == "First call"


def test_what_cal_com_dropped_ends_with_one(flask: Callable[..., Any], pulled: Path, calcom: FarCalcom) -> None:
    calcom.turn(api_unknown="customName")
    pulled.write_text(pulled.read_text().replace("  - slug: intro\n", "  - slug: intro\n    customName: Call with {Scheduler}\n"))
    result = flask("apply", "--yes")
    assert (result.exit_code, "did not keep: customName" in result.stderr) == (1, True)


def test_drift_names_what_and_since_when(flask: Callable[..., Any], pulled: Path, calcom: FarCalcom, moment: Any) -> None:
    moment("2026-12-01T09:00Z")
    calcom.kind("intro").title = "By hand"
    calcom.kind("intro").price = 500
    result = flask("drift")
    assert result.exit_code == 1
    assert 'event type intro: title is "By hand" at Cal.com and "Intro call" in the file, since 2026-12-01 09:00 UTC' in result.stdout
    assert "price is 500 at Cal.com and 0 in the file, since 2026-12-01 09:00 UTC (Cal.com's API cannot set this" in result.stdout
    moment.forward(hours=3)
    first, *_ = json.loads(flask("drift", "--json").stdout)["drift"]
    assert (first["key"], first["field"], first["since"], first["reported"]) == ("intro", "title", "2026-12-01T09:00:00Z", False)
    refresh()
    assert len(current()) == 2
    pulled.write_text("nonsense")
    assert flask("drift").exit_code == 2


def test_what_is_wrong_ends_with_two_and_says_where(flask: Callable[..., Any], file: Path, calcom: FarCalcom) -> None:
    result = flask("plan")
    assert (result.exit_code, "does not exist (CALCOM_CONFIG): `flask calcom pull` writes it" in result.stderr) == (2, True)
    file.write_text("eventTypes:\n  - slug: intro\n    titel: x\n    lengthInMinutes: 30\n")
    result = flask("plan")
    assert result.exit_code == 2
    assert f"{file}, line 3: eventTypes.1.titel is not a known key (did you mean title?)" in result.stderr
    file.write_text("eventTypes: []\n")
    calcom.turn(api_next="500*20")
    assert flask("drift").exit_code == 2


def test_while_another_one_works_it_does_nothing(flask: Callable[..., Any], pulled: Path, app: Flask) -> None:
    lock = take_lock(app.extensions["settings"].INSTANCE_PATH / "calcom-config.lock")
    assert lock is not None
    result = flask("pull")
    lock.close()
    assert (result.exit_code, "Somebody else is changing" in result.stderr) == (1, True)


def test_a_fresh_checkout_gets_its_database_by_itself(calcom: FarCalcom, tmp_path: Path) -> None:
    instance = tmp_path / "fresh" / "instance"
    settings = {"SITE_URL": calcom.desk.site_url, "CALCOM_WEBHOOK_SECRET": [SECRET], "CALCOM_CONFIG": tmp_path / "calcom.yaml", **calcom.settings}
    fresh = create_app(Settings(SECRET_KEY="k" * 40, INSTANCE_PATH=instance, **settings))
    runner = FlaskCliRunner(fresh)
    assert runner.invoke(args=["calcom", "pull"]).exit_code == 0
    calcom.kind("intro").title = "By hand"
    result = runner.invoke(args=["calcom", "drift", "--json"])
    assert json.loads(result.stdout)["drift"][0]["since"] is not None
    assert (instance / "frontdesk.sqlite3").exists()


def test_without_a_key_it_says_how_to_get_one(make_app: Callable[..., Flask]) -> None:
    result = FlaskCliRunner(make_app()).invoke(args=["calcom", "plan"])
    assert (result.exit_code, "CALCOM_API_KEY is missing" in result.stderr) == (2, True)


def test_the_schema_in_the_documentation_is_the_one_that_is_printed(flask: Callable[..., Any]) -> None:
    printed = flask("schema").stdout
    assert json.loads(printed)["$defs"]["EventType"]["properties"]["lengthInMinutes"]["minimum"] == 1
    assert (ROOT / "docs" / "calcom.schema.json").read_text() == printed, "run: flask calcom schema > docs/calcom.schema.json"


def test_decap_gets_a_form_for_every_property(flask: Callable[..., Any]) -> None:
    config = YAML(typ="safe", pure=True).load(flask("decap", "--repo", "acme/site").stdout)
    assert config["backend"] == {"name": "github", "repo": "acme/site", "branch": "main"}
    (account,) = config["collections"][0]["files"]
    fields = {field["name"]: field for field in account["fields"]}
    assert set(fields) == set(json.loads(flask("schema").stdout)["properties"])
    kinds = {field["name"]: field for field in fields["eventTypes"]["fields"]}
    assert kinds["lengthInMinutes"] == {"name": "lengthInMinutes", "label": "Length in minutes", "required": True, "widget": "number", "value_type": "int"}
    assert kinds["readOnly"]["widget"] == kinds["was"]["widget"] == "hidden"
    assert kinds["description"]["widget"] == "text"
    assert kinds["hidden"]["widget"] == "boolean"
    assert [option["value"] for option in kinds["recurrence"]["fields"][0]["options"]] == ["weekly", "monthly", "yearly"]
    days = next(field for field in fields["schedules"]["fields"] if field["name"] == "availability")["fields"][0]
    assert (days["widget"], days["multiple"], days["options"][0]) == ("select", True, "Monday")
