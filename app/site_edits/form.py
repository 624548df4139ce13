"""The site file as form fields, derived from the model that checks it, and what was entered as values again.

A new key of the model has a field at once. Names are places in the file: `home.facts.0.title`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.site import Site
from app.site_edits.sections import HELP, Section, label

LONG = 200
"""A text that may be longer than this has a field of several lines."""
ONE_LINE = frozenset({"tagline", "phone", "price", "address"})
MOST_ITEMS = 40


class Kind(StrEnum):
    """What a field looks like."""

    TEXT = "text"
    AREA = "area"
    TICK = "tick"
    CHOICE = "choice"
    LINES = "lines"
    """One item a line."""
    COMMAS = "commas"
    """Items separated by commas."""
    TABLE = "table"
    """Lines `name: a, b`."""


@dataclass(frozen=True)
class Leaf:
    """One field."""

    name: str
    label: str
    kind: Kind
    value: Any
    help: str = ""
    required: bool = False
    choices: dict[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Block:
    """Fields that belong together; `items` of a list have a block each, the last one empty."""

    name: str
    label: str
    help: str
    parts: list["Leaf | Block"]
    error: str = ""


def fields(section: Section, values: Mapping[str, Any], problems: Mapping[str, str]) -> list[Leaf | Block]:
    """The fields of a section with what the file says, and what is wrong beside each."""
    return [_part(Site.model_fields[key], key, values.get(key), problems) for key in section.keys]


def entered(section: Section, form: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered, as values of the file; None for a key that is to go. `values` is what the file says now."""
    return {key: _value(Site.model_fields[key], key, form, values.get(key), known=key in values) for key in section.keys}


# From the model to fields -----------------------------------------------------------------------------------------------


def _part(info: FieldInfo, path: str, value: Any, problems: Mapping[str, str]) -> Leaf | Block:
    place = re.sub(r"\.\d+", "", path)
    known = {"help": HELP.get(place, ""), "error": problems.get(_counted_from_one(path), "")}
    if model := _model(info.annotation):
        return Block(path, label(place), known["help"], _of_model(model, path, value, problems), known["error"])
    if item := _item(info.annotation):
        rows = [each if isinstance(each, Mapping) else {} for each in value or []]
        blocks: list[Leaf | Block] = [
            Block(f"{path}.{at}", f"{_one(label(place))} {at + 1}", "", _of_model(item, f"{path}.{at}", row, problems)) for at, row in enumerate([*rows, {}])
        ]
        return Block(path, label(place), known["help"], blocks, known["error"])
    kind = _kind(info, path)
    if value is None and path.count(".") <= 1 and not info.is_required():
        value = info.get_default(call_default_factory=True)
    choices = {each: each for each in get_args(info.annotation)} if kind is Kind.CHOICE else {}
    return Leaf(path, label(place), kind, _shown(kind, value), required=info.is_required(), choices=choices, **known)


def _of_model(model: type[BaseModel], path: str, value: Any, problems: Mapping[str, str]) -> list[Leaf | Block]:
    said = value if isinstance(value, Mapping) else {}
    return [_part(info, f"{path}.{key}", said.get(key), problems) for key, info in model.model_fields.items()]


def _shown(kind: Kind, value: Any) -> Any:
    if kind is Kind.TICK:
        return bool(value)
    if kind is Kind.LINES:
        return "\n".join(str(each) for each in value or [])
    if kind is Kind.COMMAS:
        return ", ".join(str(each) for each in value or [])
    if kind is Kind.TABLE:
        return "\n".join(f"{name}: {', '.join(str(each) for each in steps)}" for name, steps in (value or {}).items())
    return "" if value is None else str(value)


def _kind(info: FieldInfo, path: str) -> Kind:
    kind, key = info.annotation, path.rpartition(".")[2]
    if kind is bool:
        return Kind.TICK
    if get_origin(kind) is Literal:
        return Kind.CHOICE
    if get_origin(kind) is dict:
        return Kind.TABLE
    if get_origin(kind) is list:
        return Kind.LINES if path.startswith("consultation.") else Kind.COMMAS
    longest = next((rule.max_length for rule in info.metadata if hasattr(rule, "max_length")), 0)
    return Kind.AREA if longest > LONG and key not in ONE_LINE else Kind.TEXT


def _model(kind: Any) -> type[BaseModel] | None:
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _item(kind: Any) -> type[BaseModel] | None:
    return _model(get_args(kind)[0]) if get_origin(kind) is list else None


def _one(plural: str) -> str:
    return {"People": "Person", "Short facts": "Fact", "Links at the foot": "Link"}.get(plural) or plural.removesuffix("s")


def _counted_from_one(path: str) -> str:
    return re.sub(r"\.(\d+)", lambda found: f".{int(found[1]) + 1}", path)


# From a form to values --------------------------------------------------------------------------------------------------


def _value(info: FieldInfo, path: str, form: Mapping[str, str], old: Any, *, known: bool) -> Any:
    if model := _model(info.annotation):
        return _mapping(model, path, form, old)
    if item := _item(info.annotation):
        found = []
        for at in range(MOST_ITEMS):
            if any(name.startswith(f"{path}.{at}.") for name in form):
                before = old[at] if isinstance(old, list) and at < len(old) else None
                row = _mapping(item, f"{path}.{at}", form, before)
                if any(form.get(f"{path}.{at}.{key}", "").strip() for key, each in item.model_fields.items() if get_origin(each.annotation) is not Literal):
                    found.append(row)
        return found if found or known else None
    return _leaf(info, path, form, known=known)


def _mapping(model: type[BaseModel], path: str, form: Mapping[str, str], old: Any) -> dict[str, Any]:
    before = old if isinstance(old, Mapping) else {}
    said = {key: _value(info, f"{path}.{key}", form, before.get(key), known=key in before) for key, info in model.model_fields.items()}
    order = [*before, *(key for key in said if key not in before)]
    return {key: said[key] for key in order if said.get(key) is not None}


def _leaf(info: FieldInfo, path: str, form: Mapping[str, str], *, known: bool) -> Any:
    kind, text = _kind(info, path), form.get(path, "").replace("\r\n", "\n").replace("\x00", "").strip()
    value: Any = text
    if kind is Kind.TICK:
        value = bool(text)
    elif kind is Kind.LINES:
        value = [line.strip() for line in text.splitlines() if line.strip()]
    elif kind is Kind.COMMAS:
        value = [part.strip() for part in text.split(",") if part.strip()]
    elif kind is Kind.TABLE:
        rows = (line.partition(":") for line in text.splitlines() if line.strip())
        value = {name.strip(): [part.strip() for part in steps.split(",") if part.strip()] for name, _, steps in rows}
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    if not known and not info.is_required() and (value == default or value in ("", None)):
        return None
    if value == "" and type(None) in get_args(info.annotation):
        return None  # absent and empty are the same there
    return value
