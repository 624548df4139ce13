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
