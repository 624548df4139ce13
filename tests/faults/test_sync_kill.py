"""`kill -9` in the middle of a comparison, again and again: the next one goes on where it stopped, and in the end our record is Cal.com's."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.far import CalcomFar, calcom
from bench.serving import ROOT, Site

ROWS, KILLS = 600, 3


@pytest.fixture
def far(tmp_path: Path) -> Iterator[CalcomFar]:
    with calcom(tmp_path) as running:
        running.ask("PUT", "dials", clock_scale=100)
        running.ask("POST", "bulk", number=ROWS)
        yield running


@pytest.fixture
def site(tmp_path: Path, far: CalcomFar) -> Site:
    site = Site(tmp_path / "site", CALCOM_API_URL=f"{far.url}/v2", CALCOM_API_KEY="cal_demo")
    subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, env=site.environ, check=True, capture_output=True)
    return site


def look(site: Site, query: str) -> Any:
    with closing(sqlite3.connect(site.folder / "frontdesk.sqlite3", timeout=30)) as connection:
        return connection.execute(query).fetchone()[0]


def killed_at(site: Site, rows: int) -> None:
    """Starts a comparison and ends it hard when so many bookings are here."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "calcom", "sync"],
        cwd=ROOT,
        env=site.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while look(site, "SELECT count(*) FROM booking") < rows:
        assert process.poll() is None, "the comparison ended before it could be killed"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_comparison_is_gone_on_with_and_nothing_is_doubled_or_lost(site: Site) -> None:
    for kill in range(KILLS):
        killed_at(site, (kill + 1) * ROWS // (KILLS + 2))
    run = site.flask("calcom", "sync")
    assert (run["state"], run["id"]) == ("done", 1)
    assert run["created"] + run["changed"] >= ROWS
    assert run["requests"] <= 2 * (KILLS + ROWS // 249)
    bookings = site.flask("bookings", "list")
    assert len(bookings) == look(site, "SELECT count(*) FROM booking WHERE alias_of_id IS NULL")
    assert look(site, "SELECT count(DISTINCT uid) FROM booking_address") == ROWS
    to_go_out = "SELECT count(*) FROM outbox_message WHERE state != 'cancelled' AND kind NOT LIKE 'reminder%' AND kind NOT LIKE 'follow_up%'"
    assert look(site, to_go_out) == 0
    again = site.flask("calcom", "sync", "--full")
    assert (again["created"], again["changed"], again["gone"]) == (0, 0, 0)
