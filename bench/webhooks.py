"""How fast a delivery is acknowledged for good, and how much of the best possible that is.

Measures, in one run and in interleaved rounds on this machine: durable acknowledgements per second and p99 at 16 connections
and p50 of one client alone, for SQLite (`synchronous=FULL`) and PostgreSQL (`fsync=on`), and the same for the floor: the same
gunicorn with the same settings, doing nothing but the HMAC and one raw durable insert with a commit. The background jobs run
in the web process, as by default; no mails, which would only make the pauses between rounds longer.

Targets (of ratios, medians of the rounds): acknowledgements at 16 connections at least 0.6 of the floor's; p50 of one client
at most 3 times the floor's; a repeat writes nothing to bookings, their history or the outbox. Absolute numbers are only printed.
"""

import argparse
import hmac
import itertools
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
import sqlalchemy as sa
from flask import Flask

from app.cli.server import Server
from bench.deliveries import creations
from bench.load import Load, drive
from bench.serving import ROOT, SECRET, Site, as_request, end_on_term
from tools.services import Missing, free_port, postgres_server, wait_for_port

SHARE, SLOWER = 0.6, 3.0
TABLES = ("booking", "booking_change", "booking_fact", "outbox_message")
UNFINISHED = """SELECT (SELECT count(*) FROM inbox_message WHERE state = 'waiting')
    + (SELECT count(*) FROM outbox_message WHERE state IN ('planned', 'sending'))"""
DATABASES = ("sqlite", "postgresql")


# The floor ------------------------------------------------------------------------------------------------------------


