"""How fast reminders that are all due at once go out, and how much of the best possible that is.

Measures, on this machine: mails per second that two `flask worker` processes (PostgreSQL with `fsync=on`, Redis) deliver to
a local sink, from the release of a held outbox to the last committed row: claimed, composed in the booker's zone, handed over,
and committed one by one. The sink is `smtp-sink` of Debian's postfix package, which answers and forgets; its own limit is taken
before and after with the same client library (Flask-Mail) sending ready texts over one reused connection. That limit includes
what the library does for each mail to put it together. The bare limit of smtplib with bytes made beforehand is printed as
well, the processor time of the workers for a mail, the load of the machine before all began (more than one makes the ratio a
matter of luck), and the durable commits per second that the disk gives two connections: a mailer with one commit a mail cannot exceed those.

Targets: at least 0.6 of the library's limit; every mail taken by the sink exactly once; at most 150 MB resident for each worker.
`--short` takes fewer mails; `--mails N` any number (100,000 without either).
"""

import argparse
import os
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import flask
import flask_mail
import psycopg
import sqlalchemy as sa

from app import create_app
from app.config import Settings
from app.db import db
from app.mail.mime import as_bytes
from app.outbox import queries
from bench.serving import ROOT, Site
from tools.packages import apt_install, may_install
from tools.services import Missing, free_port, postgres_server, redis, wait_for_port

SHARE, MEGABYTES, WORKERS = 0.6, 150.0, 2
MANY, FEW = 100_000, 2_000
STALLED_SECONDS = 120
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney")


# The sink -------------------------------------------------------------------------------------------------------------


class Sink:
    """`smtp-sink` on loopback, with its own count of what it took."""

    def __init__(self, port: int, counters: Path) -> None:
        self.port = port
        self._counters = counters

    def taken(self) -> int:
        """Mails so far, as the sink counts them."""
        found: list[str] = re.findall(r"mesg=(\d+)", self._counters.read_text(encoding="ascii", errors="replace")[-4000:])
        return int(found[-1]) if found else 0


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """The running sink. Raises `Missing`."""
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if program is None and may_install() and apt_install("postfix"):
        program = shutil.which("smtp-sink", path="/usr/sbin")
    if program is None:
        raise Missing("smtp-sink is not installed: apt-get install postfix, then run again")
    port, counters = free_port(), folder / "counters"
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with counters.open("wb") as output:
        process = subprocess.Popen([program, "-c", *user, f"127.0.0.1:{port}", "200"], stdout=output, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port, process)
            yield Sink(port, counters)
        finally:
            process.terminate()
            process.wait(10)


def library_limit(port: int, *, text: str, html: str, seconds: float) -> tuple[float, int]:
    """Mails per second of Flask-Mail over one connection, and how many it sent: for so long that a busy machine slows it down as it does the workers."""
    app = flask.Flask("limit")
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_DEFAULT_SENDER="office@example.com")
    with app.app_context(), flask_mail.Mail(app).connect() as connection:
        began, number = time.perf_counter(), 0
        while (took := time.perf_counter() - began) < seconds:
            connection.send(flask_mail.Message(f"Reminder {number}", [f"guest{number}@example.org"], body=text, html=html))
            number += 1
        return number / took, number


def bare_limit(port: int, *, mails: int, content: bytes) -> float:
    """Mails per second of smtplib over one connection, with ready bytes."""
    with smtplib.SMTP("127.0.0.1", port) as connection:
        began = time.perf_counter()
        for number in range(mails):
            connection.sendmail("office@example.com", [f"guest{number}@example.org"], content)
        return mails / (time.perf_counter() - began)


