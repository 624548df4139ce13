"""The addresses that mails lead to, made where the routes are known and needed where no request is."""

from collections.abc import Callable
from urllib.parse import quote

from app.config import Settings
from app.notifications.links import Links, admin_url
from app.web.public.links import sign_booking


def mail_links(settings: Settings) -> Callable[[str, str], Links]:
    """A function from reference and event type to the links of that booking; it needs an app context, not a request."""
    host = settings.CALCOM_LINK.partition("/")[0]

    def links(reference: str, event_type: str) -> Links:
        own = f"{settings.SITE_URL}/booking/{reference}"
        token = quote(sign_booking(reference))
        return Links(
            site_url=settings.SITE_URL,
            manage_url=f"{own}/manage?t={token}",
            calendar_url=f"{own}/calendar.ics?t={token}",
            rebook_url=f"{settings.SITE_URL}/book/{quote(host)}/{quote(event_type)}" if event_type else f"{settings.SITE_URL}/book",
            admin_url=admin_url(settings.SITE_URL, reference=reference),
        )

    return links
