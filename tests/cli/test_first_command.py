"""The first command of the README on a new machine finds no database, and makes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.serving import ROOT


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_owner_is_made_before_anything_has_run(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path / "new"), "SECRET_KEY": "k" * 40, "ADMIN_PASSWORD": "a good long password"}
    environ["FLASK_SKIP_DOTENV"] = "1"
    if database == "postgresql":
        environ["DATABASE_URL"] = str(request.getfixturevalue("bare_postgres_url"))
    command = [sys.executable, "-m", "flask", "admin", "create", "you@example.com"]
    for _ in range(2):
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stdout) == (0, "you@example.com may sign in now.\n"), done.stderr


COMMANDS = (["bookings", "list"], ["inbox", "list", "--json"], ["outbox", "show", "1"], ["admin", "verify"], ["calcom", "sync"])


@pytest.mark.parametrize(
    ("words", "there"),
    [*((words, False) for words in COMMANDS), (COMMANDS[0], True)],
    ids=[*(" ".join(words) for words in COMMANDS), "a folder without a database"],
)
def test_any_other_command_says_in_a_line_what_makes_the_tables(words: list[str], there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    if there:
        folder.mkdir()
    environ = {
        "PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder), "SECRET_KEY": "k" * 40, "SITE_URL": "http://localhost:8000", "CALCOM_LINK": "acme/intro",
        "CALCOM_WEBHOOK_SECRET": "a-secret-of-some-length", "CALCOM_API_KEY": "cal_nothing", "CALCOM_API_URL": "http://127.0.0.1:1/v2",
        "FLASK_SKIP_DOTENV": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "flask db upgrade" in done.stderr.splitlines()[-1]
    assert not [line for line in done.stderr.splitlines() if line.startswith("Traceback")]
