"""Who writes: the owner's name, colour, place and address, as far as a mail needs them."""

from dataclasses import dataclass

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


def brand_of(site: Site) -> Brand:
    """The sender that a site file describes."""
    return Brand(name=site.name, colour=site.brand, place_time_zone=site.place.time_zone, contact_email=site.contact.email or "")
