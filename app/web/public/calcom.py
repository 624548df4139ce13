"""Where the calendar is: every address at Cal.com, from `CALCOM_LINK` and `CALCOM_ORIGIN`, in one place."""

import re
from dataclasses import dataclass

from app.config import Settings

NAME = re.compile(r"[\w.~-]{1,100}")


@dataclass(frozen=True)
class Calendar:
    """One booking link at Cal.com."""

    link: str
    """What the embed takes, such as `acme/consultation`."""
    origin: str
    embed_url: str

    @property
    def page_url(self) -> str:
        """The booking page itself: the way in when the embed does not come."""
        return f"{self.origin}/{self.link}"

    @property
    def username(self) -> str:
        """The first part of the link: the account."""
        return self.path.partition("/")[0]

    @property
    def path(self) -> str:
        """The link without its query."""
        return self.link.partition("?")[0]

    def at(self, link: str) -> "Calendar":
        """The calendar of another link; with the configured query, if it is the configured one."""
        return self if link == self.path else Calendar(link, self.origin, self.embed_url)

    def of(self, username: str, slug: str = "") -> "Calendar | None":
        """The calendar of this account under another link; None when the account is not ours or the name cannot be one."""
        if not self.link or username != self.username or (slug and not NAME.fullmatch(slug)):
            return None
        return Calendar(f"{username}/{slug}" if slug else username, self.origin, self.embed_url)


def default_calendar(settings: Settings) -> Calendar:
    """The calendar that the settings name."""
    return Calendar(settings.CALCOM_LINK, settings.CALCOM_ORIGIN, settings.embed_url)


def move_url(settings: Settings, uid: str) -> str:
    """Where a visitor chooses another time. A uid is a secret: only on pages behind a signed link."""
    return f"{settings.CALCOM_ORIGIN}/reschedule/{uid}"


def booking_url(settings: Settings, uid: str) -> str:
    """The booking at Cal.com: where it is paid, since no delivery tells the address of the payment itself."""
    return f"{settings.CALCOM_ORIGIN}/booking/{uid}"


def cancel_url(settings: Settings, uid: str) -> str:
    """Where a visitor cancels."""
    return f"{settings.CALCOM_ORIGIN}/booking/{uid}?cancel=true"
