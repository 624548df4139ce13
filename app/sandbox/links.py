"""Private links of event types: kept and read back; nobody books by one here."""

import secrets
from dataclasses import dataclass
from datetime import datetime


@dataclass(kw_only=True, eq=False)
class PrivateLink:
    """A link with an end, or one that works so many times."""

    id: str
    event_type_id: int
    expires_at: datetime | None = None
    most_uses: int | None = None
    uses: int = 0

    def expired(self, now: datetime) -> bool:
        """Whether it leads nowhere any more."""
        return self.expires_at <= now if self.expires_at else self.uses >= (self.most_uses or 1)


class PrivateLinks:
    """All private links."""

    def __init__(self) -> None:
        self._all: dict[str, PrivateLink] = {}

    def add(self, event_type_id: int) -> PrivateLink:
        """A further link."""
        made = PrivateLink(id=secrets.token_hex(10), event_type_id=event_type_id)
        self._all[made.id] = made
        return made

    def of(self, event_type_id: int) -> list[PrivateLink]:
        """The links of an event type, oldest first."""
        return [one for one in self._all.values() if one.event_type_id == event_type_id]

    def remove(self, one: PrivateLink) -> None:
        """Take a link away."""
        self._all.pop(one.id, None)

    def clear(self) -> None:
        """Forget all links."""
        self._all.clear()
