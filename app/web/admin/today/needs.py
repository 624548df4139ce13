"""What needs a hand, each with the one next act, the most pressing first.

Causes of alarm are looked at anew and not read from the alarm's own rows: those are written once a minute by a worker,
and a worker that stands still is one of the things to find out here. A role hears only of what it may open.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from flask import current_app, url_for

from app import clock
from app.alarms.causes import Look, troubles
from app.config_as_code import drift
from app.inbox import queries as inbox
from app.notifications.admin_alarm import SAID, Cause, line
from app.outbox import gate, hold
from app.outbox import queries as outbox
from app.sync import queries as sync
from app.sync.models import RunState
from app.web.admin.blueprint import settings, zone
from app.web.admin.rail import can_open
from app.web.admin.wording import amount
from app.wiring import Works

OWN_LINE = frozenset({Cause.DELIVERIES_FAILED, Cause.MAILS_FAILED, Cause.DRIFT})
"""Causes of alarm that have a line of their own here, with a nearer link."""
ACTS = {Cause.SECRETS: "See how to replace it", Cause.DISK: "See what is left"}
"""What the link of a cause says when it is not the doctor's help that is wanted."""


class Need(NamedTuple):
    """One thing that a person has to do."""

    name: str
    """A short word that stays the same while it lasts."""
    heading: str
    line: str
    url: str
    label: str
    """The next act, as a verb."""
    since: datetime | None = None


def needs(*, host: str = "") -> list[Need]:
    """Everything, for somebody of the office; a host's requests stand beside this on the page."""
    if host:
        return []
    found = [*_mail(), *_deliveries(), *_alarms(), *_comparison(), *_configuration(), *_doctor()]
    return [need for need in found if need.url]


def _link(endpoint: str, *, state: str | None = None) -> str:
    return url_for(endpoint, state=state) if can_open(endpoint) else ""


def _deliveries() -> Iterator[Need]:
    if count := inbox.stuck():
        said = f"{amount(count, 'delivery', cap=100)} could not be read"
        yield Need("deliveries", said, "What they say about bookings is missing here.", _link("admin.inbox", state="dead"), "See why and replay")


def _mail() -> Iterator[Need]:
    url = _link("admin.outbox")
    if held := hold.held():
        said = "Look through what is planned, then let it go." + (f" Reason: {held.why}." if held.why else "")
        yield Need("held", "Mail is held", said, url, "Let mail leave", held.since)
    if pause := gate.paused():
        yield Need(
            "paused", "The mail server is away", f"{pause.why} Nothing is lost, mails wait and follow by themselves.", url, "See what waits", pause.since
        )
    failed, unclear = outbox.count(state="dead", up_to=100), outbox.count(state="unknown", up_to=100)
    if failed:
        said = f"{amount(failed, 'mail', cap=100)} could not be sent"
        yield Need("mails", said, "Their readers have heard nothing.", _link("admin.outbox", state="dead"), "See why and send again")
    if unclear:
        said = f"Nobody knows whether {amount(unclear, 'mail', cap=100)} arrived"
        line = "The machine stopped while sending."
        yield Need("unclear", said, line, _link("admin.outbox", state="unknown"), "Decide for each")


def _alarms() -> Iterator[Need]:
    secrets = current_app.extensions["webhook_secrets"]
    look = Look(settings(), {name: secrets.of(name) for name in secrets.names()}, clock.now())
    for trouble in troubles(look):
        if trouble.cause not in OWN_LINE:
            said = SAID[trouble.cause]
            words = line(said, trouble.values, zone=zone())
            yield Need(trouble.cause.value, said.heading, words, _link("admin.doctor"), ACTS.get(trouble.cause, "Ask the doctor"))


def _comparison() -> Iterator[Need]:
    ended, done = sync.last_ended(), sync.last_done()
    if not settings().CALCOM_API_KEY:
        return
    if ended is not None and ended.state == RunState.FAILED:
        line = f"{ended.error} The next one goes on where it stopped.".strip()
        yield Need("comparison", "The last comparison with Cal.com stopped", line, _link("admin.sync"), "Compare again", ended.ended_at)
    if done is not None and done.verified is not None and done.verified_of is not None and done.verified < done.verified_of:
        said = f"Cal.com does not know {amount(done.verified_of - done.verified, 'upcoming booking')}"
        yield Need("missing", said, "They stand here and not there: somebody may wait in vain.", _link("admin.sync"), "See which", done.ended_at)


def _configuration() -> Iterator[Need]:
    count, since = drift.known()
    if count:
        said = f"Cal.com's configuration differs from your file in {amount(count, 'place')}"
        yield Need(
            "configuration", said, "Somebody changed it there, or the file was changed and not applied.", _link("admin.drift"), "See the differences", since
        )


def _doctor() -> Iterator[Need]:
    works: Works = current_app.extensions["works"]
    seen = works.practice.latest()
    broken = [row for row in seen.results if row["status"] == "failed"] if seen and not seen.running else []
    if seen is not None and broken:
        names = ", ".join(str(row["title"]) for row in broken[:3])
        yield Need("doctor", f"The doctor found {amount(len(broken), 'thing')} broken", f"{names}.", _link("admin.doctor"), "See what to do", seen.finished_at)
