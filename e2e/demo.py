"""A running demo as the browser tests see it: dials to turn, bookings on both sides, mails as they were written."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, TypeVar

from tools import demo as plain
from tools.services import free_port

OWNER = plain.OWNER
AT_REST = {
    **dict.fromkeys(("loss", "delay_ms", "repeats", "reorder", "delay", "slots", "tall", "script_delay_ms"), 0),
    **dict.fromkeys(("faillate", "silent", "noslots", "pending", "payment", "recurring", "error", "v2only"), False),
    "fail": "",
    "script": "ok",
}

Found = TypeVar("Found")


class DidNotHappen(AssertionError):
    """Something was waited for and did not come."""


def within(seconds: float, look: Callable[[], Found | None], *, what: str) -> Found:
    """What `look` finds, as soon as it finds something; fails with `what` when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            raise DidNotHappen(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.1)


@dataclass
class Demo(plain.Demo):
    """The demo, with what browser tests ask it."""

    script_url: str = ""
    """Where its pages load the embed script from."""
    visitor_cookie: str = ""
    """The session of a visitor who has booked, for tests that come back as them."""

    def turn(self, **dials: object) -> None:
        """Sets dials of the simulated Cal.com; those not named keep their value."""
        self.calcom("PUT", "/dials", dials)

    def straighten(self) -> None:
        """Every dial at rest; bookings stay."""
        self.turn(**AT_REST)

    def book(self, **wish: object) -> dict[str, Any]:
        """A booking that the simulated Cal.com makes by itself, at the next free time."""
        booking: dict[str, Any] = self.calcom("POST", "/bookings", wish)["booking"]
        return booking

    def booked_by(self, email: str) -> list[dict[str, Any]]:
        """What the simulated Cal.com has under this address, the youngest first."""
        return [one for one in self.calcom("GET", "/bookings")["bookings"] if one["email"] == email]

    def bookings(self, email: str) -> list[dict[str, Any]]:
        """What the site has under this address, as `flask bookings list --json` says it."""
        said = self.flask("bookings", "list", "--json")
        return [one for one in json.loads(said.stdout) if one["attendees"] and one["attendees"][0]["email"] == email]

    def mails(self, recipient: str) -> list[EmailMessage]:
        """What was written to this address, the oldest first."""
        files = sorted((self.folder / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        found = [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in files]
        return [mail for mail in found if isinstance(mail, EmailMessage) and recipient in str(mail["To"])]

    def subjects(self, recipient: str) -> list[str]:
        """The subjects of these mails."""
        return [str(mail["Subject"]) for mail in self.mails(recipient)]


@contextmanager
def running_demo(folder: Path, **special: str) -> Iterator[Demo]:
    """A demo with its files in `folder`, ended with the block; `special` are options of `special_demo.py`."""
    folder.mkdir(parents=True, exist_ok=True)
    demo = Demo(folder, free_port(), free_port())
    demo.script_url = special.get("embed_url") or f"{demo.calcom_url}/embed/embed.js"
    if special:
        demo.program = ("-m", "e2e.special_demo", *(f"--{name.replace('_', '-')}={value}" for name, value in special.items()))
    demo.start()
    try:
        yield demo
    finally:
        demo.stop()
