"""The addresses that mails lead to, made where the routes are known and needed where no request is."""

from urllib.parse import quote

from app.accounts import links as door
from app.bookings.models import Booking
from app.config import Settings
from app.notifications.links import Links, admin_url
from app.notifications.writer import LinksFor
from app.outbox.models import OutboxMessage
from app.outbox.topics import LETS_IN, SEQUENCES, Topic, family
from app.sealing import Seal
from app.web.public.calcom import move_url
from app.web.public.links import sign_booking, sign_leave


def mail_links(settings: Settings) -> LinksFor:
    """A function from a booking and an outbox row to the links of that mail; it needs an app context, not a request."""
    host = settings.CALCOM_LINK.partition("/")[0]

    def links(booking: Booking | None, message: OutboxMessage) -> Links:
        if booking is None:
            door_url = _door_url(settings, message) if message.kind in LETS_IN else ""
            return Links(site_url=settings.SITE_URL, admin_url=f"{settings.SITE_URL}/admin/calendar", door_url=door_url)
        reference, event_type, sequence = booking.reference, booking.event_type, family(message.kind)
        own = f"{settings.SITE_URL}/booking/{reference}"
        token = quote(sign_booking(reference))
        anew = f"{settings.SITE_URL}/book/{quote(host)}/{quote(event_type)}" if event_type else f"{settings.SITE_URL}/book"
        asked = str(message.data.get("uid", "")) if message.data.get("asked_to_move") else ""
        return Links(
            site_url=settings.SITE_URL,
            manage_url=f"{own}/manage?t={token}",
            calendar_url=f"{own}/calendar.ics?t={token}",
            rebook_url=move_url(settings, quote(asked)) if asked else anew,
            admin_url=admin_url(settings.SITE_URL, reference=reference),
            unsubscribe_url=f"{settings.SITE_URL}/unsubscribe/{quote(sign_leave(message.recipient, sequence))}" if sequence in SEQUENCES else "",
        )

    return links


def seal_of(settings: Settings, purpose: str) -> Seal:
    """Closes with the present key, opens with earlier ones as well."""
    return Seal([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose=purpose)


def _door_url(settings: Settings, message: OutboxMessage) -> str:
    """Where a single-use link leads. The page without a link when no key of ours opens it any more."""
    token = seal_of(settings, door.SEAL_PURPOSE).open(str(message.data.get("sealed", "")))
    page = "sign-in/link" if message.kind == Topic.SIGN_IN_LINK else "join"
    return f"{settings.SITE_URL}/admin/{page}/{token}" if token else f"{settings.SITE_URL}/admin/sign-in"
