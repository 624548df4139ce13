"""New values put into the text of a site file, so that comments, order and quotes of everything else stay.

The text is read with ruamel, which remembers how it was written. What comes out is read again with the reader that the
site itself uses, and has to say exactly what was wanted: the two readers differ about words such as `no` and `12:30`.
"""

import io
from collections.abc import Mapping
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

WIDTH = 100_000
"""Long lines stay one line: where a text is broken is the owner's choice."""


class NotWritten(Exception):
    """The text could not be written so that it says what was wanted."""


def changed(text: str, values: Mapping[str, Any]) -> str:
    """The text with these top-level keys as given; None removes a key. Raises `NotWritten`."""
    writer = _writer()
    try:
        document = writer.load(text)
    except YAMLError as error:
        raise NotWritten(f"the file cannot be read: {error}") from None
    if not isinstance(document, CommentedMap):
        raise NotWritten("the file is not a list of keys with values")
    wanted = yaml.safe_load(text) or {}
    for key, value in values.items():
        if value is None:
            document.pop(key, None)
            wanted.pop(key, None)
        elif key not in wanted or wanted[key] != value:
            document[key] = _merged(document.get(key), value)
            wanted[key] = value
    out = io.StringIO()
    writer.dump(document, out)
    found = out.getvalue()
    if yaml.safe_load(found) != wanted:
        raise NotWritten("the file would not say what was entered")
    return found


def _merged(old: Any, new: Any) -> Any:
    """The new value in the clothes of the old one: what is the same keeps its comments and quotes."""
    if isinstance(new, Mapping) and isinstance(old, CommentedMap):
        for key in [key for key in old if key not in new]:
            del old[key]
        for key, value in new.items():
            old[key] = _merged(old.get(key), value)
        return old
    if isinstance(new, list) and isinstance(old, CommentedSeq) and new and old:
        del old[len(new) :]
        for at, value in enumerate(new):
            if at < len(old):
                old[at] = _merged(old[at], value)
            else:
                old.append(_fresh(value))
        return old
    return old if old is not None and old == new and isinstance(old, str) == isinstance(new, str) else _fresh(new)


def _fresh(value: Any) -> Any:
    if isinstance(value, Mapping):
        return CommentedMap({key: _fresh(each) for key, each in value.items()})
    if isinstance(value, list):
        made = CommentedSeq([_fresh(each) for each in value])
        if all(isinstance(each, str) and len(each) < 6 for each in value):
            made.fa.set_flow_style()
        return made
    if isinstance(value, str):
        return _written(value)
    return value


def _written(value: str) -> str:
    if "\n" in value:
        literal: str = LiteralScalarString(value)
        return literal
    try:
        plain = yaml.safe_load(f"key: {value}")
    except yaml.YAMLError:
        plain = None
    quoted: str = DoubleQuotedScalarString(value)
    return value if plain == {"key": value} else quoted


def _writer() -> YAML:
    writer = YAML()
    writer.preserve_quotes = True
    writer.width = WIDTH
    writer.indent(mapping=2, sequence=4, offset=2)
    return writer