def floor_app(url: str) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """A WSGI app that checks the signature, inserts the body, commits, and says so."""
    local, lock = threading.local(), threading.Lock()

    def into_sqlite(body: bytes) -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(url, isolation_level=None)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
        with lock:
            local.connection.execute("BEGIN IMMEDIATE")
            local.connection.execute("INSERT INTO receipt (body) VALUES (?)", (body,))
            local.connection.execute("COMMIT")

    def into_postgres(body: bytes) -> None:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(url)
        local.connection.execute("INSERT INTO receipt (body) VALUES (%s)", (body,))
        local.connection.commit()

    store = into_postgres if url.startswith("postgresql") else into_sqlite

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        good = hmac.compare_digest(hmac.new(SECRET.encode(), body, sha256).hexdigest(), environ.get("HTTP_X_CAL_SIGNATURE_256", ""))
        if good:
            store(body)
        start_response("200 OK" if good else "401 Unauthorized", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    return answer


class Floor(Server):  # type: ignore[misc]  # gunicorn ships no types
    """The project's own server settings around the floor's app."""

    def load(self) -> Any:
        return self._app

    def _start_jobs(self, worker: Any) -> None:
        pass


@contextmanager
def floor(folder: Path, server: str) -> Iterator[int]:
    """The port of a running floor."""
    url, port = (server.replace("+psycopg", "") + "floor", free_port()) if server else (str(folder / "floor.sqlite3"), free_port())
    if server:
        with psycopg.connect(server.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE floor")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE receipt (id SERIAL PRIMARY KEY, body BYTEA)")
    else:
        with sqlite3.connect(url) as connection:
            connection.execute("CREATE TABLE receipt (id INTEGER PRIMARY KEY, body BLOB)")
    process = subprocess.Popen([sys.executable, __file__, "--floor", url, str(port)], cwd=ROOT)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


# The rounds -----------------------------------------------------------------------------------------------------------


class Bodies:
    """Deliveries that were never sent before, made beforehand so that the load generator does not pay for them."""

    def __init__(self) -> None:
        self._first = 0

    def fresh(self, count: int) -> list[bytes]:
        """So many new requests."""
        self._first += count
        return [as_request(body) for body in creations(count, first=self._first - count)]


def one_database(kind: str, *, rounds: int, many: int, alone: int) -> dict[str, float]:
    """The numbers of one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fd-bench-")))
        server = stack.enter_context(postgres_server(durable=True)).url if kind == "postgresql" else ""
        bare = stack.enter_context(floor(folder, server))
        site = stack.enter_context(Site(folder / "site", database_url=f"{server}postgres" if server else "", MAIL_KINDS="nothing").running())
        bodies = Bodies()
        for port in (bare, site.port):
            drive(port, bodies.fresh(100), connections=16)
        loads: dict[tuple[str, int], list[Load]] = {}
        for turn, connections in itertools.product(range(rounds), (16, 1)):
            ports = [("floor", bare), ("ours", site.port)]
            for name, port in ports if turn % 2 else ports[::-1]:
                if name == "floor":
                    wait_until_idle(site)
                load = drive(port, bodies.fresh(many if connections > 1 else alone), connections=connections)
                loads.setdefault((name, connections), []).append(load)
                times = f"p50 {load.p50:6.2f} ms  p99 {load.percentile(0.99):6.1f} ms"
                print(f"  {kind:10} {name:5} x{connections:<2} {load.per_second:7.0f}/s  {times}  failures {load.failures}", flush=True)
        wait_until_idle(site)
        written = repeat_writes(site, bodies)
    pairs = list(zip(loads["ours", 16], loads["floor", 16], strict=True))
    single = list(zip(loads["ours", 1], loads["floor", 1], strict=True))
    return {
        "acks_per_s": statistics.median(load.per_second for load in loads["ours", 16]),
        "p99_ms": statistics.median(load.percentile(0.99) for load in loads["ours", 16]),
        "floor_per_s": statistics.median(load.per_second for load in loads["floor", 16]),
        "share": statistics.median(ours.per_second / bare.per_second for ours, bare in pairs),
        "alone_p50_ms": statistics.median(load.p50 for load in loads["ours", 1]),
        "alone_slower": statistics.median(ours.p50 / bare.p50 for ours, bare in single),
        "failures": sum(load.failures for some in loads.values() for load in some),
        "repeat_writes": written,
    }


def wait_until_idle(site: Site, *, seconds: float = 180) -> None:
    """Returns when every delivery has been processed and the mails are out, so that one round does not pay for another."""
    deadline = time.monotonic() + seconds
    engine = engine_of(site)
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.exec_driver_sql(UNFINISHED).scalar() == 0:
                break
        time.sleep(0.2)
    engine.dispose()


def engine_of(site: Site) -> sa.Engine:
    """A reader of the site's database from outside."""
    return sa.create_engine(site.environ.get("DATABASE_URL") or f"sqlite:///{site.folder / 'frontdesk.sqlite3'}")


def repeat_writes(site: Site, bodies: Bodies) -> int:
    """How many rows of bookings, history, facts and outbox came or went because 200 deliveries were sent a second and a third time."""
    requests = bodies.fresh(200)
    drive(site.port, requests, connections=16)
    wait_until_idle(site)

    def state() -> list[Any]:
        engine = engine_of(site)
        with engine.connect() as connection:
            rows = [connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in TABLES]  # noqa: S608 -- our own names
        engine.dispose()
        return rows

    before = state()
    drive(site.port, requests * 2, connections=16)
    time.sleep(2.5)
    return sum(len(set(map(repr, old)) ^ set(map(repr, new))) for old, new in zip(before, state(), strict=True))


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the ratios hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--floor", nargs=2, metavar=("URL", "PORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        app: Flask = floor_app(options.floor[0])  # type: ignore[assignment]  # any WSGI app will do
        Floor(app, host="127.0.0.1", port=int(options.floor[1])).run()
        return 0
    rounds, many, alone = (3, 300, 100) if options.short else (7, 1500, 400)
    found: dict[str, float] = {}
    good = True
    for kind in options.database or DATABASES:
        try:
            numbers = one_database(kind, rounds=rounds, many=many, alone=alone)
        except Missing as missing:
            print(f"{kind}: not measured, {missing}")
            continue
        good &= numbers["share"] >= SHARE and numbers["alone_slower"] <= SLOWER and not numbers["failures"] and not numbers["repeat_writes"]
        found |= {f"{kind}_{name}": value for name, value in numbers.items()}
    print("RESULT " + " ".join(f"{name}={value:.4g}" for name, value in found.items()))
    return 0 if good else 1


if __name__ == "__main__":
    end_on_term()
    sys.exit(main())
