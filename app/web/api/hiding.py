"""What a token may not see is `null`: every answer has the same keys, whatever the token is good for.

Personal is what says who booked or where: names, addresses, titles, places, metadata, and what the history says of them.
A uid is taken out wherever it stands, also within a link or the history, since whoever knows one can move and cancel.
"""

from collections.abc import Sequence
from typing import Any

PERSONAL = ("title", "location", "meeting_url", "metadata")
PLAIN_FIELDS = frozenset({"status", "payment", "moved", "host_absent", "event_type", "start", "end", "host_email", "episode", "missing_since", "alias_of"})
"""Fields of the history that say nothing about who booked."""


def hide(row: dict[str, Any], uids: Sequence[str], *, personal: bool, with_uids: bool) -> dict[str, Any]:
    """The row as somebody with these rights may see it."""
    shown = dict(row)
    if not personal:
        shown |= dict.fromkeys(PERSONAL)
        shown["attendees"] = [each | {"name": None, "email": None} for each in row["attendees"]]
        if isinstance(row.get("changes"), list):
            shown["changes"] = [each if each["field"] in PLAIN_FIELDS else each | {"old": None, "new": None} for each in row["changes"]]
    if not with_uids:
        shown["uids"] = None
        shown = {key: _without(value, uids) for key, value in shown.items()}
    return shown


def _without(value: Any, uids: Sequence[str]) -> Any:
    if isinstance(value, str):
        return None if any(uid in value for uid in uids) else value
    if isinstance(value, dict):
        return {key: _without(each, uids) for key, each in value.items() if not any(uid in key for uid in uids)}
    if isinstance(value, list):
        return [_without(each, uids) for each in value]
    return value
