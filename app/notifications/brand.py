"""Who writes: the owner's name, colour, place and address, languages and own texts, as far as a mail needs them."""

from dataclasses import dataclass

from app.mail.own_texts import OwnTexts
from app.notifications.language import LANGUAGES
from app.site import Site


@dataclass(frozen=True)
class Brand:
    """The sender as the reader sees it."""

    name: str
    colour: str = "#065a5f"
    """Written as `#rgb` or `#rrggbb`."""
    place_time_zone: str = ""
    contact_email: str = ""
    """Where answers go; empty: to the host."""
    languages: tuple[str, ...] = LANGUAGES
    """What mails are written in; notices to the owner are in the first."""
    own_texts: OwnTexts | None = None
    """Texts of the owner's that stand in for ours."""


def brand_of(site: Site, *, own_texts: OwnTexts | None = None) -> Brand:
    """The sender that a site file describes."""
    return Brand(
        name=site.name,
        colour=site.brand,
        place_time_zone=site.place.time_zone,
        contact_email=site.contact.email or "",
        languages=tuple(site.mails.languages),
        own_texts=own_texts,
    )
