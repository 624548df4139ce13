"""Which mails a booking's life asks for: every milestone is news, but only the present one is sent.

Older milestones are kept as skipped rows with the reason, so that any order of arrival leaves the same set of mails,
and the owner can see why one did not go out.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.bookings.facts import Kind
from app.bookings.models import Booking
from app.bookings.policy import MailPolicy
from app.bookings.schedule import Left, timed_mails
from app.bookings.telling import Milestone
from app.outbox.publish import Wanted
from app.outbox.topics import Topic

__all__ = ["MailPolicy", "wanted_mails"]

BEFORE_US = "it was there before the first comparison with Cal.com, which sends no mails about what it finds"
PHONE_ONLY = "@sms.cal.com"
"""Cal.com makes up such an address for people who left a phone number only (packages/lib/contructEmailFromPhoneNumber.ts)."""

_TOPICS = {
    Kind.REQUESTED: (Topic.REQUEST_RECEIVED, Topic.ADMIN_REQUEST_RECEIVED),
    Kind.PAYMENT_DUE: (Topic.PAYMENT_DUE, Topic.ADMIN_PAYMENT_DUE),
    Kind.CANCELLED: (Topic.CANCELLED, Topic.ADMIN_CANCELLED),
    Kind.REJECTED: (Topic.REJECTED, Topic.ADMIN_REJECTED),
}


def wanted_mails(
    booking: Booking, milestones: tuple[Milestone, ...], *, seat: str, policy: MailPolicy, now: datetime, left: Left = lambda _, __: ""
) -> Iterator[Wanted]:
    """Every mail of the booking's life: its news in order, of which only the last is sent, then what goes out at a time."""
    yield from _news(booking, milestones, seat=seat, policy=policy, now=now)
    yield from _missing(booking, milestones, seat=seat, policy=policy, now=now)
    for mail in timed_mails(booking, milestones, seat=seat, policy=policy, left=left):
        yield replace(mail, skipped=mail.skipped or _refused(mail.kind, mail.recipient, policy))


def _news(booking: Booking, milestones: tuple[Milestone, ...], *, seat: str, policy: MailPolicy, now: datetime) -> Iterator[Wanted]:
    before = None
    for milestone in milestones:
        if milestone.over_before_us(booking.end) or (milestone.imported_at and milestone is not milestones[-1]):
            before = milestone
            continue
        outdated = "" if milestone is milestones[-1] else f"overtaken: the booking is now {booking.status}"
        if not outdated and booking.end <= now:
            outdated = "outdated: the meeting's time had passed when this was understood"
        if not outdated and milestone.imported_at:
            outdated = BEFORE_US
        data: dict[str, Any] = {"uid": milestone.uid, "start": milestone.start}
        if milestone.asked_to_move:
            data["asked_to_move"] = True
        if before is not None and before.start != milestone.start:
            data["old_start"] = before.start
        for role, kind, recipient in _recipients(booking, milestone, policy):
            yield Wanted(
                key=":".join([role, milestone.kind, recipient, milestone.uid, seat, milestone.start, str(milestone.episode)]),
                kind=kind,
                recipient=recipient,
                data=data,
                skipped=outdated or _refused(kind, recipient, policy),
            )
        before = milestone


def _missing(booking: Booking, milestones: tuple[Milestone, ...], *, seat: str, policy: MailPolicy, now: datetime) -> Iterator[Wanted]:
    """Tells the owner once that Cal.com does not know a meeting that is still to come."""
    if booking.missing_since is None or not policy.admin_email or not milestones or booking.end <= now:
        return
    last = milestones[-1]
    yield Wanted(
        key=f"admin:{Kind.MISSING}:{policy.admin_email}:{last.uid}:{seat}:{booking.missing_since.isoformat()}",
        kind=Topic.ADMIN_MISSING,
        recipient=policy.admin_email,
        data={"uid": last.uid, "start": last.start},
        skipped=_refused(Topic.ADMIN_MISSING, policy.admin_email, policy),
    )


def _recipients(booking: Booking, milestone: Milestone, policy: MailPolicy) -> Iterator[tuple[str, Topic, str]]:
    confirmed = (Topic.CONFIRMATION, Topic.ADMIN_CONFIRMATION) if milestone.first else (Topic.RESCHEDULED, Topic.ADMIN_RESCHEDULED)
    booker, admin = _TOPICS.get(milestone.kind, confirmed)
    yield "booker", booker, booking.booker_email
    if policy.admin_email:
        yield "admin", admin, policy.admin_email


def _refused(kind: str, recipient: str, policy: MailPolicy) -> str:
    if not policy.sends(kind):
        return "this site does not send mails of this kind (MAIL_KINDS)"
    if not recipient or recipient.endswith(PHONE_ONLY):
        return "there is no mail address, only a phone number"
    return ""
