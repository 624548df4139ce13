"""Kills a real site at random moments under a storm of deliveries, and counts what became of each one that was acknowledged.

A client writes each 2xx to a ledger of its own, with fsync, before it counts. Meanwhile the web server, the worker or both are
killed with -9 and started again. Afterwards: every acknowledged delivery is in the inbox (0 lost), nothing is there that was
never sent (0 invented), and no fact has two effects (0 doubled: bookings, lines of history, mails by business key, and `.eml`
files by Message-ID). Lives that were told to the end stand as they should. The same seed gives the same lives and kills.

Target: 0 lost, 0 invented, 0 doubled, 0 wrong, 0 refused. The long form is 50 kills and 20,000 acknowledgements for each database.
"""

import argparse
import itertools
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa

from app.calcom.webhook import SIGNATURE_HEADER, sign
from bench.deliveries import Life, life
from bench.serving import SECRET, Site, end_on_term
from tools.services import Missing, postgres_server

CLIENTS = 8


@dataclass
class Ledger:
    """What was offered, what was acknowledged, what was refused."""

    folder: Path
    offered: set[str] = field(default_factory=set)
    told: list[Life] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    away: int = 0
    unanswered: int = 0
    acknowledged: int = 0
    pause: float = 0.0
    """Seconds that each client rests after an acknowledgement."""

    def digests(self) -> set[str]:
        """Every acknowledged body, as read back from the disk."""
        return {line for path in self.folder.glob("*.ledger") for line in path.read_text(encoding="ascii").splitlines()}


