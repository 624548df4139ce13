"""What is wrong in a file, in words for the person who edits it: file, line, key, and what is allowed there."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

Keys = Sequence[int | str]


FIXED = {
    "missing": "is missing; write it here",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must be text that is not empty",
    "int_type": "must be a whole number without quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list, one item a line, each after a dash",
    "model_type": "must be a block of keys with values, indented below it",
    "dict_type": "must be a block of keys with values, indented below it",
    "literal_error": "must be one of {expected}",
    "string_too_long": "is too long: at most {max_length}",
    "too_long": "has too many: at most {max_length}",
    "too_short": "needs at least {min_length} of them",
    "greater_than_equal": "must be {ge} or more",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_pattern_mismatch": "does not have the form that is needed here ({pattern})",
}
"""Kinds of mistakes in our words."""


class ConfigError(Exception):
    """The file cannot be used; one line for each mistake."""


def line_of(node: Node | None, path: Keys) -> int:
    """The line of a key, or of the nearest block around it when the key is not there."""
    line = node.start_mark.line + 1 if node is not None else 1
    for step in path:
        if isinstance(node, MappingNode):
            found = next((pair for pair in node.value if pair[0].value == step), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def complain(file: Path, root: Node | None, values: Any, problems: Iterable[Any], model: type[BaseModel]) -> Iterator[str]:
    """A line for each mistake that pydantic found; several about one value become one."""
    said: dict[tuple[int | str, ...], list[str]] = {}
    for problem in problems:
        path = _written(problem["loc"], values, missing=problem["type"] == "missing")
        words = _words(problem, path, model)
        if words not in said.setdefault(path, []):
            said[path].append(words)
    for path, several in said.items():
        key = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
        yield f"{file}, line {line_of(root, path)}: {key + ' ' if key else ''}{' or '.join(several)}."


def _written(location: Keys, values: Any, *, missing: bool) -> tuple[int | str, ...]:
    """The part of a location that stands in the file: pydantic adds the names of what it tried."""
    path: list[int | str] = []
    here: Any = values
    for step in location:
        known = step in here if isinstance(here, dict) else isinstance(here, list) and isinstance(step, int) and step < len(here)
        if known:
            here = here[step]
        else:
            if missing and isinstance(here, dict):
                path.append(step)
            break
        path.append(step)
    return tuple(path)


def _words(problem: Any, path: Keys, model: type[BaseModel]) -> str:
    kind, said, context = problem["type"], str(problem["msg"]).removeprefix("Value error, "), problem.get("ctx", {})
    if kind == "extra_forbidden":
        known = sorted(_allowed(model, path[:-1]))
        near = difflib.get_close_matches(str(path[-1]), known, n=1)
        return f"is not a known key{f' (did you mean {near[0]}?)' if near else ''}; allowed here: {', '.join(known)}"
    found = FIXED.get(kind)
    if found is None:
        return said[:1].lower() + said[1:] if said.startswith("Input") else said
    return found.format(**context)


def _allowed(top: type[BaseModel], path: Keys) -> list[str]:
    """The keys that are allowed at a place of the file."""
    model: Any = top
    for step in path:
        if isinstance(step, int):
            continue
        model = next(iter(_models(model.model_fields[step].annotation)), None)
        if model is None:
            return []
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)
