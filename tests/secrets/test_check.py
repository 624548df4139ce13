"""`flask secrets check` and `export`: what is wrong is named with the fix, and no value is ever shown."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app import clock
from app.alarms import secret_age
from app.calcom.models import ManagedUser, SecretChange
from app.calcom.secret_changes import PURPOSE
from app.config import Settings
from app.db import db, transaction
from app.inbox.models import InboxMessage
from app.sealing import Seal
from app.secrets import export, in_clear, repository
from bench.serving import ROOT
from tests.factories.far_calcom import FarCalcom
from tests.secrets.conftest import BOTH

SECRET = "a-secret-for-the-tests"


@pytest.fixture(autouse=True)
def small_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one file, since that of the tests holds the secrets of the tests."""
    folder = tmp_path / "repository"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    monkeypatch.setattr("app.secrets.check.ROOT", folder)
    monkeypatch.chdir(folder)
    return folder


def found(flask: Any, *arguments: str) -> tuple[int, dict[tuple[str, str], dict[str, Any]]]:
    done = flask("secrets", "check", "--json", *arguments)
    assert done.stderr == ""
    for value in (SECRET, "k" * 40, "cal_demo"):
        assert value not in done.output
    return done.exit_code, {(one["check"], one["setting"] or ""): one for one in json.loads(done.stdout)["checks"] if one["status"] in {"warning", "failed"}}


