"""The form of one event type: what it shows, what it takes, what is wrong in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.config_as_code.editing import own_questions, with_questions
from app.config_as_code.questions import WITH_OPTIONS, WITHOUT_PLACEHOLDER
from app.config_as_code.wishes import Wish

TYPES = {
    "text": "One line",
    "textarea": "Several lines",
    "number": "A number",
    "phone": "A phone number",
    "address": "An address",
    "url": "A web address",
    "select": "Choose one from a list",
    "radio": "Choose one (all shown)",
    "multiselect": "Choose several from a list",
    "checkbox": "Choose several (all shown)",
    "boolean": "Yes or no",
    "multiemail": "E-mail addresses",
}
NEW = "new"
LONGEST_DAY = 24 * 60


@dataclass
class Entered:
    """One event type as it stands in the form."""

    title: str
    description: str
    length: str
    active: bool
    questions: list[dict[str, Any]]
    mistakes: dict[str, str] = field(default_factory=dict)
    """Id of the field → what is wrong."""


def from_wish(wish: Wish) -> Entered:
    """What the file says."""
    fields = wish.fields
    questions = [dict(row, name=str(place), options="\n".join(row.get("options", ()))) for place, row in enumerate(own_questions(wish))]
    return Entered(fields["title"], fields.get("description", ""), str(fields["lengthInMinutes"]), not fields.get("hidden", False), [*questions, empty()])


def empty() -> dict[str, Any]:
    """The row in which a further question is typed."""
    return {"name": NEW, "slug": "", "type": "text", "label": "", "required": False, "placeholder": "", "options": "", "remove": False}


def from_form(given: Mapping[str, str], wish: Wish) -> Entered:
    """What somebody typed, with the mistakes in it."""
    entered = Entered(
        " ".join(given.get("title", "").split()), given.get("description", "").replace("\r\n", "\n").strip(), given.get("length", "").strip(),
        "active" in given, [],
    )  # fmt: skip
    if not entered.title:
        entered.mistakes["title"] = "Give it a title: it stands on the booking page."
    if not entered.length.isdecimal() or not 1 <= int(entered.length) <= LONGEST_DAY:
        entered.mistakes["length"] = f"Write a whole number of minutes, from 1 to {LONGEST_DAY}."
    elif (options := wish.fields.get("lengthInMinutesOptions")) and int(entered.length) not in options:
        entered.mistakes["length"] = f"Bookers choose from {', '.join(map(str, options))} minutes; the usual length has to be one of them."
    known = own_questions(wish)
    for place, row in [*((str(place), row) for place, row in enumerate(known)), (NEW, empty())]:
        entered.questions.append(_question(given, place, row, entered.mistakes))
    return entered


def _question(given: Mapping[str, str], name: str, row: Mapping[str, Any], mistakes: dict[str, str]) -> dict[str, Any]:
    kind = given.get(f"q-{name}-type", "") if name == NEW else row["type"]
    found = {
        **row, "name": name, "type": kind if kind in TYPES else "text", "label": " ".join(given.get(f"q-{name}-label", "").split()),
        "required": f"q-{name}-required" in given, "options": given.get(f"q-{name}-options", "").replace("\r\n", "\n").strip(),
        "remove": f"q-{name}-remove" in given,
    }  # fmt: skip
    if found["remove"] or (name == NEW and not found["label"]):
        return found
    if not found["label"]:
        mistakes[f"q-{name}-label"] = "Write the question, or tick that it is to go."
    if found["type"] in WITH_OPTIONS and not found["options"]:
        mistakes[f"q-{name}-options"] = "Write at least one answer, one a line."
    return found


def fields_of(entered: Entered, wish: Wish) -> dict[str, Any]:
    """The properties of the event type that the form speaks of."""
    kept: list[dict[str, Any]] = []
    for row in entered.questions:
        if row["remove"] or (row["name"] == NEW and not row["label"]):
            continue
        slug = row["slug"] or _slug(row["label"], {each["slug"] for each in kept} | {each["slug"] for each in own_questions(wish)})
        found = {"type": row["type"], "slug": slug, "label": row["label"], "required": row["required"]}
        found |= {name: row[name] for name in ("hidden", "disableOnPrefill") if row.get(name)}
        if row.get("placeholder") and row["type"] not in WITHOUT_PLACEHOLDER:
            found["placeholder"] = row["placeholder"]
        if row["type"] in WITH_OPTIONS:
            found["options"] = [line.strip() for line in row["options"].split("\n") if line.strip()]
        kept.append(found)
    return {
        "title": entered.title,
        "description": entered.description,
        "lengthInMinutes": int(entered.length),
        "hidden": not entered.active,
        "bookingFields": with_questions(wish, kept),
    }


def _slug(label: str, taken: set[str]) -> str:
    root = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40] or "question"
    slug, number = root, 2
    while slug in taken:
        slug, number = f"{root}-{number}", number + 1
    return slug
