"""The example of the README, carried out as it stands there, over a real connection."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.accounts.tokens import Scope
from tests.web.api.conftest import NOON

README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8").partition("## Ask from a script")[2]
SHELL, PYTHON = re.search(r"```sh\n(.+?)```", README, re.DOTALL)[1], re.search(r"```python\n(.+?)```", README, re.DOTALL)[1]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def running(app, token, book, monkeypatch):
    """Environment of a script that speaks with a running site with five bookings."""
    made = [book(start=NOON + timedelta(days=day)) for day in range(5)]
    book(status="cancelled")
    app.extensions["works"].__dict__["desk"] = type("Open", (), {"open": True})()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    object.__setattr__(app.extensions["settings"], "SITE_URL", f"http://127.0.0.1:{server.port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    yield plain | {"FRONTDESK_URL": f"http://127.0.0.1:{server.port}", "FRONTDESK_TOKEN": token(Scope.BOOKINGS, Scope.SYNC), "MADE": ",".join(made)}
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_example_with_requests_prints_every_confirmed_booking(running):
    done = subprocess.run([sys.executable, "-c", PYTHON], env=running, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()] == running["MADE"].split(",")


def test_the_example_with_requests_says_what_is_wrong(running):
    done = subprocess.run([sys.executable, "-c", PYTHON], env=running | {"FRONTDESK_TOKEN": "x"}, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no such token." in done.stderr


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not here")
def test_the_example_with_curl_reads_a_page_and_starts_a_comparison(running):
    done = subprocess.run(["sh", "-ec", SHELL], env=running, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    decoder, text = json.JSONDecoder(), done.stdout.strip()
    page, end = decoder.raw_decode(text)
    run = decoder.decode(text[end:].strip())
    assert [each["reference"] for each in page["bookings"]] == running["MADE"].split(",")[:2]
    assert (run["state"], run["url"]) == ("asked", f"{running['FRONTDESK_URL']}/api/bookings/sync/1")
