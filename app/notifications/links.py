"""The addresses a mail may lead to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Links:
    """Complete web addresses for one booking; an empty one leaves its button out."""

    site_url: str
    manage_url: str = ""
    """Where the booker moves or cancels."""
    calendar_url: str = ""
    """The calendar file as a download."""
    rebook_url: str = ""
    """Where another time of the same kind is booked."""
    admin_url: str = ""
    """The booking in the admin area."""
    door_url: str = ""
    """Where a single-use link to staff leads."""
    unsubscribe_url: str = ""
    """Where the reader leaves the sequence that the mail is part of."""


def admin_url(site_url: str, *, reference: str) -> str:
    """The page of a booking in the admin area."""
    return f"{site_url.rstrip('/')}/admin/calendar/{reference}"
