"""Private links of an event type. Whoever has one may book, so neither file nor plan holds one: six characters tell it apart.

A link has no natural key. One of the file without those characters is the one at Cal.com that says the same, else a new one.
"""

from datetime import UTC, datetime
from typing import Any

from app.calcom.account import Home, PrivateLink
from app.calcom.client import Client
from app.config_as_code.found import Found
from app.config_as_code.kinds import Fields, Kind

TOLD = 6


def found(client: Client, home: Home, above: str) -> list[Found]:
    """The links, the used and the expired ones too: what is used up is not made anew for that."""
    return [_found(row, home, above) for row in client.private_links.all(home)]


def create(client: Client, home: Home, fields: Fields) -> None:
    """A further link."""
    client.private_links.create(home, **_words(fields))


def update(client: Client, home: Home, number: str, fields: Fields) -> None:
    """A link with another end or number of uses; both have to be said, since Cal.com takes away what is not."""
    client.private_links.update(home, number, **_words(fields))


def label(fields: Fields) -> str:
    """What a link is called that has no number yet."""
    return f"until {fields['expiresAt']}" if fields["expiresAt"] else f"{fields['maxUsageCount']} uses"


def moment(written: str) -> str:
    """A moment in its one spelling."""
    return datetime.fromisoformat(written).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _found(row: PrivateLink, home: Home, above: str) -> Found:
    fields = {"expiresAt": moment(row.expires_at.isoformat()) if row.expires_at else None, "maxUsageCount": row.most_uses}
    return Found(Kind.PRIVATE_LINK, row.id[:TOLD], fields, row.id, home, above)


def _words(fields: Fields) -> dict[str, Any]:
    ends = fields["expiresAt"]
    return {"expires_at": datetime.fromisoformat(ends) if ends else None, "most_uses": fields["maxUsageCount"]}