@pytest.fixture
def young(site: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Secrets that look as if they had been drawn."""
    monkeypatch.setattr("app.secrets.check.FEWEST_LETTERS", 1)
    return site


def test_all_is_well(young: Flask, flask: Any) -> None:
    assert found(flask) == (0, {})
    table = flask("secrets", "check").output
    assert "✓ CALCOM_WEBHOOK_SECRET: The same at http://localhost/webhooks/calcom." in table
    assert SECRET not in table


@BOTH
def test_secrets_in_clear_are_named_with_the_place(young: Flask, flask: Any, small_repository: Path, tmp_path: Path) -> None:
    (small_repository / "notes.md").write_text(f"the secret is {SECRET}\n")
    log = tmp_path / "site.log"
    log.write_text("x" * 50 + "cal_demo")
    with transaction() as session:
        session.add(ManagedUser(client_id="k" * 40, email="a", created_at=clock.now()))
    status, wrong = found(flask, "--logs", str(log))
    assert status == 1
    said = {setting: one["says"] for (check, setting), one in wrong.items() if check == "in clear"}
    assert "notes.md, in the repository" in said["CALCOM_WEBHOOK_SECRET"]
    assert str(log) in said["CALCOM_API_KEY"]
    assert said["SECRET_KEY"] == "It stands in managed_user.client_id of the database."
    assert all(one["fix"] for one in wrong.values())


@BOTH
def test_a_body_in_the_database_is_searched_as_well(young: Flask, flask: Any) -> None:
    with transaction() as session:
        session.add(InboxMessage(digest="d", received_at=clock.now(), due_at=clock.now(), body=b"\xff\x00 cal_demo \xfe"))
    assert found(flask)[1]["in clear", "CALCOM_API_KEY"]["says"] == "It stands in inbox_message.body of the database."


def test_the_history_of_the_repository_is_searched(young: Flask, flask: Any, small_repository: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words], cwd=small_repository, check=True, capture_output=True)

    for content in (SECRET, "nothing"):
        (small_repository / "notes.md").write_text(content)
        git("add", "notes.md")
        git("commit", "-m", "Notes")
    named = subprocess.run(["git", "rev-parse", "--short=12", "HEAD~1"], cwd=small_repository, capture_output=True, text=True, check=True).stdout.strip()
    status, wrong = found(flask, "--history", "0s")
    assert (status, "Stopped after" in wrong["in history", ""]["says"]) == (1, True)
    status, wrong = found(flask)
    assert (status, list(wrong)) == (1, [("in history", "CALCOM_WEBHOOK_SECRET")])
    one = wrong["in history", "CALCOM_WEBHOOK_SECRET"]
    assert one["says"] == f"It came into the history of the repository with commit {named}, in notes.md."
    assert one["fix"].startswith("flask secrets rotate-webhook")
    (small_repository / ".git" / "HEAD").write_text("nonsense")
    table = flask("secrets", "check").output
    assert "No history" in table or "no history" in table or "history could not be searched" in table


def test_somebody_who_stops_it_is_told_what_was_found_until_then(young: Flask, flask: Any, small_repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "Nothing"]
    subprocess.run(commit, cwd=small_repository, check=True)
    files = repository.files

    def interrupted(root: Path) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return files(root)

    monkeypatch.setattr(repository, "files", interrupted)
    status, wrong = found(flask)
    assert status == 1
    assert "Stopped before all was searched" in wrong["in clear", ""]["says"]
    assert "Stopped after" in wrong["in history", ""]["says"]


def test_a_long_look_of_sqlite_ends_in_the_middle_when_it_is_enough(young: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_clear, "STEPS", 1)
    asked: list[int] = []
    assert list(in_clear.in_database({"A": [b"something"]}, db.engine, lambda: bool(asked.append(1)) or len(asked) > 3)) == []
    assert len(asked) < 10 < len(db.metadata.tables), "no other table was looked at"


def test_what_cal_com_does_not_know_is_named(young: Flask, flask: Any, far: FarCalcom) -> None:
    (hook,) = far.desk.subscriptions._all.values()
    hook.secret = "another-secret-altogether"
    far.desk.keys.replace("cal_demo", "demo")
    status, wrong = found(flask)
    assert status == 1
    assert wrong["at Cal.com", "CALCOM_API_KEY"]["says"] == "Cal.com does not take it."
    far.desk.keys._dead.clear()
    assert "its deliveries are refused" in found(flask)[1]["at Cal.com", "CALCOM_WEBHOOK_SECRET"]["says"]
    far.turn(api_500=1.0)
    assert "could not be asked" in found(flask)[1]["at Cal.com", "CALCOM_WEBHOOK_SECRET"]["says"]


def test_age_and_unfinished_changes_are_named(young: Flask, flask: Any, moment: Any) -> None:
    moment("2026-11-21T09:00Z")
    settings, known = young.extensions["settings"], young.extensions["webhook_secrets"]
    with transaction() as session:
        for name, digest in secret_age.in_use(settings, {"": known.of("")}):
            secret_age.note(session, name, digest, now=clock.now() - timedelta(days=91))
    status, wrong = found(flask)
    assert (status, wrong["age", "SECRET_KEY"]["says"]) == (1, "In use here for 91 days.")
    seal = Seal(["k" * 40], purpose=PURPOSE)
    for state, words in (("accepted", "not finished"), ("kept", "a team"), ("set", "No delivery has proven")):
        with transaction() as session:
            began = clock.now() - timedelta(days=1)
            row = SecretChange(name="CALCOM_WEBHOOK_SECRET", state=state, value=seal.close(SECRET), note="a team uses it", started_at=began)
            session.merge(row)
        assert words in found(flask)[1]["change", "CALCOM_WEBHOOK_SECRET"]["says"]
    with transaction() as session:
        values = {"state": "done", "value": seal.close("cal_demo"), "set_at": clock.now(), "drop_at": clock.now()}
        session.merge(SecretChange(name="CALCOM_API_KEY", started_at=clock.now(), expires_at=clock.now() + timedelta(days=3), **values))
    assert "Cal.com refuses it from 2026-11-24 on." in found(flask)[1]["age", "CALCOM_API_KEY"]["says"], "and its age begins anew"
    with transaction() as session:
        session.merge(SecretChange(name="CALCOM_API_KEY", state="done", value="nonsense", started_at=clock.now()))
    wrong = found(flask)[1]
    assert "no key of ours opens it" in wrong["change", "CALCOM_API_KEY"]["says"]
    assert "No key opens 1 seals of secret_change" in wrong["sealed", "SECRET_KEY"]["says"]


def test_files_that_others_may_read_and_poor_secrets_are_named(site: Flask, flask: Any, small_repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small_repository / ".env").write_text("SITE_NAME=x")
    (small_repository / ".env").chmod(0o644)
    wrong = found(flask)[1]
    assert "may be read by others (mode 644)" in wrong["file", ""]["says"]
    assert "too few different letters" in wrong["shape", "SECRET_KEY"]["says"]


def test_what_to_look_for() -> None:
    values = {"DATABASE_URL": "postgresql+psycopg://u:" + "p%40ssword1@h/d", "REDIS_URL": "redis://localhost", "A": "first-secret, second-secret", "B": "short"}
    assert in_clear.needles(values) == {"DATABASE_URL": [b"p@ssword1"], "A": [b"first-secret", b"second-secret"]}
    assert repository.files(Path("/")) is None
    assert list(in_clear.in_files({"A": [b"x"]}, [Path("/nonexistent")], lambda: False)) == []


# Export ---------------------------------------------------------------------------------------------------------------


def test_what_counts_now_is_exported_and_read_back(site: Flask, flask: Any, tmp_path: Path) -> None:
    seal = Seal(["k" * 40], purpose=PURPOSE)
    with transaction() as session:
        values = {"value": seal.close("a-newer-secret"), "drop_at": clock.now(), "retiring": []}
        session.add(SecretChange(name="CALCOM_WEBHOOK_SECRET", state="proven", started_at=clock.now(), **(values | {"drop_at": None})))
    target = tmp_path / "secrets.env"
    done = flask("secrets", "export", "--to", str(target))
    assert done.exit_code == 0
    assert "which only you may read" in done.stderr
    assert oct(target.stat().st_mode)[-3:] == "600"
    read = dict(line.partition("=")[::2] for line in target.read_text().splitlines())
    assert read["CALCOM_WEBHOOK_SECRET"] == f"a-newer-secret,{SECRET}"
    assert read["CALCOM_API_KEY"] == "cal_demo"
    piped = flask("secrets", "export", "--format", "json", "--only", "SECRET_KEY")
    assert json.loads(piped.stdout) == {"SECRET_KEY": "k" * 40}
    assert flask("secrets", "export", "--only", "SENTRY_DSN").exit_code == 2
    assert flask("secrets", "export", "--to", str(tmp_path / "no" / "folder")).exit_code == 2
    assert sorted(path.name for path in tmp_path.glob(".secrets*")) == []


def test_every_value_survives_an_env_file(tmp_path: Path) -> None:
    values = {"A": "plain", "B": "with space", "C": "it's", "D": 'dollar $HOME `x` "q" \\', "E": "a#b", "F": "it's $5"}
    script = tmp_path / "read"
    script.write_text(export.as_env(values) + 'printf "%s\\n" "$A" "$B" "$C" "$D" "$E" "$F"\n')
    assert subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True).stdout.splitlines() == list(values.values())


def test_a_terminal_is_shown_no_secret(tmp_path: Path, sqlite_url: str) -> None:
    ours, theirs = pty.openpty()
    environ = {"PATH": os.environ["PATH"], "SECRET_KEY": "k" * 40, "INSTANCE_PATH": str(tmp_path), "DATABASE_URL": sqlite_url}
    command = [sys.executable, "-m", "flask", "secrets", "export"]
    done = subprocess.run(command, cwd=ROOT, env=environ, stdout=theirs, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(theirs)
    os.set_blocking(ours, False)
    try:
        shown = os.read(ours, 1000)
    except (BlockingIOError, OSError):
        shown = b""
    os.close(ours)
    assert (done.returncode, shown) == (2, b"")
    assert b"not shown on a terminal" in done.stderr


# The commands ---------------------------------------------------------------------------------------------------------


def test_the_commands_say_what_they_do_and_what_they_would_do(site: Flask, flask: Any, far: FarCalcom) -> None:
    would = flask("secrets", "rotate-webhook", "--dry-run")
    assert (would.exit_code, would.output) == (0, "CALCOM_WEBHOOK_SECRET: would be made new at http://localhost/webhooks/calcom\n")
    done = flask("secrets", "rotate-webhook", "--wait", "0s", "--overlap", "10m")
    assert done.exit_code == 0
    assert "so both count; the worker goes on looking" in done.output
    assert "under way" in flask("secrets", "rotate-webhook", "--dry-run").output
    assert "is refused from now on" in flask("secrets", "rotate-webhook", "--drop-old").output
    assert "nothing is under way" in flask("secrets", "rotate-webhook", "main", "--drop-old").output
    assert flask("secrets", "rotate-webhook", "--overlap", "soon").exit_code == 2
    assert "There is no CALCOM_WEBHOOK_SECRET_SALES" in flask("secrets", "rotate-webhook", "sales").stderr
    far.desk.subscriptions.clear()
    nowhere = flask("secrets", "rotate-webhook")
    assert (nowhere.exit_code, "lists no webhook" in nowhere.output) == (1, True)
    assert flask("secrets", "rotate-webhook", "--dry-run").exit_code == 1
    far.turn(api_500=1.0)
    away = flask("secrets", "rotate-webhook")
    assert (away.exit_code, "Run the command again to go on." in away.stderr) == (1, True)


def test_the_key_is_made_new_by_a_command(site: Flask, flask: Any) -> None:
    assert flask("secrets", "rotate-api-key", input="n\n").exit_code == 1
    done = flask("secrets", "rotate-api-key", "--days", "30", input="y\n")
    assert done.exit_code == 0, done.output
    assert "Cal.com takes it, until 20" in done.output
    assert "cal_" not in done.output


def test_without_a_key_nothing_can_be_changed_at_calcom(make_app: Callable[..., Flask]) -> None:
    runner = FlaskCliRunner(make_app())
    for command in ("rotate-webhook", "rotate-api-key"):
        done = runner.invoke(args=["secrets", command])
        assert (done.exit_code, "CALCOM_API_KEY is missing" in done.stderr) == (2, True)
    assert Settings().sealing_keys == [""]
