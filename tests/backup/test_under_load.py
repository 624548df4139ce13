"""A backup while deliveries come in real processes: what was acknowledged before the start is in it, nothing is refused, nobody is written to twice."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.backup import archive
from bench.deliveries import creations
from bench.serving import ROOT, Site


@dataclass
class Ledger:
    """What was acknowledged, and how the answers were."""

    site: Site
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, bodies: Iterator[bytes]) -> None:
        while not self.stop.is_set():
            with self._lock:
                body = next(bodies)
            begun = time.monotonic()
            try:
                status = self.site.post(body)[0]
            except (OSError, HTTPException):
                status = 0
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.statuses[status] += 1
            if status == 200:
                self.acknowledged.append(sha256(body).hexdigest())

    @contextmanager
    def under_load(self, threads: int = 3) -> Iterator["Ledger"]:
        bodies = iter(creations(100_000))
        senders = [threading.Thread(target=self.tell, args=(bodies,), daemon=True) for _ in range(threads)]
        for sender in senders:
            sender.start()
        try:
            yield self
        finally:
            self.stop.set()
            for sender in senders:
                sender.join(25)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """Of a database without tables; empty for a SQLite file in the site's own folder."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("bare_postgres_url"))


def flask(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=ROOT, env=site.environ, capture_output=True, text=True, check=False, timeout=120)


def sent(site: Site) -> Counter[str]:
    return Counter(str(message_from_bytes(path.read_bytes())["Message-ID"]) for path in (site.folder / "outbox").glob("*.eml"))


@pytest.mark.soak
def test_what_was_acknowledged_is_in_it_and_nobody_is_written_to_twice(empty_url: str, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", database_url=empty_url)
    with site.running(), Ledger(site).under_load() as ledger:
        time.sleep(2)
        before = set(ledger.acknowledged)
        done = flask(site, "backup", "--to", str(tmp_path / "backups"), "--json")
        assert done.returncode == 0, done.stderr
        during = len(ledger.acknowledged) - len(before)
        time.sleep(1)
    assert set(ledger.statuses) == {200}, ledger.statuses
    assert before
    assert during
    file = Path(json.loads(done.stdout)["file"])
    shop = tmp_path / "shop"
    shop.mkdir()
    said = archive.unpack(file, shop, passphrase="")
    engine = sa.create_engine(f"sqlite:///{shop / archive.DATABASE}")
    with engine.connect() as connection:
        there = set(connection.scalars(sa.text("SELECT digest FROM inbox_message")))
    engine.dispose()
    assert before <= there <= set(ledger.acknowledged)
    assert said.counts["inbox_message"] == len(there)

    again = Site(tmp_path / "again")
    assert flask(again, "restore", str(file)).returncode == 0
    verified = flask(again, "bookings", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    first = sent(site)
    with again.running():
        time.sleep(3)
        assert sent(again) == Counter()
        assert flask(again, "outbox", "release").returncode == 0
        time.sleep(3)
    assert not set(first) & set(sent(again)), "somebody was written to twice"
