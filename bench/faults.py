"""What Cal.com's API going wrong costs those who deliver: the receiver's slowest answers while comparisons run into each fault.

Measures, in one run on this machine: a site with its jobs in the web process (the default, and the worst place for them) takes
deliveries at a steady rate on one connection. Quiet windows, in which nobody asks Cal.com anything, stand beside windows in which
one comparison after another is asked for and every request of them runs into one fault; what else the machine does falls on both.

Target: over the rounds, the median of p99 with the fault by p99 of the quiet window is below 1.2 for every fault; every delivery is
answered with 200; comparisons do stop meanwhile; afterwards, with the API well again, the comparison gets through and verifies every booking.
`--short` takes one short round, whose p99 stands on too few answers for that bound: it prints it and holds only the other two.
"""

import argparse
import itertools
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.deliveries import creations
from bench.far import CalcomFar, calcom
from bench.load import Load, drive
from bench.serving import Site, as_request, end_on_term

FAULTS = ("api_429", "api_500", "api_html", "api_cut", "api_redirect", "api_slow")
PER_SECOND, MOVES = 50, 1.2
BOOKINGS = 300
"""At the simulated Cal.com, so that a comparison has something to read."""


def window(site: Site, far: CalcomFar, *, fault: str, first: int, seconds: float) -> Load:
    """The answers to deliveries at a steady rate while comparisons run into this fault of the API; without one, while nobody asks it."""
    far.ask("PUT", "dials", **{name: 1.0 if name == fault else 0.0 for name in FAULTS})
    bodies = [as_request(body) for body in creations(int(seconds * PER_SECOND), first=first)]
    with asking(site) if fault else nullcontext():
        return drive(site.port, paced(bodies), connections=1)


def paced(requests: list[bytes]) -> Iterator[bytes]:
    """The requests, each not before its time."""
    began = time.monotonic()
    for number, request in enumerate(requests):
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        yield request


@contextmanager
def asking(site: Site) -> Iterator[None]:
    """Comparisons are asked for, as by the button, as soon as the last one has ended."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.25):
            ask_once(site)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def ask_once(site: Site) -> None:
    """One wish for a comparison, unless one waits already."""
    wish = """INSERT INTO sync_run (kind, cause, state, step, cursor, doubts, requests, created, changed, same, gone, ignored, unreadable,
            note, error, owner, token, asked_at)
        SELECT 'daily', 'bench', 'asked', '', '{}', '[]', 0, 0, 0, 0, 0, 0, 0, '', '', '', '', ?
        WHERE NOT EXISTS (SELECT 1 FROM sync_run WHERE state IN ('asked', 'running'))"""
    with sqlite3.connect(site.folder / "frontdesk.sqlite3", timeout=30) as connection:
        connection.execute(wish, (datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),))
    connection.close()


def settled(site: Site, far: CalcomFar) -> bool:
    """Whether the next comparisons of a well API get through and find every upcoming booking as it is there."""
    far.ask("PUT", "dials", **dict.fromkeys(FAULTS, 0.0))
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        ask_once(site)
        time.sleep(1)
        with sqlite3.connect(site.folder / "frontdesk.sqlite3", timeout=30) as connection:
            last = connection.execute("SELECT state, verified, verified_of, asked_at FROM sync_run ORDER BY id DESC LIMIT 1").fetchone()
        connection.close()
        if last[0] == "done" and last[1] is not None and last[1] >= BOOKINGS:
            return True
    return False


def stopped(site: Site) -> int:
    """How many comparisons ended with words about why."""
    with sqlite3.connect(site.folder / "frontdesk.sqlite3", timeout=30) as connection:
        count: int = connection.execute("SELECT count(*) FROM sync_run WHERE state = 'failed' AND error != ''").fetchone()[0]
    connection.close()
    return count


def measure(*, rounds: int, seconds: float) -> dict[str, float]:
    """Everything that is printed."""
    ratios: dict[str, list[float]] = {fault: [] for fault in FAULTS}
    refused, first, broken = 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="fd-bench-") as folder, calcom(Path(folder)) as far:
        far.ask("PUT", "dials", clock_scale=100, api_slow_ms=3000)
        far.ask("POST", "bulk", number=BOOKINGS)
        site = Site(Path(folder) / "site", CALCOM_API_URL=f"{far.url}/v2", CALCOM_API_KEY="cal_demo", MAIL_KINDS="nothing")
        with site.running():
            window(site, far, fault="", first=0, seconds=5)
            for turn, fault in itertools.product(range(rounds), FAULTS):
                p99 = {}
                for state in ("", fault) if turn % 2 else (fault, ""):
                    first += 10_000
                    load = window(site, far, fault=state, first=first, seconds=seconds)
                    broken = max(broken, stopped(site))
                    refused += load.failures
                    p99[state] = load.percentile(0.99)
                    print(f"  {state or 'quiet':13} p50 {load.p50:6.2f} ms  p99 {p99[state]:6.1f} ms  failures {load.failures}", flush=True)
                ratios[fault].append(p99[fault] / p99[""])
            converged = settled(site, far)
    medians = {fault.removeprefix("api_"): statistics.median(found) for fault, found in ratios.items()}
    return {"refused": refused, "stopped": broken, "converged": converged, "worst": max(medians.values()), **medians}


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the targets hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute")
    options = parser.parse_args()
    end_on_term()
    found = measure(rounds=1, seconds=3) if options.short else measure(rounds=5, seconds=10)
    print("RESULT " + " ".join(f"{name}={value:.6g}" for name, value in found.items()))
    return 0 if not found["refused"] and found["stopped"] and found["converged"] and (options.short or found["worst"] < MOVES) else 1


if __name__ == "__main__":
    sys.exit(main())
