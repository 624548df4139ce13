"""What the page hands over to the calendar: what its own address carries, and where the visitor came from.

The keys that begin with `frontdesk_` are ours. They are added last and never taken from the address, so that
nobody can claim a booking, or a source, by a link.
"""

import re
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict

LENGTHS = {"name": 120, "email": 254, "notes": 1000}
UTM = re.compile(r"utm_[a-z_]{1,30}")
METADATA = re.compile(r"metadata\[([\w.-]{1,50})\]")
VALUE_LENGTH = 200
MOST = 20
RESERVED = "frontdesk"


def from_query(query: MultiDict[str, str]) -> dict[str, str]:
    """The part of a page's query that the calendar may see, cut to length."""
    found: dict[str, str] = {}
    for key, value in query.items():
        value = value.strip()  # noqa: PLW2901 -- the trimmed value is the one that counts
        if value and len(found) < MOST and (length := _length(key)):
            found[key] = value[:length]
    return found


def source(path: str, query: MultiDict[str, str], referrer: str | None, own_host: str) -> str:
    """Where a booking comes from: the page, and campaign and referring site if known, written like an address."""
    parts = {key: query[key].strip()[:VALUE_LENGTH] for key in ("utm_source", "utm_medium", "utm_campaign") if query.get(key, "").strip()}
    if (host := _host(referrer)) and host != own_host:
        parts["referrer"] = host
    return f"{path}?{urlencode(parts)}" if parts else path


def _length(key: str) -> int:
    if key in LENGTHS:
        return LENGTHS[key]
    if UTM.fullmatch(key):
        return VALUE_LENGTH
    named = METADATA.fullmatch(key)
    return VALUE_LENGTH if named and not named[1].casefold().startswith(RESERVED) else 0


def _host(address: str | None) -> str:
    try:
        return (urlsplit(address or "").hostname or "")[:100]
    except ValueError:
        return ""
