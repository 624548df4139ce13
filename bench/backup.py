"""What a backup costs a site with a great many bookings while deliveries come, and whether what comes of it is whole.

Measures, on this machine: a site with a million bookings (and their facts, histories, deliveries and mails) in real processes; deliveries
come at a fixed pace, each timed from the moment in which it was due, so that waiting counts. Rounds take turns: a quiet window, one
`flask backup` in a process of its own, a quiet window. Then the newest backup is verified, restored into an empty folder, and looked at:
integrity check, rows of every table as the backup says, and every delivery that was acknowledged before the backup began.

Targets: p99 of acknowledgements during the backup at most 8 times that of the quiet windows beside it (median of the rounds); no delivery
refused or lost; the backup's memory at most 1.3 times of what it is with a tenth of the rows; verified, restored and sound. Seconds,
megabytes and the p99 itself are only printed. `--short` takes 10,000 bookings on SQLite; `--rows`, `--rate` and `--rounds` any number.
"""

import argparse
import itertools
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa

from app.calcom.webhook import SIGNATURE_HEADER, sign
from bench import bookings
from bench.deliveries import creations
from bench.serving import ROOT, SECRET, Site, end_on_term
from tools.services import Missing, postgres_server

MANY, FEW, TENTH = 1_000_000, 10_000, 10
SLOWER, GROWTH = 8.0, 1.3
CLIENTS = 16
FIRST_NUMBER = 5_000_000
"""Of the deliveries, beyond the bookings that are there already."""


@dataclass
class Storm:
    """Deliveries at a fixed pace, and what became of each."""

    site: Site
    rate: float
    answers: list[tuple[float, float, int, str]] = field(default_factory=list)
    """When it was due, seconds until the answer, status (0: none), digest."""
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def raging(self) -> Iterator["Storm"]:
        """It blows until the end of the block."""
        bodies, numbers, lock, began = creations(10_000_000, first=FIRST_NUMBER), itertools.count(), threading.Lock(), time.monotonic()

        def client() -> None:
            connection = HTTPConnection("127.0.0.1", self.site.port, timeout=60)
            while not self.stop.is_set():
                with lock:
                    due, body = began + next(numbers) / self.rate, next(bodies)
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    connection.request("POST", "/webhooks/calcom", body, {SIGNATURE_HEADER: sign(SECRET, body), "Content-Type": "application/json"})
                    answer = connection.getresponse()
                    answer.read()
                    status = answer.status
                except (OSError, HTTPException):
                    connection.close()
                    status = 0
                self.answers.append((due, time.monotonic() - due, status, sha256(body).hexdigest()))
            connection.close()

        clients = [threading.Thread(target=client, daemon=True) for _ in range(CLIENTS)]
        for each in clients:
            each.start()
        try:
            yield self
        finally:
            self.stop.set()
            for each in clients:
                each.join(90)

    def p99(self, since: float, until: float) -> float:
        """Milliseconds within which 99 of 100 deliveries that were due between these moments were acknowledged."""
        times = sorted(took for due, took, _, _ in list(self.answers) if since <= due < until)
        return times[min(len(times) - 1, int(len(times) * 0.99))] * 1000

    def acknowledged(self, until: float) -> set[str]:
        """Digests of what was acknowledged before this moment."""
        return {digest for due, took, status, digest in list(self.answers) if status == 200 and due + took < until}


@dataclass(frozen=True)
class Ran:
    """A command that ended well."""

    said: str
    seconds: float
    megabytes: float


def run(site: Site, *arguments: str) -> Ran:
    """The command in a process of its own. Raises `RuntimeError` when it does not end well."""
    began = time.monotonic()
    command = [sys.executable, "-m", "flask", *arguments]
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as aside,
        subprocess.Popen(command, cwd=ROOT, env=site.environ, stdout=said, stderr=aside) as process,
    ):
        most = 0.0
        while process.poll() is None:
            most = max(most, _most_megabytes(process.pid))
            time.sleep(0.1)
        said.seek(0)
        if process.returncode:
            aside.seek(0)
            raise RuntimeError(f"flask {' '.join(arguments)} ended with {process.returncode}: {aside.read().decode()[-2000:]}")
        return Ran(said.read().decode(), time.monotonic() - began, most)


