"""Mails that go out at a time: reminders before a meeting, and the sequences after it or after its end that never came.

Like every other mail they follow from the folded booking alone, so any order of arrival leaves the same rows: each
confirmed time of the booking's life has its reminders, and those of times that no longer count are kept as skipped
with the reason. What needs time to pass ("completed") is planned at once with a due time; a cancellation, a move or a
no-show takes it back.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.bookings.facts import Kind
from app.bookings.models import Booking, Status
from app.bookings.policy import MailPolicy
from app.bookings.telling import Milestone
from app.outbox.publish import Wanted
from app.outbox.topics import FOLLOW_UP, RE_ENGAGEMENT, REMINDER
from app.timing import zone_of

LATE = "late: its time had already passed when this was understood"
ABSENT = "the person did not come"
HOST_ABSENT = "the host did not come"
"""Then nobody missed anything, and nobody is to be thanked for coming: neither sequence runs, even if the guest is marked as
well. What is owed is a word of a person, which no template can write; the page of the booking says so."""

Left = Callable[[str, datetime], str]
"""Why the person gets no more mails of a sequence (name) that began at a time; empty when they do."""


@dataclass(frozen=True)
class _Time:
    """One confirmed time of the booking's life."""

    milestone: Milestone
    start: datetime
    end: datetime
    gone: str
    """Why it no longer counts; empty for the present one."""


def timed_mails(booking: Booking, milestones: Sequence[Milestone], *, seat: str, policy: MailPolicy, left: Left) -> Iterator[Wanted]:
    """Every reminder and sequence mail of the booking's life, those of past times as skipped."""
    zone = zone_of(booking.booker_time_zone or booking.host_time_zone)
    for time in _times(booking, milestones):
        if time.milestone.over_before_us(time.end):
            continue
        about = [time.milestone.uid, seat, time.start.isoformat()]
        data = {"uid": time.milestone.uid, "start": time.start.isoformat()}
        for step in policy.reminders_for(booking.event_type):
            due = step.before(time.start, zone)
            if due is not None:
                kind = f"{REMINDER}_{step.name}"
                yield Wanted(":".join(["booker", kind, *about]), kind, booking.booker_email, data, skipped=time.gone, due_at=due, late=LATE)
        for number, step in enumerate(policy.sequence(FOLLOW_UP, booking.event_type), start=1):
            due = step.after(time.end, zone)
            if due is not None:
                kind = f"{FOLLOW_UP}_{number}"
                skipped = time.gone or _nobody_met(booking) or left(FOLLOW_UP, time.end)
                since = {"since": time.end.isoformat()}
                yield Wanted(":".join(["booker", kind, *about]), kind, booking.booker_email, data | since, skipped=skipped, due_at=due, late=LATE)
    yield from _re_engagement(booking, milestones, seat=seat, policy=policy, left=left)


def booker_absent(booking: Booking) -> bool:
    """Whether the booker is marked as not having come."""
    mine = booking.booker_email.lower()
    return any(person.get("state") == "no_show" and str(person.get("email", "")).lower() == mine for person in booking.attendees or ())


def _nobody_met(booking: Booking) -> str:
    return HOST_ABSENT if booking.host_absent else ABSENT if booker_absent(booking) else ""


def _re_engagement(booking: Booking, milestones: Sequence[Milestone], *, seat: str, policy: MailPolicy, left: Left) -> Iterator[Wanted]:
    """After the last cancellation, or after a meeting that the booker missed; earlier cancellations are skipped."""
    zone = zone_of(booking.booker_time_zone or booking.host_time_zone)
    last = milestones[-1] if milestones else None
    ends = [(milestone, milestone.at, "cancelled") for milestone in milestones if milestone.kind is Kind.CANCELLED and not milestone.imported_at]
    if last is not None and not last.over_before_us(booking.end) and booking.status == Status.CONFIRMED and booker_absent(booking):
        ends.append((last, booking.end, "missed"))
    for milestone, since, how in ends:
        for number, step in enumerate(policy.sequence(RE_ENGAGEMENT, booking.event_type), start=1):
            due = step.after(since, zone)
            if due is None:
                continue
            kind = f"{RE_ENGAGEMENT}_{number}"
            gone = "" if milestone is last else f"overtaken: the booking is now {booking.status}"
            if how == "missed" and booking.host_absent:
                gone = HOST_ABSENT
            yield Wanted(
                key=":".join(["booker", kind, milestone.uid, seat, milestone.start, str(milestone.episode), how]),
                kind=kind,
                recipient=booking.booker_email,
                data={"uid": milestone.uid, "start": milestone.start, "since": since.isoformat(), "how": how},
                skipped=gone or left(RE_ENGAGEMENT, since),
                due_at=due,
                late=LATE,
            )


def _times(booking: Booking, milestones: Sequence[Milestone]) -> Iterator[_Time]:
    """Every confirmed time once, oldest first; the present one by what the booking itself says."""
    found: dict[tuple[str, datetime], Milestone] = {}
    last = milestones[-1] if milestones else None
    for milestone in milestones:
        start = booking.start if milestone is last else _moment(milestone.start)
        if milestone.kind is Kind.CONFIRMED and start is not None:
            found[(milestone.uid, start.astimezone(UTC))] = milestone
    for (_, start), milestone in found.items():
        counts = milestone is last and booking.status == Status.CONFIRMED
        yield _Time(milestone, start, start + (booking.end - booking.start), "" if counts else _why_gone(booking))


def _why_gone(booking: Booking) -> str:
    if booking.status == Status.CONFIRMED:
        return "moved: the meeting has another time now"
    if booking.status == Status.CANCELLED:
        return "cancelled: the meeting will not take place"
    return f"overtaken: the booking is now {booking.status}"


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