class Client(threading.Thread):
    """Tells whole lives, each body until it is acknowledged."""

    def __init__(self, number: int, site: Site, lives: Iterator[Life], ledger: Ledger, stop: threading.Event) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._site, self._lives, self._ledger, self._stop_telling = site, lives, ledger, stop
        self._file = os.open(ledger.folder / f"{number}.ledger", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self._connection: HTTPConnection | None = None

    def run(self) -> None:
        while not self._stop_telling.is_set():
            told = next(self._lives)
            for body in told.bodies:
                digest = sha256(body).hexdigest()
                self._ledger.offered.add(digest)
                while not self._post(body, digest):
                    time.sleep(0.05)
                time.sleep(self._ledger.pause)
            self._ledger.told.append(told)

    def _post(self, body: bytes, digest: str) -> bool:
        try:
            self._connection = self._connection or HTTPConnection("127.0.0.1", self._site.port, timeout=20)
            self._connection.request("POST", "/webhooks/calcom", body, {SIGNATURE_HEADER: sign(SECRET, body), "Content-Type": "application/json"})
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self._connection = None
            self._ledger.unanswered += 1
            return False
        if answer.status != 200:
            if answer.status == 503:
                self._ledger.away += 1
            else:
                self._ledger.refused[answer.status] += 1
            return False
        os.write(self._file, f"{digest}\n".encode())
        os.fsync(self._file)
        self._ledger.acknowledged += 1
        return True


class Lives:
    """An endless row of lives from one seed, shared by all clients."""

    def __init__(self, seed: int) -> None:
        self._seed, self._numbers, self._lock = seed, itertools.count(), threading.Lock()

    def __iter__(self) -> Iterator[Life]:
        return self

    def __next__(self) -> Life:
        with self._lock:
            number = next(self._numbers)
        return life(number, random.Random(f"{self._seed}-{number}"))


def kill(site: Site, target: str) -> None:
    """Kills the web server, the worker or both, and starts them again."""
    if target != "worker":
        site.kill_web()
    if target != "web":
        site.kill_worker()
        site.start_worker()
    if target != "worker":
        site.start_web()


def storm(site: Site, ledger: Ledger, *, seed: int, kills: int, acknowledgements: int) -> None:
    """Sends and kills until there were enough of both; the site is up again at the end."""
    dice, stop, lives = random.Random(seed), threading.Event(), Lives(seed)
    site.start_worker()
    site.start_web()
    clients = [Client(number, site, lives, ledger, stop) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for number in range(1, kills + 1):
        time.sleep(dice.uniform(0.2, 2.0))
        target = dice.choice(["web", "worker", "both"])
        kill(site, target)
        if number % 5 == 0 or number == kills:
            counts = f"{ledger.acknowledged} acknowledged, {ledger.unanswered} unanswered, {ledger.away} told to come back"
            print(f"  kill {number} of {kills} ({target}): {counts}", flush=True)
    while ledger.acknowledged < acknowledgements:
        time.sleep(0.2)
    stop.set()
    for client in clients:
        client.join(120)


def settle(engine: sa.Engine, *, inbox_seconds: float, mail_seconds: float) -> tuple[float, float]:
    """Waits until everything is applied and every mail has met its fate; returns the seconds that each took."""
    began = time.monotonic()
    waiting = "SELECT count(*) FROM inbox_message WHERE state IN ('waiting', 'retrying')"
    due = "state IN ('planned', 'retrying') AND due_at < CURRENT_TIMESTAMP"
    owed = f"SELECT count(*) FROM outbox_message WHERE state = 'sending' OR {due}"  # noqa: S608 -- reminders of days to come are owed to nobody yet
    took = []
    for query, patience in ((waiting, inbox_seconds), (owed, mail_seconds)):
        shown = 0.0
        while (left := _one(engine, query)) and time.monotonic() - began < patience:
            if time.monotonic() - shown > 15:
                shown = time.monotonic()
                print(f"  {left} {'deliveries' if query is waiting else 'mails'} still wait", flush=True)
            time.sleep(0.3)
        took.append(time.monotonic() - began)
    return took[0], took[1]


def _one(engine: sa.Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar()


def verdict(engine: sa.Engine, ledger: Ledger, outbox: Path, *, complete: bool) -> dict[str, int]:
    """How many deliveries were lost, how many invented, how many effects doubled, how many bookings wrong."""
    with engine.connect() as connection:
        stored = set(connection.exec_driver_sql("SELECT digest FROM inbox_message").scalars())
        dead = connection.exec_driver_sql("SELECT count(*) FROM inbox_message WHERE state NOT IN ('processed', 'waiting', 'retrying')").scalar() or 0
        bookings = connection.exec_driver_sql("SELECT booker_email, status, moved FROM booking WHERE alias_of_id IS NULL").fetchall()
        history = Counter(map(tuple, connection.exec_driver_sql("SELECT booking_id, field, inbox_id FROM booking_change")))
        mails = connection.exec_driver_sql("SELECT message_id, kind, recipient, booking_id, data, state FROM outbox_message").fetchall()
    per_person = Counter(row[0] for row in bookings)
    found = {row[0]: (row[1], row[2]) for row in bookings}
    wanted = {told.email: (told.status, told.moved) for told in ledger.told}
    facts = Counter(
        (kind, recipient, booking, data if isinstance(data, str) else json.dumps(data, sort_keys=True)) for _, kind, recipient, booking, data, _ in mails
    )
    files = Counter(str(message_from_bytes(path.read_bytes())["Message-ID"]) for path in outbox.glob("*.eml"))
    acknowledged = ledger.digests()
    known = {row[0] for row in mails}
    sent = {row[0] for row in mails if row[5] == "sent"}
    counts = f"inbox {len(stored)}, bookings {len(bookings)}, history {sum(history.values())}"
    print(f"  {counts}, mails {dict(Counter(row[5] for row in mails))}, files {sum(files.values())}")
    return {
        "lost": len(acknowledged - stored),
        "invented": len(stored - ledger.offered) + len(files.keys() - known),
        "doubled": sum(count - 1 for some in (per_person, history, facts, files) for count in some.values()),
        "wrong": dead + (sum(found.get(email) != end for email, end in wanted.items()) + len(sent - files.keys()) if complete else 0),
        "refused": sum(ledger.refused.values()),
    }


def one_database(kind: str, options: argparse.Namespace) -> dict[str, float]:
    """The storm on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fd-storm-")))
        server = stack.enter_context(postgres_server(durable=True)).url if kind == "postgresql" else ""
        site = Site(folder / "site", database_url=f"{server}postgres" if server else "", ADMIN_EMAIL="", LOG_LEVEL="ERROR")
        stack.callback(site.kill)
        ledger = Ledger(folder, pause=0.4 if options.short else 0.0)
        began = time.monotonic()
        storm(site, ledger, seed=options.seed, kills=options.kills, acknowledgements=options.acks)
        stormed = time.monotonic() - began
        engine = sa.create_engine(site.environ.get("DATABASE_URL") or f"sqlite:///{site.folder / 'frontdesk.sqlite3'}")
        applied, mailed = settle(engine, inbox_seconds=options.patience, mail_seconds=options.mail_patience)
        site.kill()
        if not server and (said := _one(engine, "PRAGMA integrity_check")) != "ok":
            print(f"  integrity_check: {said}")
            ledger.refused[0] += 1
        left = _one(engine, "SELECT count(*) FROM inbox_message WHERE state IN ('waiting', 'retrying')")
        found = verdict(engine, ledger, site.folder / "outbox", complete=not left)
        engine.dispose()
        if left:
            print(f"  {left} deliveries were not applied in time")
        return found | {
            "acks": len(ledger.digests()),
            "kills": options.kills,
            "not_applied": left,
            "seconds": stormed,
            "applied_s": applied,
            "mailed_s": mailed,
        }


def main() -> int:
    """Runs it and says by the exit status whether anything was lost, invented or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="four kills on SQLite, under a minute")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--kills", type=int)
    parser.add_argument("--acks", type=int)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds until everything must be applied")
    parser.add_argument("--mail-patience", type=float, help="seconds to wait for the mails; leases of dead workers end after 120")
    options = parser.parse_args()
    options.kills = (4 if options.short else 50) if options.kills is None else options.kills
    options.acks = options.acks or (150 if options.short else 20_000)
    options.mail_patience = options.mail_patience or (5.0 if options.short else 1800.0)
    print(f"seed {options.seed}: again with --seed {options.seed}")
    numbers: dict[str, float] = {"seed": options.seed}
    good = True
    for kind in options.database or (["sqlite"] if options.short else ["sqlite", "postgresql"]):
        try:
            found = one_database(kind, options)
        except Missing as missing:
            print(f"{kind}: not run, {missing}")
            continue
        good &= not any(found[name] for name in ("lost", "invented", "doubled", "wrong", "refused", "not_applied"))
        numbers |= {f"{kind}_{name}": value for name, value in found.items()}
    print("RESULT " + " ".join(f"{name}={value:g}" for name, value in numbers.items()))
    return 0 if good else 1


if __name__ == "__main__":
    end_on_term()
    sys.exit(main())
