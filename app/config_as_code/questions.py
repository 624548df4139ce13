"""The questions of a booking form as the file says them, as Cal.com answers them, and as it wants them written.

Every event type has seven questions of its own accord. The file names one of those only where it differs from what it usually is;
what Cal.com answers is brought into the same form, so that both can be compared. Cal.com replaces the whole list at each
change and restores the usual ones that are not named.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

USUAL: dict[str, dict[str, Any]] = {
    "name": {"type": "name", "required": True},
    "email": {"type": "email", "required": True},
    "location": {"type": "radioInput"},
    "title": {"type": "text", "hidden": True},
    "notes": {"type": "textarea"},
    "guests": {"type": "multiemail"},
    "rescheduleReason": {"type": "textarea"},
}
"""What each of them is when nobody has changed it; what is not said is false or empty."""
WRITABLE_OF_USUAL = {
    "name": ("label", "placeholder", "disableOnPrefill"),
    "location": ("label",),
}
OWN_KEYS = ("type", "slug", "label", "required", "placeholder", "hidden", "disableOnPrefill", "options")
WITH_OPTIONS = ("select", "multiselect", "checkbox", "radio")
WITHOUT_PLACEHOLDER = ("multiselect", "checkbox", "radio", "boolean")
_KEY_OF_A_TRANSLATION = re.compile(r"[a-z]+(_[a-z]+)+|location|notes|title|guests")
_DIFFERENCES = ("label", "placeholder", "required", "hidden", "disableOnPrefill")


def normal(rows: Any) -> list[dict[str, Any]]:
    """Questions in the form in which they are compared: changed usual ones first, then the owner's own in their order."""
    usual: dict[str, dict[str, Any]] = {}
    own: list[dict[str, Any]] = []
    for row in rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ():
        if not isinstance(row, Mapping):
            continue
        slug = row.get("slug") or row.get("type")
        if slug in USUAL:
            usual[str(slug)] = _differences(str(slug), row)
        elif row.get("isDefault") is not True:
            own.append(_own(row))
    return [{"slug": slug, **usual[slug]} for slug in USUAL if usual.get(slug)] + own


def _differences(slug: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a usual question is not as usual."""
    found: dict[str, Any] = {}
    for name in WRITABLE_OF_USUAL.get(slug, _DIFFERENCES):
        value = row.get(name)
        if name == "label" and isinstance(value, str) and _KEY_OF_A_TRANSLATION.fullmatch(value):
            continue
        unset = "" if name in {"label", "placeholder"} else USUAL[slug].get(name, False)
        if (value if value is not None else unset) != unset:
            found[name] = value
    return found


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = row.get("type")
    found: dict[str, Any] = {"type": kind, "slug": row.get("slug"), "label": row.get("label") or "", "required": row.get("required") is True}
    if row.get("hidden") is True:
        found["hidden"] = True
    if row.get("disableOnPrefill") is True:
        found["disableOnPrefill"] = True
    if kind not in WITHOUT_PLACEHOLDER and row.get("placeholder"):
        found["placeholder"] = row["placeholder"]
    if kind in WITH_OPTIONS:
        found["options"] = [option.get("value", "") if isinstance(option, Mapping) else str(option) for option in row.get("options") or ()]
    return found


def body(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Questions as Cal.com wants them written; it insists on properties that the file may leave out."""
    return [_usual_body(row) if row["slug"] in USUAL else _own_body(row) for row in rows]


def _usual_body(row: Mapping[str, Any]) -> dict[str, Any]:
    slug = str(row["slug"])
    said = {name: value for name, value in row.items() if name != "slug"}
    if slug == "name":
        return {"type": "name", "label": "your_name", "placeholder": "", **said}
    if slug == "email":
        return {"type": "email", "label": "email_address", "placeholder": "", **said}
    return {"slug": slug, **said}


def _own_body(row: Mapping[str, Any]) -> dict[str, Any]:
    usual: dict[str, Any] = {"hidden": False}
    if row["type"] not in WITHOUT_PLACEHOLDER:
        usual["placeholder"] = ""
    return usual | dict(row)
