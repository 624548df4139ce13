"""A preview: the site on a copy of real data, for looking. It can write to nobody and change nothing at Cal.com, whatever else is set.

Decisions that stand here:

* It is enforced where things leave, not where they are wanted. The mail server's name and password are taken out of the settings before
  anybody reads them, so all mail becomes files; and the wire to Cal.com's API carries nothing but questions.
* Visitors' browsers talk to Cal.com as well: the calendar in the page, links to move and cancel. So those lead nowhere, to a name that
  cannot exist. The page then offers the server's own times, whose booking the wire refuses.
* A Cal.com on this machine (`flask sandbox`) is not the live one: with it a preview books, moves and cancels as usual.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

NOWHERE = "https://preview.invalid"
MAIL = ("MAIL_SERVER", "MAIL_USERNAME", "MAIL_PASSWORD")
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
SAID = "This is a preview (PREVIEW is set): nothing is changed at Cal.com."


def is_here(url: str) -> bool:
    """Whether an address leads to this machine."""
    return urlsplit(url).hostname in HERE


def without_ways_out(values: Mapping[str, Any], *, live_origin: str) -> dict[str, Any]:
    """The values of a preview's settings; those of any other site as they are."""
    found = dict(values)
    try:
        on = TypeAdapter(bool).validate_python(found.get("PREVIEW", False))
    except ValidationError:
        return found  # the setting itself is refused by name
    if on:
        for name in MAIL:
            found.pop(name, None)
        if not is_here(str(found.get("CALCOM_ORIGIN", live_origin))):
            found["CALCOM_ORIGIN"] = NOWHERE
        if not is_here(str(found.get("CALCOM_EMBED_URL", ""))):
            found.pop("CALCOM_EMBED_URL", None)
    return found