def _most_megabytes(pid: int) -> float:
    """What a process had resident at its height. Not from what `wait4` says: that begins with the memory of whoever started it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def filled(folder: Path, rows: int, *, database_url: str = "") -> Site:
    """A site with so many bookings, which does not run yet."""
    site = Site(folder, database_url=database_url, MAIL_KINDS="nothing")
    run(site, "db", "upgrade")
    engine = sa.create_engine(database_url or f"sqlite:///{folder / 'frontdesk.sqlite3'}")
    bookings.fill(engine, rows, now=datetime.now(UTC))
    engine.dispose()
    return site


def measure(site: Site, small: Site, folder: Path, *, rate: float, rounds: int, window: float) -> dict[str, float]:
    """The numbers of one database."""
    memory_of_small = run(small, "backup", "--to", str(folder / "small"), "--json").megabytes
    ratios, during, quiet, backups = [], [], [], []
    with site.running(), Storm(site, rate).raging() as storm:
        time.sleep(3)
        marks = [time.monotonic()]
        for _ in range(rounds):
            time.sleep(window)
            began = time.monotonic()
            backups.append(run(site, "backup", "--to", str(folder / "backups"), "--keep", "1", "--json"))
            ended = time.monotonic()
            time.sleep(window)
            beside = statistics.mean((storm.p99(marks[-1], began), storm.p99(ended, time.monotonic())))
            during.append(storm.p99(began, ended))
            quiet.append(beside)
            ratios.append(during[-1] / beside)
            marks.append(time.monotonic())
            print(f"  backup {backups[-1].seconds:6.1f} s  {backups[-1].megabytes:5.0f} MB  p99 {during[-1]:7.1f} ms, beside {beside:7.1f} ms", flush=True)
        before = storm.acknowledged(began)
    answers = Counter(status for _, _, status, _ in storm.answers)
    made = json.loads(backups[-1].said)
    print(f"  {made['bytes'] / 1e6:.0f} MB, {made['rows']:,} rows; answers {dict(answers)}; load average {os.getloadavg()[0]:.1f}", flush=True)
    verified = run(site, "backup", "--verify", made["file"])
    again = Site(folder / "again")
    restored = run(again, "restore", made["file"])
    lost = look_at(again.folder / "frontdesk.sqlite3", made, before)
    return {
        "backup_s": statistics.median(each.seconds for each in backups),
        "megabytes": max(each.megabytes for each in backups),
        "growth": max(each.megabytes for each in backups) / memory_of_small,
        "p99_ms": statistics.median(during),
        "quiet_p99_ms": statistics.median(quiet),
        "slower": statistics.median(ratios),
        "verify_s": verified.seconds,
        "restore_s": restored.seconds,
        "restore_mb": restored.megabytes,
        "acks": answers[200],
        "refused": sum(answers.values()) - answers[200],
        "lost": lost,
    }


def look_at(database: Path, made: dict[str, Any], before: set[str]) -> int:
    """How much of what must be in the restored database is not: deliveries, tables with other rows than the backup says, a failed integrity check."""
    changed = {"outbox_hold", "staff_session", "staff_link", "sync_run", "outbox_pause", "calcom_pace"}
    with closing(sqlite3.connect(database)) as here:
        unsound = here.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        there = {row[0] for row in here.execute("SELECT digest FROM inbox_message WHERE length(digest) = 64")}
        rows = {name: here.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in made["counts"]}  # noqa: S608 -- our own names
    other = [name for name, number in made["counts"].items() if rows[name] != number and name not in changed]
    return len(before - there) + len(other) + unsound


def _another(server: str) -> str:
    """The URL of a second database."""
    engine = sa.create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE few")
    engine.dispose()
    return f"{server}few"


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the targets are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--rate", type=float, help="deliveries a second")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    rows, rounds, window = options.rows or (FEW if options.short else MANY), options.rounds or (1 if options.short else 3), 3.0 if options.short else 20.0
    found: dict[str, float] = {}
    good = True
    for kind in options.database or (["sqlite"] if options.short else ["sqlite", "postgresql"]):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fd-bench-")))
            try:
                server = stack.enter_context(postgres_server(durable=True)).url if kind == "postgresql" else ""
            except Missing as missing:
                print(f"{kind}: not measured, {missing}")
                continue
            print(f"{kind}, {rows:,} bookings", flush=True)
            site = filled(folder / "site", rows, database_url=f"{server}postgres" if server else "")
            small = filled(folder / "few", rows // TENTH, database_url=_another(server) if server else "")
            numbers = measure(site, small, folder, rate=options.rate or (40.0 if options.short else 100.0), rounds=rounds, window=window)
        good &= numbers["slower"] <= SLOWER and numbers["growth"] <= GROWTH and not numbers["refused"] and not numbers["lost"]
        found |= {f"{kind}_{name}": value for name, value in numbers.items()}
    print("RESULT " + " ".join(f"{name}={value:.4g}" for name, value in found.items()))
    return 0 if good else 1


if __name__ == "__main__":
    end_on_term()
    sys.exit(main())
