"""Bookings that never were, to show and to test what each kind of mail looks like. Nothing here is ever saved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.bookings.models import Booking, Payment, Status
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.kinds import COMPOSE
from app.notifications.links import Links, admin_url
from app.outbox.models import OutboxMessage

START = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
REFERENCE = "K7M4-QX2R"
RECIPIENT = "alex@example.org"
OWNER = "office@example.com"

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
        return COMPOSE[self.message.kind](self.booking, self.message, self.brand, self.links)


def sample(kind: str, *, brand: Brand | None = None, site_url: str = "https://book.example.com", locale: str = "en", zone: str = "Europe/Berlin") -> Sample:
    """What a mail of this kind is written from, for a reader of this language in this zone."""
    booking = sample_booking(kind.removeprefix("admin_"), locale=locale, zone=zone)
    return Sample(
        booking=booking,
        message=sample_message(kind, booking=booking),
        brand=brand or Brand(name="North Quay Advisory", place_time_zone="Europe/London", contact_email="hello@example.com"),
        links=sample_links(site_url, reference=booking.reference),
    )


def sample_booking(kind: str, *, locale: str = "en", zone: str = "Europe/Berlin") -> Booking:
    """A booking in the state in which a kind of mail is written; never added to a session."""
    moved = kind == "rescheduled"
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
    data = {"uid": "sample-booking", "start": booking.start.isoformat()}
    if kind.endswith("rescheduled"):
        data |= {"old_start": START.isoformat(), "old_end": (START + timedelta(minutes=30)).isoformat()}
    return OutboxMessage(
        kind=kind,
        recipient=OWNER if kind.startswith("admin_") else RECIPIENT,
        data=data,
        message_id=f"<sample-{kind.replace('_', '-')}@book.example.com>",
    )


def sample_links(site_url: str, *, reference: str) -> Links:
    """Where the links of a sample lead."""
    return Links(
        site_url=site_url,
        manage_url=f"{site_url}/booking/{reference}/change",
        calendar_url=f"{site_url}/booking/{reference}/calendar.ics",
        rebook_url=f"{site_url}/book",
        admin_url=admin_url(site_url, reference=reference),
    )
