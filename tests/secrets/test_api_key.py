"""A new API key: stored before anything uses it, taken by every process, and what happens when Cal.com's answer gets lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from app.calcom.errors import Away, CalcomError
from app.calcom.key import SETTING, ApiKey
from app.calcom.models import SecretChange
from app.calcom.secret_changes import PURPOSE
from app.db import db
from app.sealing import Seal
from app.secrets import api_key, rows
from app.secrets.api_key import Lost, NotStored, Renewal
from app.secrets.rows import State
from bench.serving import ROOT
from tests.conftest import outside
from tests.factories.far_calcom import FarCalcom
from tests.secrets.conftest import BOTH

SEAL = Seal(["k" * 40], purpose=PURPOSE)


@pytest.fixture
def renewal(site: Flask, far: FarCalcom) -> Callable[..., Renewal]:
    works = site.extensions["works"]

    def make(**more: Any) -> Renewal:
        url, key = f"{far.url}/v2", ApiKey("cal_demo", works.secret_changes)
        return Renewal(works.calcom, url, key, SEAL, Path(site.instance_path) / "rescue", **({"say": lambda _: None} | more))

    return make


def takes(far: FarCalcom, key: str) -> bool:
    return requests.get(f"{far.url}/v2/me", headers={"Authorization": f"Bearer {key}"}, timeout=10).status_code == 200


@BOTH
def test_every_process_takes_the_new_key_by_itself(site: Flask, far: FarCalcom, renewal: Any) -> None:
    works = site.extensions["works"]
    assert works.calcom.people.me().username
    made = renewal().run(days=90)
    assert (made.state, takes(far, "cal_demo"), takes(far, made.value)) == (State.DONE, False, True)
    assert (made.expires_at - made.set_at).days == 90
    row = db.session.get(SecretChange, SETTING)
    assert row is not None
    assert made.value not in row.value
    db.session.rollback()
    assert outside(in_context, site, works.calcom.people.me).username
    again = renewal().run(days=None)
    assert (again.value != made.value, again.expires_at, takes(far, made.value)) == (True, None, False)
    assert outside(in_context, site, works.calcom.people.me).username


def in_context(app: Flask, call: Callable[[], Any]) -> Any:
    with app.app_context():
        return call()


def test_a_call_that_is_under_way_while_the_key_changes_is_carried_again(site: Flask, renewal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    works = site.extensions["works"]
    assert works.calcom.people.me().username
    renewal().run(days=None)
    monkeypatch.setattr("app.calcom.secret_changes.LOOK_SECONDS", 3600.0)
    works.secret_changes._known.clear()
    assert works.calcom.people.me().username, "the old key is refused, the new one is looked up"


def test_a_key_of_the_settings_that_was_never_replaced_counts_again(site: Flask, renewal: Any) -> None:
    renewal().run(days=None)
    changes = site.extensions["works"].secret_changes
    assert ApiKey("cal_demo", changes).now(look=True) != "cal_demo"
    assert ApiKey("cal_set_by_hand", changes).now() == "cal_set_by_hand"


def test_an_answer_that_is_lost_is_told_from_a_key_that_was_not_made(site: Flask, far: FarCalcom, renewal: Any) -> None:
    far.turn(api_next="500", api_only="POST")
    with pytest.raises(Away, match="made no new key"):
        renewal().run(days=None)
    assert rows.found(SETTING, SEAL) is None
    assert takes(far, "cal_demo")
    far.turn(api_next="lost", api_only="POST")
    with pytest.raises(Lost, match="Make a key at Cal"):
        renewal().run(days=None)
    assert not takes(far, "cal_demo")
    assert rows.found(SETTING, SEAL).state == State.ASKED  # type: ignore[union-attr]
    with pytest.raises(Lost, match="An earlier run lost"):
        renewal().run(days=None)
    by_hand = ApiKey("cal_by_hand_instead", site.extensions["works"].secret_changes)
    assert by_hand.now(look=True) == "cal_by_hand_instead"
    made = Renewal(site.extensions["works"].calcom, f"{far.url}/v2", by_hand, SEAL, Path(site.instance_path) / "rescue", say=lambda _: None)
    assert made.run(days=None).state == State.DONE  # type: ignore[union-attr]


def test_a_refusal_leaves_everything_as_it_was(site: Flask, far: FarCalcom, renewal: Any) -> None:
    first = renewal().run(days=None)
    far.turn(api_next="429", api_only="POST")
    with pytest.raises(CalcomError):
        renewal().run(days=None)
    assert rows.found(SETTING, SEAL).value == first.value  # type: ignore[union-attr]
    assert takes(far, first.value)


def test_a_database_that_fails_in_the_wrong_moment_loses_no_key(site: Flask, far: FarCalcom, renewal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = api_key.transaction, []

    def failing(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise api_key.STORE_ERRORS[0]("the disk is full")
        return real(*args, **kwargs)

    monkeypatch.setattr(api_key, "transaction", failing)
    with pytest.raises(NotStored, match="run the command again"):
        renewal().run(days=None)
    rescue = Path(site.instance_path) / "rescue"
    assert oct(rescue.stat().st_mode)[-3:] == "600"
    assert "cal_" not in rescue.read_text()
    assert not takes(far, "cal_demo")
    made = renewal().run(days=None)
    assert takes(far, made.value)
    assert not rescue.exists()
    assert site.extensions["works"].calcom.people.me().username


def test_a_database_that_takes_no_writes_stops_it_before_calcom_is_asked(far: FarCalcom, renewal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_key, "takes_writes", lambda: False)
    with pytest.raises(Away, match="nothing was asked"):
        renewal().run(days=None)
    assert takes(far, "cal_demo")


def test_a_rescue_file_that_is_none_is_said(site: Flask, renewal: Any) -> None:
    (Path(site.instance_path) / "rescue").write_text("nonsense")
    with pytest.raises(Lost, match="Remove it"):
        renewal().run(days=None)


KILLED = """
import os, signal, sys
from pathlib import Path
from app import create_app
from app.calcom.key import ApiKey
from app.calcom.secret_changes import PURPOSE
from app.sealing import Seal
from app.secrets.api_key import Renewal

app = create_app()
with app.app_context():
    works = app.extensions["works"]
    seal = Seal(works.settings.sealing_keys, purpose=PURPOSE)
    key = ApiKey(works.settings.CALCOM_API_KEY, works.secret_changes)
    die = lambda point: os.kill(os.getpid(), signal.SIGKILL) if point == sys.argv[1] else None
    Renewal(works.calcom, works.settings.CALCOM_API_URL, key, seal, Path(app.instance_path) / "rescue", print, die).run(days=None)
"""


STORED = "counts in every process"


@pytest.mark.parametrize(
    ("point", "words"),
    [pytest.param("asked", STORED, marks=pytest.mark.soak), ("answered", "Make a key at Cal.com"), pytest.param("stored", STORED, marks=pytest.mark.soak)],
)
def test_killed_at_every_step_the_next_run_knows_what_to_do(point: str, words: str, far: FarCalcom, sqlite_url: str, tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "SECRET_KEY": "k" * 40, "DATABASE_URL": sqlite_url, "INSTANCE_PATH": str(tmp_path), **far.settings}
    killed = subprocess.run([sys.executable, "-c", KILLED, point], cwd=ROOT, env=environ, capture_output=True, check=False, timeout=60)
    assert killed.returncode == -9, killed.stderr
    command = [sys.executable, "-m", "flask", "secrets", "rotate-api-key", "--yes"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert words in done.stdout + done.stderr
    assert done.returncode == (1 if point == "answered" else 0)