def durable_commits(url: str, *, each: int) -> float:
    """Commits per second that the disk gives two connections, a row each: what no mailer with one commit a mail can exceed."""
    address = url.replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_commit (id int)")

    def commit() -> None:
        with psycopg.connect(address) as connection:
            for number in range(each):
                connection.execute("INSERT INTO bench_commit VALUES (%s)", (number,))
                connection.commit()

    threads = [threading.Thread(target=commit) for _ in range(WORKERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return each * WORKERS / (time.perf_counter() - began)


# The site -------------------------------------------------------------------------------------------------------------


def fill(engine: sa.Engine, count: int) -> None:
    """So many bookings, each with a reminder that is due, and a hold."""
    now = datetime.now(UTC)
    tables = db.metadata.tables
    with engine.begin() as connection:
        for first in range(1, count + 1, 5000):
            numbers = range(first, min(first + 5000, count + 1))
            connection.execute(tables["booking"].insert(), [_booking(number, now) for number in numbers])
            connection.execute(tables["outbox_message"].insert(), [_reminder(number, now) for number in numbers])
        connection.execute(tables["outbox_hold"].insert(), [{"since": now, "why": "until the workers are up"}])
        if engine.dialect.name == "postgresql":
            for table in ("booking", "outbox_message"):
                connection.exec_driver_sql(f"ANALYZE {table}")


def _booking(number: int, now: datetime) -> dict[str, Any]:
    start = START + timedelta(hours=number % 100)
    return {
        "id": number, "reference": f"B{number:07d}", "status": "confirmed", "event_type": "intro", "title": f"Intro between Host and Guest {number}",
        "start": start, "end": start + timedelta(minutes=30), "host_email": "host@example.com", "host_name": "Host", "host_time_zone": "Europe/London",
        "booker_name": f"Guest {number}", "booker_email": f"guest{number}@example.org", "booker_time_zone": ZONES[number % 4], "booker_locale": "en",
        "location": "Video call", "meeting_url": "https://video.example.com/room", "ical_uid": f"uid{number}@Cal.com", "created_at": now, "updated_at": now,
    }  # fmt: skip


def _reminder(number: int, now: datetime) -> dict[str, Any]:
    start = START + timedelta(hours=number % 100)
    return {
        "key": f"bench:{number}", "kind": "reminder_24h", "recipient": f"guest{number}@example.org", "booking_id": number,
        "data": {"uid": f"uid{number}", "start": start.isoformat()}, "state": "planned", "why": "", "due_at": now - timedelta(minutes=1),
        "message_id": f"<bench{number}@example.com>", "created_at": now,
    }  # fmt: skip


def example(environ: dict[str, str]) -> tuple[str, str, bytes]:
    """Text, HTML and bytes of one of the very mails."""
    app = create_app(Settings.load(environ))
    with app.app_context():
        message = queries.by_id(1)
        assert message is not None
        email = app.extensions["works"].compose(message)
        db.session.rollback()
        db.engine.dispose()
    return email.text, email.html, as_bytes(email, sender="office@example.com")


def resident(process: subprocess.Popen[bytes]) -> float:
    """The most megabytes that the process ever held."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """The time that the process has used so far, its own and the kernel's for it."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_words(log: Path, words: str, *, times: int, seconds: float = 60.0) -> None:
    """Returns when the log holds the words so many times."""
    deadline = time.monotonic() + seconds
    while log.read_text(encoding="utf-8", errors="replace").count(words) < times:
        if time.monotonic() > deadline:
            raise Missing(f"the workers did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        time.sleep(0.1)


def deliver(engine: sa.Engine, *, mails: int, processes: list[subprocess.Popen[bytes]]) -> tuple[float, float]:
    """Releases the outbox and waits for the last mail; mails per second and the most megabytes of a worker."""
    tables = db.metadata.tables
    outbox = tables["outbox_message"]
    with engine.begin() as connection:
        connection.execute(tables["outbox_hold"].delete())
    began, done, moved, most = time.perf_counter(), 0, time.monotonic(), 0.0
    while done < mails and time.monotonic() - moved < STALLED_SECONDS:
        time.sleep(0.5)
        with engine.connect() as connection:
            now = connection.scalar(sa.select(sa.func.count()).where(outbox.c.state.not_in(["planned", "sending", "retrying"]))) or 0
        took = time.perf_counter() - began
        most = max([most, *map(resident, processes)])
        if now != done:
            done, moved = now, time.monotonic()
        print(f"  {done:7} of {mails} in {took:6.1f} s, {done / took:6.0f}/s, {most:5.1f} MB", flush=True)
    return done / took, most


def measure(mails: int) -> dict[str, float]:
    """The numbers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fd-bench-")))
        folder.chmod(0o755)
        target = stack.enter_context(sink(folder))
        url = stack.enter_context(postgres_server(durable=True)).url + "postgres"
        values = {"REDIS_URL": stack.enter_context(redis()), "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(target.port), "MAIL_USE_TLS": "false"}
        sites = [Site(folder / f"worker{number}", database_url=url, **values, MAIL_DEFAULT_SENDER="office@example.com") for number in range(WORKERS)]
        engine = sa.create_engine(url)
        stack.callback(engine.dispose)
        subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, env=sites[0].environ, check=True, capture_output=True)
        fill(engine, mails)
        text, html, content = example(sites[0].environ)
        load = os.getloadavg()[0]
        seconds = 3.0 if mails <= FEW else 15.0
        limits = [library_limit(target.port, text=text, html=html, seconds=seconds)]
        bare = bare_limit(target.port, mails=max(500, mails // 20), content=content)
        commits = [durable_commits(url, each=200)]
        for site in sites:
            stack.callback(site.kill)
            site.start_worker()
        for site in sites:
            wait_for_words(site.log, "Worker is running", times=1)
        workers = [site.worker for site in sites if site.worker]
        before, spent = target.taken(), -sum(map(cpu_seconds, workers))
        rate, most = deliver(engine, mails=mails, processes=workers)
        spent += sum(map(cpu_seconds, workers))
        limits.append(library_limit(target.port, text=text, html=html, seconds=seconds))
        commits.append(durable_commits(url, each=200))
        time.sleep(0.5)
        taken = target.taken() - before - limits[-1][1]
        with engine.connect() as connection:
            outbox = db.metadata.tables["outbox_message"]
            gone = connection.scalar(sa.select(sa.func.count()).where(outbox.c.state == "sent")) or 0  # the site may have told its owner of the backlog
            sent = connection.scalar(sa.select(sa.func.count()).where(outbox.c.state == "sent", outbox.c.kind.startswith("reminder"))) or 0
    limit = sum(rate for rate, _ in limits) / len(limits)
    return {
        "mails_per_s": rate, "library_limit_per_s": limit, "bare_limit_per_s": bare, "share": rate / limit, "share_of_bare": rate / bare,
        "disk_commits_per_s": sum(commits) / len(commits),
        "mails": mails, "sent": sent, "taken_by_sink": taken, "lost": mails - sent, "doubled": taken - gone,
        "resident_mb": most, "worker_cpu_ms": 1000 * spent / mails, "load": load, "bytes_per_mail": len(content),
    }  # fmt: skip


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the targets hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute")
    parser.add_argument("--mails", type=int)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing that was started stays behind
    try:
        found = measure(options.mails or (FEW if options.short else MANY))
    except Missing as missing:
        print(f"not measured: {missing}")
        return 1
    print("RESULT " + " ".join(f"{name}={value:.6g}" for name, value in found.items()))
    good = found["share"] >= SHARE and not found["lost"] and not found["doubled"] and found["resident_mb"] <= MEGABYTES
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
