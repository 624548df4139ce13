"""Reading the site file, and saying what is wrong in it with line and key.

PyYAML forgets where a value stood, so the file is also composed to nodes, which remember their lines. It reads
`no` as false, `12:30` as 750 and lets the second of two equal keys win; each of these gets a message of its own. The reader is
libyaml, which every wheel of PyYAML brings: each start of the site reads the file, and it takes a tenth of the time.
"""

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

Keys = tuple[int | str, ...]


class SiteFileError(Exception):
    """The site file cannot be used; the text names file, line and key, and says what is allowed."""

    def __init__(self, text: str, *, problems: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.problems = problems or {}
        """What is wrong by key (`home.facts.2.title`, lists counted from 1), where single keys are to blame."""


def parse(file: Path, text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of the file, which know their lines, and its values; raises `SiteFileError`."""
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        _refuse_doubles(file, root)
        return root, yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        msg = f"{file}, line {line}: this is not valid YAML ({error.problem}): check the indentation, and put texts that contain a colon in quotes."
        raise SiteFileError(msg) from None
    except (yaml.YAMLError, ValueError) as error:
        msg = f"{file}: this is not valid YAML ({error})."
        raise SiteFileError(msg) from None


def _refuse_doubles(file: Path, node: yaml.Node | None) -> None:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_doubles(file, child)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            msg = f"{file}, line {line}: {key.value} stands here a second time (first in line {seen[key.value]}): keep one of them."
            raise SiteFileError(msg)
        seen[key.value] = line
        _refuse_doubles(file, value)


def line_of(node: yaml.Node | None, path: Keys) -> int:
    """The line of a key, or of the nearest block around it when the key is not there."""
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == step), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def say(file: Path, root: yaml.Node | None, problem: Any, model: type[BaseModel]) -> str:
    """One line for one mistake that pydantic found."""
    key, said = key_and_words(problem, model)
    return f"{file}, line {line_of(root, problem['loc'])}: {key} {said}."


def key_and_words(problem: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Which key a mistake is about, and what is allowed there."""
    path: Keys = problem["loc"]
    key = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
    kind, said = problem["type"], str(problem["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        known = sorted(_fields(model, path[:-1]))
        near = difflib.get_close_matches(str(path[-1]), known, n=1)
        said = f"is not a known key{f' (did you mean {near[0]}?)' if near else ''}; allowed here: {', '.join(known)}"
    elif kind == "missing":
        said = "is missing; write it here"
    elif kind == "string_type" and problem["input"] is not None and not isinstance(problem["input"], dict | list):
        said = f"must be text; YAML reads it as {problem['input']!r}, so put it in quotes"
    elif kind in {"string_type", "string_too_short"}:
        said = "must be text that is not empty"
    elif kind == "string_too_long":
        said = f"must be at most {problem['ctx']['max_length']} characters long"
    elif kind == "literal_error":
        said = f"must be one of {problem['ctx']['expected']}"
    elif kind == "string_pattern_mismatch":
        said = "must be an address such as hello@example.com"
    elif kind in {"list_type", "model_type"}:
        said = "must be a list, one item a line, each after a dash" if kind == "list_type" else "must be a block of keys with values, indented below it"
    elif kind.startswith("bool"):
        said = "must be true or false"
    return key, said


def _fields(top: type[BaseModel], path: Keys) -> list[str]:
    """The keys that are allowed at a place of the file."""
    model: Any = top
    for step in path:
        if isinstance(step, int):
            continue
        kind = model.model_fields[step].annotation
        inner = [part for part in getattr(kind, "__args__", ()) if isinstance(part, type) and issubclass(part, BaseModel)]
        model = inner[0] if inner else kind
    return list(model.model_fields)
