"""Every recorded and sample delivery, shuffled and repeated, through two subscriptions of a real site: the same record each time."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench.serving import ROOT, SECRET, Site

TEAM_SECRET = "another-secret-for-the-team"
VARIES = ("reference", "changes")
"""What may differ: numbers are random, and a detour leaves more lines of history."""


def files(folder: Path, seed: int) -> list[Path]:
    """All of them once in order of arrival; with a seed shuffled, each one to three times."""
    found = sorted(folder.glob("[0-9]*.json")) + sorted((folder.parent / "samples").glob("*.json"))
    dice = random.Random(seed)
    if seed:
        found = [path for path in found for _ in range(dice.randint(1, 3))]
        dice.shuffle(found)
    return found


def send(site: Site, paths: list[Path], *, to: str) -> None:
    command = [sys.executable, "-m", "flask", "inbox", "send", "--to", f"{site.url}/webhooks/calcom{to}", *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, env=site.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def told(folder: Path, captured: Path, seed: int) -> tuple[str, list[tuple[str, ...]]]:
    """The record as `bookings list --json` prints it, and the mails that are still to come."""
    site = Site(folder / f"site-{seed}", CALCOM_WEBHOOK_SECRET_TEAM=TEAM_SECRET)
    ways = random.Random(seed)
    with site.running():
        halves: tuple[list[Path], list[Path]] = ([], [])
        for path in files(captured, seed):
            halves[ways.randrange(2)].append(path)
        for paths, to in zip(halves, ("", "/team"), strict=True):
            send(site, paths, to=to)
        deadline = time.monotonic() + 120
        while any(row["state"] in {"waiting", "retrying"} for row in site.flask("inbox", "list")):
            assert time.monotonic() < deadline, "deliveries still wait"
            time.sleep(0.3)
        bookings: list[dict[str, Any]] = site.flask("bookings", "list")
        mails: list[dict[str, Any]] = site.flask("outbox", "list")
        verified = subprocess.run([sys.executable, "-m", "flask", "bookings", "verify"], cwd=ROOT, env=site.environ, capture_output=True, check=False)
        assert verified.returncode == 0, verified.stdout
    assert bookings
    record = json.dumps([{name: value for name, value in row.items() if name not in VARIES} for row in bookings])
    return record, sorted((mail["kind"], mail["recipient"], mail["due_at"]) for mail in mails if mail["state"] == "planned")


@pytest.mark.parametrize("shuffles", [1, pytest.param(10, marks=pytest.mark.soak)])
def test_the_record_and_the_mails_to_come_do_not_depend_on_order_and_repetition(tmp_path: Path, captured_folder: Path, shuffles: int) -> None:
    assert SECRET != TEAM_SECRET
    first = told(tmp_path, captured_folder, 0)
    for seed in range(1, shuffles + 1):
        assert told(tmp_path, captured_folder, seed) == first, f"seed {seed}"
