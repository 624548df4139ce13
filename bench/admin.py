"""How fast the admin area answers over a great many bookings, and whether a deep page costs more than the first.

Measures, in server time (the whole request inside this process: guard, questions, template) over bookings that it makes itself
(`bench/bookings.py`): 500 random addresses of the admin area – lists at random depth, under filters, searches, spans of dates and
other orders, weeks, months and days, single bookings, people, deliveries, mails, figures, today – with p50 and p95 by kind; the
first page of lists against their last; the same addresses over a tenth of the bookings; the memory of the process; and the export,
its first byte and its pace.

Targets: the last page at most 1.3 times the first; everything at most 1.5 times as long as over a tenth of the rows; memory does not
grow by more than a tenth after the first hundred addresses; the last fifth of an export at least half as fast as the first.
Aimed at and printed, because they depend on the machine: a p95 of 25 ms, and a first byte of an export within 100 ms.
Without `--database` it runs on SQLite and on PostgreSQL, with a million rows each; `--short` takes 100,000 on SQLite. `--keep FOLDER`
leaves SQLite files there and uses them again.
"""

import argparse
import contextlib
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
import structlog
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts.staff import create
from app.bookings.finding import bookmark
from app.bookings.question import Order
from app.config import Settings
from app.db import db, transaction
from bench.bookings import fill
from tools.services import postgres_server

MANY, FEW, TENTH = 1_000_000, 100_000, 10
ADDRESSES, WARM_UP = 500, 40
LAST_TO_FIRST, MANY_TO_TENTH, GROWTH, PACE = 1.3, 1.5, 1.1, 0.5
AIM_MS, AIM_FIRST_BYTE_MS = 25.0, 100.0
ENTRY = "something to sign in with"
WORDS = ("anna", "ben", "xenia", "gmail.com", "anna schmi", "ber", "dorf", "m", "quin", "anna al", "nobody-at-all", "talk", "zoe ol", "example.net", "host")
FILTERS: tuple[dict[str, str], ...] = (
    {"status": "cancelled"}, {"status": "completed"}, {"status": "pending"}, {"status": "rejected"}, {"host": "host2@example.com"}, {"type": "type1"},
    {"payment": "paid"}, {"payment": "refunded"}, {"source": "campaign:newsletter"}, {"source": "elsewhere"}, {"status": "cancelled", "type": "type3"},
    {"host": "host5@example.com", "type": "type4"}, {"status": "rejected", "host": "host20@example.com", "payment": "paid"}, {"view": "past"},
)  # fmt: skip
LISTS: tuple[dict[str, str], ...] = (
    {"view": "all"},
    {"view": "all", "status": "cancelled"},
    {"view": "all", "type": "type1"},
    {"view": "all", "sort": "-booked"},
)
"""Of these the last page is compared with the first."""


@dataclass
class Site:
    """The app over so many bookings, and the browser of its owner."""

    app: Flask
    browser: FlaskClient
    rows: int
    now: datetime

    def time(self, url: str) -> float:
        """Milliseconds until the whole answer is there."""
        began = time.perf_counter()
        answer = self.browser.get(url)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"{url} was answered with {answer.status_code}")
        return took

    def ask(self, question: str, **values: Any) -> Any:
        """One row of the database."""
        with self.app.app_context():
            found = db.session.execute(sa.text(question), values).one()
            db.session.rollback()
            return found


@dataclass
class Found:
    """What was measured on one database."""

    kinds: dict[str, list[float]] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)

    @property
    def all(self) -> list[float]:
        """Every time."""
        return [took for times in self.kinds.values() for took in times]


