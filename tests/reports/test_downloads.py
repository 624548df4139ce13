"""Downloads from a real `flask serve`: first byte, clients that go away, a server that dies in the middle; in soak a million rows."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from app.bookings.models import Booking
from app.db import Base
from tests.conftest import token_in
from tests.reports.conftest import NOON, values
from tools.services import free_port

ROOT = Path(__file__).resolve().parents[2]
FILL = """
from app import create_app
from app.accounts.staff import create
from app.db import transaction
with create_app().app_context(), transaction() as session:
    create(session, email="owner@example.com", password="a good password")
"""
WORDS = {"notes": {"label": "Notes", "value": "The lease of the shop ends in March. " * 8}}


class Site:
    """A real `flask serve` on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = folder / "frontdesk.sqlite3"
        self.environ = {
            "PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder), "SECRET_KEY": "k" * 40, "SITE_URL": self.url, "FLASK_SKIP_DOTENV": "1",
            "CALCOM_LINK": "demo/intro", "CALCOM_WEBHOOK_SECRET": "a-secret-for-downloads", "ADMIN_EMAIL": "owner@example.com",
        }  # fmt: skip
        arguments = [sys.executable, "-m", "flask", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(arguments, cwd=ROOT, env=self.environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.2)
        raise AssertionError("the site did not start")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def fill(self, count: int) -> None:
        subprocess.run([sys.executable, "-c", FILL], cwd=ROOT, env=self.environ, check=True)
        engine = sa.create_engine(f"sqlite:///{self.database}")
        for begin in range(0, count, 5000):
            rows = [values(number, start=NOON + timedelta(minutes=number), answers=WORDS) for number in range(begin, min(count, begin + 5000))]
            with engine.begin() as connection:
                connection.execute(sa.insert(Base.metadata.tables[Booking.__tablename__]), [{"metadata": {}, **defaults(row)} for row in rows])
        engine.dispose()

    def desk(self) -> requests.Session:
        browser = requests.Session()
        form = {"email": "owner@example.com", "password": "a good password", "csrf_token": token_in(browser.get(f"{self.url}/admin/sign-in", timeout=20).text)}
        assert browser.post(f"{self.url}/admin/sign-in", data=form, timeout=20).ok
        return browser

    @property
    def memory(self) -> int:
        """Of all its processes, in MB."""
        said = subprocess.run(["ps", "-o", "rss=", "--sid", str(self.process.pid)], capture_output=True, text=True, check=True).stdout
        return sum(int(line) for line in said.split()) // 1024


def defaults(row: dict) -> dict:
    usual = {"payment": "none", "moved": 0, "host_time_zone": "", "booker_locale": "", "meeting_url": "", "calendar": {}, "reason": "", "episode": 0}
    more = {"first_confirmation": True, "visitor_hash": "", "ledger": [], "change_count": 0, "change_head": ""}
    return usual | more | row


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.kill()


def test_a_client_that_goes_away_ends_the_work_and_a_server_that_dies_ends_no_file(site: Site) -> None:
    site.fill(20_000)
    desk = site.desk()
    for _ in range(5):  # more than run at a time: each must have given its place back
        answer = desk.get(f"{site.url}/admin/calendar.csv", stream=True, timeout=20)
        assert answer.status_code == 200
        assert next(answer.iter_content(100)).startswith(b'\xef\xbb\xbf"Number"')
        answer.close()
        time.sleep(1)
    for kind in ("csv", "xlsx"):
        whole = desk.get(f"{site.url}/admin/calendar.{kind}", timeout=60)
        assert whole.status_code == 200
        assert len(whole.content) > 100_000
    answer = desk.get(f"{site.url}/admin/calendar.csv", stream=True, timeout=20)
    pieces = answer.iter_content(10_000)
    next(pieces)
    site.kill()
    with pytest.raises(requests.RequestException):
        list(pieces)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_million_rows_start_at_once_come_steadily_and_need_no_more_memory(site: Site, kind: str) -> None:
    site.fill(1_000_000)
    desk = site.desk()
    desk.get(f"{site.url}/admin/calendar.{kind}?q=nobody-at-all", timeout=60)
    before, began = site.memory, time.monotonic()
    answer = desk.get(f"{site.url}/admin/calendar.{kind}", stream=True, timeout=60)
    pieces = answer.iter_content(65_536)
    size, first, tenths, memory = len(next(pieces)), time.monotonic() - began, [], []
    last = time.monotonic()
    for number, piece in enumerate(pieces):
        size += len(piece)
        if number % 500 == 0:
            tenths.append(time.monotonic() - last)
            memory.append(site.memory)
            last = time.monotonic()
    seconds = time.monotonic() - began
    told = f"{kind}: first byte {first * 1000:.0f} ms, {size >> 20} MB in {seconds:.0f} s, memory {before} MB before, at most {max(memory)} MB"
    (site.database.parent / "measured.txt").write_text(told, encoding="utf-8")
    assert first < 2, told
    assert max(memory) < before + 60, told
    assert max(tenths[2:]) < 4 * sorted(tenths[2:])[len(tenths[2:]) // 2]
