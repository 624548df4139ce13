"""What the file leaves to the settings: the address of the site, and secrets by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SITE_URL = "${SITE_URL}"
ANOTHER = "a secret that no setting holds"


@dataclass(frozen=True)
class Surroundings:
    """The address of this site, and what each name of a secret stands for, newest first."""

    site_url: str
    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)

    def address(self, written: str) -> str:
        """An address of the file with the site's own address in it."""
        return written.replace(SITE_URL, self.site_url.rstrip("/"))

    def written(self, address: str) -> str:
        """An address as the file should say it."""
        own = self.site_url.rstrip("/")
        return SITE_URL + address.removeprefix(own) if address == own or address.startswith(f"{own}/") else address

    def secret(self, name: str) -> str | None:
        """The newest value of a setting; None when it is not set."""
        values = self.secrets.get(name, ())
        return values[0] if values else None

    def name_of(self, value: str) -> str | None:
        """Which setting holds this value; never the value itself."""
        for name, values in self.secrets.items():
            if value and value in values:
                return name if value == values[0] else f"an earlier {name}"
        return ANOTHER if value else None
