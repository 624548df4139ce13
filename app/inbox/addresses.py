"""Where deliveries are taken: the one address, and older ones of sites that migrate."""

from collections.abc import Container
from urllib.parse import urlsplit

RECEIVER = "/webhooks/calcom"
ALIASES = (
    "/api/webhooks/calcom",
    "/api/webhooks/cal",
    "/api/calcom-webhook",
    "/webhooks/cal/booking.created",
    "/webhooks/cal/booking.updated",
)
"""The same checks, the same inbox."""


def subscription_at(url: str, *, site_url: str, names: Container[str]) -> str | None:
    """The subscription (empty: the main one) that an address leads to; None when it leads elsewhere, or to one that is not among the names."""
    wanted, found = urlsplit(site_url), urlsplit(url)
    if (found.scheme, found.netloc.lower()) != (wanted.scheme, wanted.netloc.lower()):
        return None
    path = found.path.rstrip("/").removeprefix(wanted.path.rstrip("/"))
    if path == RECEIVER or path in ALIASES:
        return ""
    before, _, name = path.rpartition("/")
    return name.lower() if before == RECEIVER and name.lower() in names else None
