"""Private links of an event type: whoever has one may book, also what is hidden.

The number of a link is the end of its address, so it is a secret as the link is. Plain teams have none; those of an organisation do.
https://cal.com/docs/api-reference/v2/event-types-private-links/get-all-private-links-for-an-event-type
"""

from datetime import datetime
from typing import Any

from app.calcom import read_account as read
from app.calcom.account import Home, PrivateLink
from app.calcom.calling import Caller
from app.calcom.errors import NotFound
from app.calcom.protocol import Call, filled, instant, segment


class PrivateLinks:
    """What can be done with private links. `home` names the event type; of a team's also the team and its organisation."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self, home: Home) -> tuple[PrivateLink, ...]:
        """All of an event type, the used and the expired ones too."""
        return tuple(read.private_links(self._caller.read(Call("list private links", "GET", _root(home)))))

    def create(self, home: Home, *, expires_at: datetime | None = None, most_uses: int | None = None) -> PrivateLink:
        """A new link. With neither an end nor a number of uses it works once."""
        return self._caller.write_once(Call("make a private link", "POST", _root(home), body=_body(expires_at, most_uses)), read.private_link)

    def update(self, home: Home, link_id: str, *, expires_at: datetime | None = None, most_uses: int | None = None) -> PrivateLink:
        """The link with this end or this number of uses; what is not named is taken away."""
        call = Call("change a private link", "PATCH", f"{_root(home)}/{segment(link_id)}", body=_body(expires_at, most_uses))
        return self._caller.write_again(call, read.private_link)

    def delete(self, home: Home, link_id: str) -> None:
        """Removes a link; one that is gone already raises `NotFound`."""
        self._caller.delete(Call("delete a private link", "DELETE", f"{_root(home)}/{segment(link_id)}"))


def _body(expires_at: datetime | None, most_uses: int | None) -> dict[str, Any]:
    return filled(expiresAt=instant(expires_at) if expires_at else None, maxUsageCount=most_uses)


def _root(home: Home) -> str:
    if home.event_type is None or (home.organisation is None) != (home.team is None):
        raise NotFound("Cal.com's API knows private links of own event types and of those of an organisation's teams only.")
    above = "" if home.organisation is None or home.team is None else f"/organizations/{segment(home.organisation)}/teams/{segment(home.team)}"
    return f"{above}/event-types/{segment(home.event_type)}/private-links"