def site(url: str, folder: Path, rows: int) -> Site:
    """The app on this database, filled if it is empty."""
    settings = Settings(
        SECRET_KEY="k" * 40, SITE_URL="http://localhost", CALCOM_LINK="acme/intro", CALCOM_WEBHOOK_SECRET=["a-secret-for-the-bench"],
        INSTANCE_PATH=folder, DATABASE_URL=url,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    gc.freeze()  # as wsgi.py does
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.metadata.create_all(db.engine)
        if not db.session.scalar(sa.text("SELECT id FROM booking LIMIT 1")):
            db.session.rollback()
            began = time.perf_counter()
            fill(db.engine, rows, now=datetime.now(UTC))
            print(f"{rows:,} bookings with all that belongs to them made in {time.perf_counter() - began:.0f} s")
        db.session.rollback()
        with transaction() as session:
            create(session, email="owner@example.com", password=ENTRY)
    browser = app.test_client()
    if browser.post("/admin/sign-in", data={"email": "owner@example.com", "password": ENTRY}).status_code != 302:
        raise SystemExit("signing in did not work")
    return Site(app, browser, rows, datetime.now(UTC))


def addresses(where: Site, number: int, *, seed: int = 11) -> Iterator[tuple[str, str]]:
    """Kind and address of random pages. The same seed asks the same of a smaller site: depths are shares of the whole."""
    chance = random.Random(seed)
    kinds: dict[str, tuple[int, Callable[[], str]]] = {
        "deep": (25, lambda: listed({"view": "all"}, after=deep(where, chance.random()))),
        "filter": (15, lambda: listed({"view": "all"} | chance.choice(FILTERS), after=deep(where, chance.random()))),
        "status, dates, text": (
            20,
            lambda: listed({"status": chance.choice(("completed", "cancelled", "rejected")), "q": chance.choice(WORDS)} | span(where, chance)),
        ),
        "search": (12, lambda: listed({"q": chance.choice(WORDS)})),
        "other order": (8, lambda: listed({"view": "all", "sort": chance.choice(("guest", "-booked", "host", "-type"))} | chance.choice(({}, *FILTERS[:8])))),
        "upcoming": (4, lambda: listed({})),
        "booking": (8, lambda: f"/admin/calendar/{reference(where, chance.random())}"),
        "deliveries and mails": (
            6,
            lambda: chance.choice(("/admin/inbox", "/admin/outbox")) + chance.choice(("", f"?older={int(where.rows * chance.random()) + 100}")),
        ),
        "today": (2, lambda: "/admin/"),
        "week, month and day": (6, lambda: laid_out(where, chance)),
        "people": (3, lambda: chance.choice(("/admin/people", f"/admin/people/{max(1, int(where.rows / 3 * chance.random()))}"))),
        "reports": (1, lambda: f"/admin/reports?span={chance.choice((4, 12))}"),
    }
    weights = [weight for weight, _ in kinds.values()]
    for _ in range(number):
        kind = chance.choices(list(kinds), weights)[0]
        yield kind, kinds[kind][1]()


def listed(values: dict[str, str], **more: str) -> str:
    """An address of the list of bookings."""
    return f"/admin/calendar?{urlencode(values | more)}"


def deep(where: Site, share: float) -> str:
    """A bookmark as deep in the list by time as this share of all."""
    number = max(1, int(where.rows * share))
    start = where.ask("SELECT start FROM booking_term WHERE booking_id = :number AND term = 'a:'", number=number)[0]
    return bookmark((start, number), Order.START)


def reference(where: Site, share: float) -> str:
    """The reference of some booking."""
    return str(where.ask("SELECT reference FROM booking WHERE id = :number", number=max(1, int(where.rows * share)))[0])


def span(where: Site, chance: random.Random) -> dict[str, str]:
    """A month or a quarter of the past years."""
    first = (where.now - timedelta(days=chance.randrange(30, 1700))).date()
    return {"from": first.isoformat(), "to": (first + timedelta(days=chance.choice((31, 92)))).isoformat()}


def laid_out(where: Site, chance: random.Random) -> str:
    """A week, a month or a day of the past years, sometimes narrowed."""
    day, layout = (where.now - timedelta(days=chance.randrange(1700))).date(), chance.choice(("week", "month", "day"))
    place = f"/admin/calendar/day/{day}?" if layout == "day" else f"/admin/calendar/{layout}?day={day}&"
    return place + urlencode(chance.choice(({}, {"host": "host2@example.com"}, {"status": "cancelled"}, {"type": "type1"})))


def resident() -> float:
    """Megabytes of memory of this process now."""
    with Path("/proc/self/status").open(encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def pages(big: Site, small: Site) -> tuple[Found, Found]:
    """Times of random pages on both, in turns, and what the memory did meanwhile."""
    for _, url in addresses(big, WARM_UP, seed=3):
        big.time(url)
    for _, url in addresses(small, WARM_UP, seed=3):
        small.time(url)
    found, tenth, after_hundred = Found(), Found(), 0.0
    for number, ((kind, url), (_, other)) in enumerate(zip(addresses(big, ADDRESSES), addresses(small, ADDRESSES), strict=True)):
        found.kinds.setdefault(kind, []).append(big.time(url))
        tenth.kinds.setdefault(kind, []).append(small.time(other))
        if number == 100:
            after_hundred = resident()
    found.values["memory_growth"] = resident() / after_hundred
    return found, tenth


def last_to_first(where: Site, *, rounds: int) -> float:
    """The worst ratio of a list's last page to its first, each the median of looks that take turns."""
    worst = 0.0
    for values in LISTS:
        first, last = listed(values), listed(values, before=_end(values.get("sort", "")))
        times: dict[str, list[float]] = {first: [], last: []}
        for number in range(rounds + 1):
            for url, taken in times.items():
                took = where.time(url)
                if number:
                    taken.append(took)
        ratio = statistics.median(times[last]) / statistics.median(times[first])
        print(f"  last page {statistics.median(times[last]):6.1f} ms, first {statistics.median(times[first]):6.1f} ms, ratio {ratio:.2f}: {values}")
        worst = max(worst, ratio)
    return worst


def _end(sort: str) -> str:
    """A bookmark beyond the last booking of a list that runs downwards: the page before it is the last one."""
    return bookmark(("b:", 0, 0), Order.BOOKED) if sort else bookmark((0, 0), Order.START)


def export(where: Site, kind: str, *, most: int) -> dict[str, float]:
    """Milliseconds until the first byte, rows per second, and how the pace at the end compares with that of the beginning."""
    began = time.perf_counter()
    answer = where.browser.get(f"/admin/calendar.{kind}?view=all", buffered=False)
    pieces = iter(answer.response)
    marks, size = [], 0
    for piece in pieces:
        size += len(piece)
        marks.append((time.perf_counter() - began, size))
        if size > most:
            break
    answer.close()
    first, (took, _) = marks[0][0] * 1000, marks[-1]
    fifth = size / 5
    early = next(at for at, sent in marks if sent >= fifth)
    late = took - next(at for at, sent in marks if sent >= size - fifth)
    pace = early / max(late, 1e-9)
    said = f"{size / took / 1e6:.1f} MB/s, last fifth {pace:.2f} times as fast as the first"
    print(f"  {kind}: first byte after {first:.0f} ms (aim {AIM_FIRST_BYTE_MS:.0f}), {said}")
    return {f"{kind}_first_byte_ms": first, f"{kind}_pace": pace}


def measure(name: str, big: Site, small: Site, *, short: bool) -> dict[str, float]:
    """Everything on one database, printed as it comes."""
    print(f"{name}, {big.rows:,} bookings")
    found, tenth = pages(big, small)
    for kind, times in sorted(found.kinds.items()):
        less = tenth.kinds[kind]
        share = f"over a tenth {statistics.median(less):6.1f} and {percentile(less):6.1f}"
        print(f"  {kind:<22} p50 {statistics.median(times):6.1f} ms, p95 {percentile(times):6.1f} ms, {share}, of {len(times)}")
    values = found.values | {"p50_ms": statistics.median(found.all), "p95_ms": percentile(found.all)}
    values["to_tenth"] = statistics.median(found.all) / statistics.median(tenth.all)
    values["mean_to_tenth"] = statistics.mean(found.all) / statistics.mean(tenth.all)
    print(f"  all: p50 {values['p50_ms']:.1f} ms, p95 {values['p95_ms']:.1f} ms (aim {AIM_MS:.0f}); {values['to_tenth']:.2f} times as long as over a tenth")
    values["last_to_first"] = last_to_first(big, rounds=9 if short else 25)
    for kind in ("csv", "xlsx"):
        values |= export(big, kind, most=10_000_000 if short or kind == "xlsx" else 10**12)
    return values


def percentile(times: list[float]) -> float:
    """What nineteen of twenty stay below."""
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def good(values: dict[str, float]) -> bool:
    """Whether every target that is a ratio is met."""
    return (
        values["last_to_first"] <= LAST_TO_FIRST
        and values["to_tenth"] <= MANY_TO_TENTH
        and values["memory_growth"] <= GROWTH
        and min(values["csv_pace"], values["xlsx_pace"]) >= PACE
    )


@contextlib.contextmanager
def databases(wanted: str, keep: Path) -> Iterator[Callable[[int], str]]:
    """The URL of a database for so many rows."""
    if wanted == "sqlite":
        yield lambda rows: f"sqlite:///{keep / f'bookings-{rows}.sqlite3'}"
        return
    with postgres_server(durable=False) as server:

        def made(rows: int) -> str:
            engine = sa.create_engine(f"{server.url}postgres", isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE rows{rows}")
            engine.dispose()
            return f"{server.url}rows{rows}"

        yield made


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the targets are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute: 100,000 bookings on SQLite")
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--rows", type=int)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    rows = options.rows or (FEW if options.short else MANY)
    wanted = [options.database] if options.database else ["sqlite"] if options.short else ["sqlite", "postgresql"]
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in wanted:
            with databases(name, folder) as url_for:
                big, small = (site(url_for(number), Path(temporary) / f"{name}-{number}", number) for number in (rows, rows // TENTH))
                results[name] = measure(name, big, small, short=options.short)
    said = [f"{name}_{key}={value:.3g}" for name, values in results.items() for key, value in values.items()]
    print("RESULT " + " ".join(said))
    return 0 if all(good(values) for values in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
