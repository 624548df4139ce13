"""The first steps and how far each is: looked at for real, in the database and by the doctor, never taken from a tick in a form.

A step is done when the thing itself shows it (a delivery has come, a mail has left, a comparison got through), or when
the doctor has looked and found it good. What the doctor says is as old as the last examination, so the page names its time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from app.bookings import finding
from app.bookings.question import Filters
from app.doctor.kept import Seen
from app.first_run import put_aside
from app.hosts import queries as hosts
from app.inbox import queries as inbox
from app.outbox import queries as outbox
from app.outbox.models import OutboxState
from app.sync import queries as sync
from app.web.admin.blueprint import settings
from app.wiring import Works

Rows = Mapping[str, Mapping[str, Any]]
GOOD = frozenset({"ok", "warning"})
"""A warning is something to look at; the step itself works."""


@dataclass(frozen=True)
class Step:
    """One step."""

    name: str
    title: str
    done: bool
    aside: bool
    says: str
    """What shows that it is done, or what is missing."""
    findings: Sequence[Mapping[str, Any]]
    """What the doctor found about it."""

    @property
    def open(self) -> bool:
        """Whether it still asks for something."""
        return not self.done and not self.aside


TITLES: Mapping[str, str] = {
    "link": "The booking link",
    "key": "The API key",
    "webhook": "The webhook",
    "mail": "The mail server",
    "booking": "A test booking",
}
CHECKS: Mapping[str, tuple[str, ...]] = {
    "link": ("embed",),
    "key": ("api-key", "api-versions"),
    "webhook": ("webhook", "webhook-triggers", "webhook-active", "webhook-secret", "round-trip"),
    "mail": ("mail-server", "two-mails"),
    "booking": (),
}
"""What the doctor looks at for each."""


def steps() -> list[Step]:
    """All of them, in order."""
    seen, aside = examined(), put_aside.names()
    rows = {row["name"]: row for row in (seen.results if seen else [])}
    looks: Mapping[str, Callable[[Rows], tuple[bool, str]]] = {"link": _link, "key": _key, "webhook": _webhook, "mail": _mail, "booking": _booking}
    found = []
    for name, title in TITLES.items():
        done, says = looks[name](rows)
        found.append(Step(name, title, done, name in aside, says, [rows[check] for check in CHECKS[name] if check in rows]))
    return found


def examined() -> Seen | None:
    """The last examination."""
    works: Works = current_app.extensions["works"]
    return works.practice.latest()


def wanted() -> tuple[int, int] | None:
    """How many steps are taken and how many there are; None when nothing is left or the page was put aside."""
    if put_aside.ALL in put_aside.names():
        return None
    found = steps()
    return (sum(not step.open for step in found), len(found)) if any(step.open for step in found) else None


def _good(rows: Rows, *names: str) -> bool:
    return all(rows.get(name, {}).get("status") in GOOD for name in names)


def _link(rows: Rows) -> tuple[bool, str]:
    link = settings().CALCOM_LINK
    if not link:
        return False, "CALCOM_LINK is not set."
    if hosts.at_link(link) is not None:
        return True, f"Cal.com knows an event type at {link}."
    if _good(rows, "embed"):
        return True, f"The page is set to {link}, and Cal.com's booking script answers."
    return False, f"CALCOM_LINK is {link}; nobody has looked yet whether Cal.com knows it."


def _key(rows: Rows) -> tuple[bool, str]:
    if not settings().CALCOM_API_KEY:
        return False, "CALCOM_API_KEY is not set."
    if sync.last_done() is not None:
        return True, "Cal.com answers with this key: a comparison got through."
    return _good(rows, "api-key"), "The key is set."


def _webhook(_: Rows) -> tuple[bool, str]:
    heard = inbox.last_received_at()
    return heard is not None, "A delivery of Cal.com's has arrived." if heard else "No delivery has arrived yet."


def _mail(rows: Rows) -> tuple[bool, str]:
    if not settings().MAIL_SERVER:
        return False, f"MAIL_SERVER is not set: mails become files in {settings().outbox_folder}."
    if outbox.count(state=OutboxState.SENT, up_to=1):
        return True, "A mail has left this site."
    return _good(rows, "mail-server"), f"Mails go to {settings().MAIL_SERVER}."


def _booking(_: Rows) -> tuple[bool, str]:
    there = bool(finding.count(Filters()).number)
    return there, "A booking is here." if there else "No booking is here yet."
