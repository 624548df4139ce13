"""Bookings that never were, to show and to test what each kind of mail looks like. Nothing here is ever saved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.bookings.models import Booking, Payment, Status
from app.mail.message import Email
from app.notifications import admin_alarm, admin_digest, staff_door
from app.notifications.brand import Brand
from app.notifications.kinds import COMPOSE, compose
from app.notifications.language import words_for
from app.notifications.links import Links, admin_url
from app.notifications.when import when
from app.outbox.models import OutboxMessage
from app.outbox.topics import ALARMS, FAMILIES, LETS_IN, SEQUENCES, Topic, family

START = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
REFERENCE = "K7M4-QX2R"
RECIPIENT = "alex@example.org"
OWNER = "office@example.com"
STEPS = {"reminder": ("24h", "1h"), "follow_up": ("1", "2"), "re_engagement": ("1", "2")}
ALL_KINDS = [
    *(kind for kind in COMPOSE if kind not in FAMILIES and not kind.startswith("admin_")),
    *(f"{name}_{each}" for name, steps in STEPS.items() for each in steps),
    *(kind for kind in COMPOSE if kind.startswith("admin_")),
    Topic.ADMIN_DIGEST,
    *ALARMS,
    *LETS_IN,
]
"""Every kind that there is to show, as outbox rows name them; of reminders and sequences the usual steps."""

STATUS = {
    "request_received": Status.PENDING,
    "payment_due": Status.AWAITING_PAYMENT,
    "cancelled": Status.CANCELLED,
    "rejected": Status.REJECTED,
}
"""The state a booking is in when a kind of mail is written; confirmed where it is not named."""


@dataclass(frozen=True)
class Sample:
    """Everything that one mail is written from."""

    booking: Booking
    message: OutboxMessage
    brand: Brand
    links: Links

    def email(self) -> Email:
        """The finished mail."""
        if self.message.kind in ALARMS:
            return admin_alarm.compose(self.message, self.brand, self.links)
        if self.message.kind in LETS_IN:
            return staff_door.compose(self.message, self.brand, self.links)
        if self.message.kind != Topic.ADMIN_DIGEST:
            return compose(self.booking, self.message, self.brand, self.links)
        email = admin_digest.written(self.message, self.brand, self.links, day=sample_day(self.links, self.brand), moment=START)
        assert email is not None  # noqa: S101 -- the sample day has something to say
        return email


def sample(kind: str, *, brand: Brand | None = None, site_url: str = "https://book.example.com", locale: str = "en", zone: str = "Europe/Berlin") -> Sample:
    """What a mail of this kind is written from, for a reader of this language in this zone."""
    booking = sample_booking(kind.removeprefix("admin_"), locale=locale, zone=zone)
    return Sample(
        booking=booking,
        message=sample_message(kind, booking=booking),
        brand=brand or Brand(name="North Quay Advisory", place_time_zone="Europe/London", contact_email="hello@example.com"),
        links=sample_links(site_url, reference=booking.reference, sequence=family(kind) in SEQUENCES),
    )


def sample_booking(kind: str, *, locale: str = "en", zone: str = "Europe/Berlin") -> Booking:
    """A booking in the state in which a kind of mail is written; never added to a session."""
    moved, kind = kind == "rescheduled", "cancelled" if kind.startswith("re_engagement") else kind
    start = START + timedelta(days=2, hours=4) if moved else START
    reasons = {"cancelled": "Something urgent has come up, sorry.", "rejected": "I am travelling that week. Any day after the 14th is fine."}
    return Booking(
        reference=REFERENCE,
        status=STATUS.get(kind, Status.CONFIRMED),
        payment=Payment.DUE if kind == "payment_due" else Payment.NONE,
        moved=int(moved),
        event_type="first-consultation",
        title="First consultation between Robin Sample and Alex Example",
        start=start,
        end=start + timedelta(minutes=30),
        host_email="robin@example.com",
        host_name="Robin Sample",
        host_time_zone="Europe/London",
        booker_name="Alex Example",
        booker_email=RECIPIENT,
        booker_time_zone=zone,
        booker_locale=locale,
        location="integrations:daily",
        meeting_url="" if kind in STATUS else "https://video.example.com/room-4711",
        attendees=[{"name": "Alex Example", "email": RECIPIENT, "time_zone": zone, "locale": locale, "state": "attending"}],
        answers={},
        details={},
        reason=reasons.get(kind, ""),
        ical_uid="sample-booking@Cal.com",
        sequence=int(moved or kind == "cancelled"),
    )


def sample_message(kind: str, *, booking: Booking) -> OutboxMessage:
    """The outbox row that asks for a kind of mail about a booking; never added to a session."""
    data: dict[str, Any] = {"uid": "sample-booking", "start": booking.start.isoformat()}
    if kind.endswith("rescheduled"):
        data |= {"old_start": START.isoformat(), "old_end": (START + timedelta(minutes=30)).isoformat()}
    if kind in ALARMS:
        data = {"cause": "silence", "values": {"when": START.isoformat()}, "since": START.isoformat()}
    if kind in LETS_IN:
        data = {"until": START.isoformat(), "name": booking.booker_name, "locale": booking.booker_locale, "by": "Robin Sample", "role": "manager"}
    return OutboxMessage(
        kind=kind,
        recipient=OWNER if kind.startswith("admin_") else RECIPIENT,
        data=data,
        message_id=f"<sample-{kind.replace('_', '-')}@book.example.com>",
    )


def sample_links(site_url: str, *, reference: str, sequence: bool = False) -> Links:
    """Where the links of a sample lead."""
    return Links(
        site_url=site_url,
        manage_url=f"{site_url}/booking/{reference}/change",
        calendar_url=f"{site_url}/booking/{reference}/calendar.ics",
        rebook_url=f"{site_url}/book",
        admin_url=admin_url(site_url, reference=reference),
        door_url=f"{site_url}/admin/sign-in/link/sample",
        unsubscribe_url=f"{site_url}/unsubscribe/sample" if sequence else "",
    )


def sample_day(links: Links, brand: Brand) -> admin_digest.Day:
    """A day of which there is something to say, in the owner's language."""
    words, here = words_for(brand.languages[0], languages=brand.languages), links.admin_url

    def line(label: str, *, hours: float, what: str, who: str) -> admin_digest.Line:
        start = START + timedelta(hours=hours)
        span = when(start, end=start + timedelta(minutes=30), zone=brand.place_time_zone, locale=brand.languages[0], words=words)
        said = (what, who) if not label else (span.short, what, who)
        return admin_digest.Line(words.say(label) if label else span.start_time, ", ".join(said), here)

    return admin_digest.Day(
        attention=[line("Waiting for approval", hours=52, what="First consultation", who="Sam Sample")],
        today=[
            line("", hours=0, what="First consultation", who="Alex Example"),
            line("", hours=5.5, what="Review", who="Maria Extraordinarily-Longname of the Society of Friends"),
        ],
        news=[line("Cancelled", hours=23.5, what="First consultation", who="Kim Example")],
    )
