"""Changes values of a YAML text in place: everything else stays as it was, to the byte.

Why not load, change and dump with ruamel's round trip: that keeps comments, but moves them when the entry before them goes, and
lays indentation and quotes out anew, so that a `pull` would show up as a rewritten file in a review. Here ruamel says where each
value begins and ends, and writes the new piece. The caller reads the result again and compares (`adopt.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

SHORT = 100
"""A list of plain values that fits into so many characters stands on one line."""


@dataclass
class Rewriter:
    """Collects changes of one text; `text()` carries them out from the end to the beginning."""

    source: str
    _changes: list[tuple[int, int, str]] = field(default_factory=list)
    _left: dict[int, int] = field(default_factory=dict)
    _removed: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)
    _grown: dict[int, list[Any]] = field(default_factory=dict)

    def text(self) -> str:
        """The text with all changes."""
        text = self.source
        in_order = sorted(enumerate(self._changes), key=lambda each: (each[1][0], each[0]))
        for _, (start, end, new) in reversed(in_order):
            text = text[:start] + new + text[end:]
        return text

    @property
    def touched(self) -> bool:
        """Whether anything changes."""
        return bool(self._changes)

    def put(self, block: MappingNode, name: str, value: Any) -> None:
        """`name: value` in a block: in the place of what stands there, or after its last key."""
        found = _pair(block, name)
        if block.flow_style:
            raise NotInPlace
        if found is not None:
            key, old = found
            indent = key.start_mark.column
            self._changes.append((key.end_mark.index, self._end(old, after=key), f":{_piece(value, indent)}"))
        else:
            indent = block.value[0][0].start_mark.column
            last_key, last = block.value[-1]
            self._insert(self._end(last, after=last_key), f"\n{' ' * indent}{name}:{_piece(value, indent)}")

    def put_on_top(self, name: str, value: Any) -> None:
        """`name: value` at the end of the text."""
        gap = "" if not self.source.strip() else "\n" if self.source.endswith("\n") else "\n\n"
        self._changes.append((len(self.source), len(self.source), f"{gap}{name}:{_piece(value, 0)}\n"))

    def grow(self, owner: MappingNode, name: str, rows: SequenceNode, value: Any) -> None:
        """A further row at the end of a list; an empty or emptied one is written anew."""
        if rows.value and not rows.flow_style and self._left.get(rows.start_mark.index) != 0:
            first = rows.value[0].start_mark.index
            line = self.source[self.source.rfind("\n", 0, first) + 1 : first]
            key = next(key for key, _ in owner.value if key.value == name)
            self._insert(self._end(rows, after=key), "\n" + _row(value, line.rindex("-")))
            return
        if rows.value and rows.flow_style:
            raise NotInPlace
        values = self._grown.setdefault(rows.start_mark.index, [])
        values.append(value)
        key = next(key for key, _ in owner.value if key.value == name)
        self._changes = [change for change in self._changes if change[0] != key.end_mark.index]
        self.put(owner, name, values)

    def count_down(self, rows: SequenceNode) -> int:
        """How many rows of a list are left once this further one is gone."""
        left = self._left.get(rows.start_mark.index, len(rows.value)) - 1
        self._left[rows.start_mark.index] = left
        return left

    def remove(self, rows: SequenceNode, place: int) -> None:
        """A row less; comments before and after it stay."""
        if rows.flow_style:
            raise NotInPlace
        node = rows.value[place]
        start = self.source.rfind("\n", 0, node.start_mark.index) + 1
        end = self.source.find("\n", self._end(node, after=node))
        change = (start, len(self.source) if end < 0 else end + 1, "")
        self._changes.append(change)
        self._removed.setdefault(rows.start_mark.index, []).append(change)

    def forget(self, rows: SequenceNode) -> None:
        """Takes single removals back, since the whole list goes."""
        gone = self._removed.pop(rows.start_mark.index, [])
        self._changes = [change for change in self._changes if change not in gone]

    def _insert(self, at: int, new: str) -> None:
        """Adds lines after the line in which a value ends, and after the comment on it."""
        end = self.source.find("\n", at)
        end = len(self.source) if end < 0 else end
        self._changes.append((end, end, new))

    def _end(self, node: Node, *, after: Node) -> int:
        """Where a value ends, without the comments and empty lines that follow it."""
        if isinstance(node, ScalarNode):
            if node.style in {"|", ">"}:
                return self._end_of_text(node, after)
            nothing = node.start_mark.index == node.end_mark.index
            return self.source.index(":", after.end_mark.index) + 1 if nothing and after is not node else int(node.end_mark.index)
        if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self._end(last[1], after=last[0]) if isinstance(last, tuple) else self._end(last, after=last)

    def _end_of_text(self, node: ScalarNode, after: Node) -> int:
        """A block of text ends before the lines that are indented no deeper than its key."""
        end = self.source.find("\n", node.start_mark.index)
        position = end
        while 0 <= position < len(self.source) - 1:
            following = self.source.find("\n", position + 1)
            line = self.source[position + 1 : following if following >= 0 else len(self.source)]
            if line.strip():
                if len(line) - len(line.lstrip(" ")) <= after.start_mark.column:
                    break
                end = following if following >= 0 else len(self.source)
            position = following if following >= 0 else len(self.source)
        return end if end >= 0 else len(self.source)


class NotInPlace(Exception):
    """What is to be changed is written in a way ({…} or […] on one line) that has to be written anew as a whole."""


def _pair(block: MappingNode, name: str) -> tuple[ScalarNode, Node] | None:
    return next(((key, value) for key, value in block.value if key.value == name), None)


def _piece(value: Any, indent: int) -> str:
    """What stands after the colon of a key that is so far to the right."""
    shaped = shape(value)
    lines = _dump({"x": shaped}).split("\n")
    first, rest = lines[0][2:], lines[1:]
    return "\n".join([first.rstrip(), *(f"{' ' * indent}{line}" if line else "" for line in rest)])


def _row(value: Any, indent: int) -> str:
    lines = _dump({"x": [shape(value)]}).split("\n")[1:]
    return "\n".join(f"{' ' * indent}{line[2:]}" if line else "" for line in lines)


def _dump(value: Any) -> str:
    writer = YAML()
    writer.default_flow_style = False
    writer.width = 100_000
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.representer.add_representer(type(None), lambda each, _: each.represent_scalar("tag:yaml.org,2002:null", "null"))
    out = StringIO()
    writer.dump(value, out)
    return str(out.getvalue()).rstrip("\n")


def shape(value: Any) -> Any:
    """A value as it looks best: short lists on one line, long texts as blocks, times in quotes."""
    if isinstance(value, Mapping):
        return CommentedMap({name: shape(each) for name, each in value.items()}) if value else _flow(CommentedMap())
    if isinstance(value, Sequence) and not isinstance(value, str):
        rows = CommentedSeq(shape(each) for each in value)
        simple = all(isinstance(each, str | int) for each in value) and sum(len(str(each)) + 2 for each in value) < SHORT
        return _flow(rows) if simple else rows
    if isinstance(value, str):
        return _text(value)
    return value


def _text(value: str) -> Any:
    lines = value.split("\n")
    if len(lines) > 1 and all(line == line.rstrip() and line.isprintable() for line in lines) and not lines[0].startswith(" ") and value.strip("\n"):
        return LiteralScalarString(value)
    return DoubleQuotedScalarString(value) if value[:1].isdigit() or not value else value


def _flow(value: Any) -> Any:
    value.fa.set_flow_style()
    return value


def fresh(values: Mapping[str, Any], *, comment: str = "") -> str:
    """A whole new file."""
    blocks = [_dump(CommentedMap({name: shape(each)})) for name, each in values.items()]
    return (f"{comment}\n" if comment else "") + "\n\n".join(blocks) + "\n"
