"""What waits, what failed, and whether deliveries still come."""

from app import clock
from app.alarms.causes import SYNC_ROUNDS
from app.doctor.finding import Finding, failed, good, off, warning
from app.doctor.patient import Patient
from app.inbox import queries as inbox
from app.inbox import silence as quiet
from app.outbox import gate, hold
from app.outbox import queries as outbox
from app.sync import queries as comparisons
from app.sync.models import RunState, SyncRun

WORKER = "flask worker    # with REDIS_URL; without it `flask serve` does the work: start it, and look into its log"


def deliveries(patient: Patient) -> Finding:
    """Whether deliveries are read in time."""
    seconds, stuck = inbox.oldest_waiting_seconds(), inbox.stuck()
    if seconds >= patient.settings.QUEUE_ALARM_SECONDS:
        return failed(f"{inbox.backlog()} deliveries wait to be read, the oldest for {_span(seconds)}.", WORKER)
    if stuck:
        return warning(f"{_many(stuck, 'delivery', 'deliveries')} could not be read.", "flask inbox list | grep dead\nflask inbox replay --dead")
    return good("Every delivery has been read." if not seconds else f"The oldest delivery has been waiting for {_span(seconds)}.")


def mails(patient: Patient) -> Finding:
    """Whether mails leave in time."""
    if (held := hold.held()) is not None:
        return warning(f"The outbox is held since {held.since:%Y-%m-%d %H:%M} UTC{': ' if held.why else ''}{held.why}. Nothing leaves.", "flask outbox release")
    seconds, stuck, pause = outbox.oldest_waiting_seconds(), outbox.stuck(), gate.paused()
    if seconds >= patient.settings.QUEUE_ALARM_SECONDS:
        why = f" The mail server is away: {pause.why}" if pause else ""
        return failed(f"Mails wait to be sent, the oldest is {_span(seconds)} late.{why}", "See the check of the mail server below." if pause else WORKER)
    if stuck:
        return warning(
            f"{_many(stuck, 'mail', 'mails')} could not be sent, or nobody knows whether that worked.",
            "flask outbox list | grep -E 'dead|unknown'\nflask outbox retry NUMBER",
        )
    return good("Every mail that is due has left." if not seconds else f"The oldest mail that is due has been waiting for {_span(seconds)}.")


def silence(patient: Patient) -> Finding:
    """Whether Cal.com still speaks with us."""
    last, hours = inbox.last_received_at(), patient.settings.INBOX_SILENCE_HOURS
    if last is None:
        return good("No delivery has come from Cal.com yet; the first booking brings the first one.")
    said = f"The last delivery from Cal.com came {_span((clock.now() - last).total_seconds())} ago."
    if quiet.too_long(last, hours=hours, now=clock.now()):
        return warning(
            f"{said} That is more than {hours} hours.", f"See the checks of the webhook below. If so few people book: INBOX_SILENCE_HOURS={hours * 4}"
        )
    return good(said)


def sync(patient: Patient) -> Finding:
    """Whether our bookings are compared with Cal.com's."""
    if patient.client is None:
        return off("Without CALCOM_API_KEY nothing is compared: what a lost delivery said stays unknown.")
    ended, done = comparisons.last_ended(), comparisons.last_done()
    if ended is None:
        return good("Nothing has been compared yet; the first comparison begins when the site starts.")
    last = f" The last good one was {_ago(done)}." if done else " None has ended well yet."
    if ended.state == RunState.FAILED:
        return failed(f"The last comparison with Cal.com failed: {ended.error}{last}", "flask calcom sync")
    late = SYNC_ROUNDS * 60 * patient.settings.SYNC_MINUTES
    if done is not None and _since(done) > late and comparisons.under_way() is None:
        return failed(f"Nothing is compared with Cal.com any more.{last}", f"{WORKER}\nflask calcom sync")
    return good(f"Our bookings were compared with Cal.com's {_ago(done)}." if done else f"A comparison is under way.{last}")


def _ago(run: SyncRun) -> str:
    return f"{_span(_since(run))} ago"


def _since(run: SyncRun) -> float:
    return (clock.now() - (run.ended_at or run.asked_at)).total_seconds()


def _many(count: int, one: str, several: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {several}" if count < 100 else f"100 or more {several}"


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
