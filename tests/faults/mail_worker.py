"""Mail workers that kill themselves at a named point: the real delivery and the real jobs, a hook of this script only.

Reads a line of JSON from standard input for each worker wanted: `{"point": "rendered", "hit": 3}` (an empty point: it
lives on). Each worker is a fork, since starting Python anew takes longer than the whole test may. When one ends, a line
of JSON with its point and its exit status goes to standard output. Everything ends with the end of the input.
"""

import json
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from typing import Any

from app import create_app
from app.config import Settings
from app.mail.message import Email
from app.outbox import lease
from app.outbox.models import OutboxMessage


def work(point: str, hit: int) -> None:
    """Runs the jobs as `flask worker` does, until the point has been passed so many times."""
    lease.LEASE = timedelta(seconds=float(os.environ["LEASE_SECONDS"]))
    lease.NEEDED = lease.LEASE / 4
    app = create_app(Settings.load())
    works = app.extensions["works"]
    passed = 0

    def watch(reached: str) -> None:
        nonlocal passed
        passed += reached == point
        if point and passed >= hit:
            os.kill(os.getpid(), signal.SIGKILL)

    works.watch = watch
    works.compose = letter
    while works.start_runner() is None:
        time.sleep(0.02)
    while True:
        works.nudge()
        time.sleep(0.1)


def letter(row: OutboxMessage) -> Email:
    """A small mail: what is in it is not the matter here."""
    return Email(to=row.recipient, subject="Hello", text="Hello\n", html="<p>Hello</p>", message_id=row.message_id)


def main() -> None:
    """Forks a worker for each line."""
    children: dict[int, str] = {}
    threading.Thread(target=_report, args=(children,), daemon=True).start()
    for line in sys.stdin:
        wanted: dict[str, Any] = json.loads(line)
        child = os.fork()
        if not child:
            os.close(0)
            work(wanted["point"], wanted["hit"])
        children[child] = wanted["point"]
    for child in list(children):
        os.kill(child, signal.SIGKILL)


def _report(children: dict[int, str]) -> None:
    while True:
        for child in list(children):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                sys.stdout.write(json.dumps({"point": children.pop(child), "status": os.waitstatus_to_exitcode(status)}) + "\n")
                sys.stdout.flush()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
