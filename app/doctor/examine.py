"""All checks, and how they are run: side by side, each with a time of its own, none able to stop the others."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any

import structlog

from app.away import STORE_ERRORS
from app.db import db
from app.doctor.checks import api, embed, machine, mail, queues, round_trip, setting, store, webhook
from app.doctor.finding import Finding, Status, failed
from app.doctor.patient import Patient

SECONDS = 20.0
LONG = 30.0
NO_DATABASE = "See the check of the database."

log = structlog.get_logger()


@dataclass(frozen=True)
class Check:
    """One thing to look at."""

    name: str
    group: str
    title: str
    look: Callable[[Patient], Finding]
    seconds: float = SECONDS


@dataclass(frozen=True)
class Result:
    """What a check found, and how long it took."""

    check: Check
    finding: Finding
    seconds: float


CHECKS: Sequence[Check] = (
    Check("settings", "This site", "Settings", setting.settings),
    Check("secrets", "This site", "Age of secrets", setting.secret_age),
    Check("database", "This site", "Database", store.database),
    Check("schema", "This site", "Tables", store.schema),
    Check("acts", "This site", "What staff did", store.acts),
    Check("folder", "This site", "Folder of local files", store.folder),
    Check("disk", "This site", "Disk", machine.disk),
    Check("clock", "This site", "Clock", machine.time_of_day),
    Check("deliveries", "What waits", "Deliveries", queues.deliveries),
    Check("mails", "What waits", "Mails", queues.mails),
    Check("silence", "What waits", "Last sign of Cal.com", queues.silence),
    Check("sync", "What waits", "Comparison with Cal.com", queues.sync),
    Check("mail-server", "Mail", "Mail server", mail.server, LONG),
    Check("two-mails", "Mail", "Two mails of each", mail.twice),
    Check("embed", "Cal.com", "Embed script", embed.script),
    Check("api-key", "Cal.com", "API key", api.key),
    Check("api-versions", "Cal.com", "Shapes of answers", api.versions, LONG),
    Check("webhook", "Deliveries from Cal.com", "Address of the webhook", webhook.address),
    Check("webhook-triggers", "Deliveries from Cal.com", "Triggers", webhook.triggers),
    Check("webhook-active", "Deliveries from Cal.com", "Switched on", webhook.active),
    Check("webhook-secret", "Deliveries from Cal.com", "Secret", webhook.secret),
    Check("round-trip", "Deliveries from Cal.com", "Round trip", round_trip.delivery, LONG),
)


def examine(patient: Patient, checks: Sequence[Check] = CHECKS) -> Iterator[Result]:
    """The results as they come in; all of them, whatever happens."""
    done: Queue[Result] = Queue()
    waiting = {check.name: check for check in checks}
    began = time.monotonic()
    for check in checks:
        threading.Thread(target=_run, args=(check, patient, done), name=f"doctor {check.name}", daemon=True).start()
    while waiting:
        due = min(check.seconds for check in waiting.values()) - (time.monotonic() - began)
        try:
            result = done.get(timeout=max(0.0, due))
        except Empty:
            late = min(waiting.values(), key=lambda check: check.seconds)
            del waiting[late.name]
            yield Result(
                late, failed(f"No answer within {late.seconds:.0f} seconds.", "Ask again; if it stays so, look at the machine: is it overloaded?"), late.seconds
            )
        else:
            if waiting.pop(result.check.name, None):
                yield result


def as_row(result: Result) -> dict[str, Any]:
    """A result as JSON has it."""
    check, finding = result.check, result.finding
    row = {"name": check.name, "group": check.group, "title": check.title, "status": str(finding.status)}
    return row | {"says": finding.says, "fix": finding.fix, "seconds": round(result.seconds, 2)}


def in_order(results: Iterable[Result]) -> list[Result]:
    """As the checks stand in the list, whatever came in first."""
    places = {check.name: place for place, check in enumerate(CHECKS)}
    return sorted(results, key=lambda result: places.get(result.check.name, len(places)))


def worst(results: Iterable[Result]) -> Status:
    """The status of the whole: failed, else warning, else ok."""
    found = {result.finding.status for result in results}
    return next((status for status in (Status.FAILED, Status.WARNING) if status in found), Status.OK)


def _run(check: Check, patient: Patient, done: "Queue[Result]") -> None:
    began = time.monotonic()
    try:
        with patient.within():
            try:
                finding = check.look(patient)
            finally:
                db.session.remove()
    except STORE_ERRORS:
        finding = failed("The database cannot be asked.", NO_DATABASE)
    except Exception as error:
        log.exception("a check of the doctor failed", check=check.name)
        finding = failed(f"The check itself failed ({type(error).__name__}); that is a mistake in this program.", "The log has the details; please report it.")
    done.put(Result(check, _without_secrets(finding, patient.hidden), time.monotonic() - began))


def _without_secrets(finding: Finding, hidden: Sequence[str]) -> Finding:
    says, fix = finding.says, finding.fix
    for value in hidden:
        says, fix = says.replace(value, "[hidden]"), fix.replace(value, "[hidden]")
    return Finding(finding.status, says, fix)
