"""`pull`: the file as it has to be so that it says what the account is. Comments, order and everything equal stay to the byte.

A file that is there keeps what it owns: a list that it does not have is not added, a property that it does not name neither
(`everything` adds the lists). The result is read again and planned before it is handed out: if anything would still differ, nothing is.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.calcom.account import ACCOUNT
from app.config_as_code import normal, rows
from app.config_as_code.complaints import ConfigError, line_of
from app.config_as_code.files import Config, Document, parse
from app.config_as_code.found import EVERYTHING, Account, Found
from app.config_as_code.kinds import INNER_SECTIONS, ORGANISATION, SECTIONS, Kind
from app.config_as_code.pairs import Pairs
from app.config_as_code.plan import plan
from app.config_as_code.rewrite import NotInPlace, Rewriter, fresh
from app.config_as_code.surroundings import Surroundings
from app.config_as_code.wishes import Spot, Wish, wishes

HEADER = """\
# The Cal.com account of this site, as code: `flask calcom plan` shows what would change there, `flask calcom apply` does it.
# What stands here is owned: a list as a whole, of each object the properties that are named. What does not is left alone.
# `flask calcom schema` prints the JSON Schema of this file for editors."""

Texts = dict[Path, str]


def new_file(path: Path, account: Account, around: Surroundings) -> Texts:
    """The text of a file that is not there yet."""
    texts = {path: fresh(rows.sections(account, around, EVERYTHING, sparing=True), comment=HEADER)}
    return _checked(texts, (path,), account, around)


def adopted(config: Config, account: Account, around: Surroundings, *, everything: bool = False) -> Texts:
    """The texts of the files that change."""
    return Adoption(config, account, around).texts(everything=everything)


class Adoption:
    """One pull into files that are there."""

    def __init__(self, config: Config, account: Account, around: Surroundings) -> None:
        self._config = config
        self._account = account
        self._around = around
        self._documents = {document.path: document for document in config.documents}
        self._writers = {document.path: Rewriter(document.text) for document in config.documents}
        self._found = config.one("eventTypeDefaults")
        self._defaults = normal.fields(self._found[1].said()) if self._found else {}
        self._rows = rows.Rows(account, around, self._defaults)
        self._new: dict[Spot, list[Any]] = {}
        """Lists that are not there yet."""

    def texts(self, *, everything: bool) -> Texts:
        """What has to be written. Raises `ConfigError` where a file is written in a way that cannot be changed in place."""
        pairs = Pairs(wishes(self._config, self._around), self._account)
        for wish, there in pairs.each():
            if pairs.home(wish) is not None:  # else it goes with what it is in
                self._change(wish, there)
        added: dict[str, list[Any]] = {}
        for each in pairs.unwanted():
            self._add(each, pairs, added)
        if everything:
            self._own_everything(added)
        for section, values in added.items():
            self._add_rows(section, values)
        for (path, keys), values in self._new.items():
            self._put_list(path, keys, values)
        texts = {path: writer.text() for path, writer in self._writers.items() if writer.touched}
        return _checked(texts, tuple(self._documents), self._account, self._around, unchanged=self._documents)

    def _change(self, wish: Wish, there: Found | None) -> None:
        try:
            self._drop(wish) if there is None else self._update(wish, there)
        except NotInPlace:
            message = f"{wish.where}: {wish.key} is written on one line, in braces; write it as a block, one key a line, so that it can be changed in place."
            raise ConfigError(message) from None

    def _own_everything(self, added: dict[str, list[Any]]) -> None:
        """The lists and blocks that the file does not have yet."""
        writer = self._writers[self._config.main.path]
        for section, kind in SECTIONS.items():
            if not self._config.owns(section) and self._account.of(kind):
                added[section] = [self._rows.of(each) for each in self._account.of(kind)]
        if not self._config.owns(ORGANISATION) and (company := self._rows.organisation()):
            writer.put_on_top(ORGANISATION, company)
        if not self._config.owns("me"):
            writer.put_on_top("me", rows.me(self._account.of(Kind.ME)[0]))

    def _update(self, wish: Wish, there: Found) -> None:
        path, keys = wish.spot
        block = node_at(self._documents[path].root, keys)
        if not isinstance(block, MappingNode):
            raise NotInPlace
        writer = self._writers[path]
        for name, value in wish.fields.items():
            now = there.fields.get(name)
            if now != value and rows.can_be_said(name, now):
                merge(writer, block, name, value, rows.in_file(name, now, self._around))
        shown = {name: there.read_only.get(name) for name, value in wish.read_only.items() if there.read_only.get(name) != value}
        read_only = _value(block, "readOnly")
        if shown and isinstance(read_only, MappingNode):
            for name, now in shown.items():
                writer.put(read_only, name, now)

    def _drop(self, wish: Wish) -> None:
        path, keys = wish.spot
        rows_node = node_at(self._documents[path].root, keys[:-1])
        place = keys[-1]
        if not isinstance(rows_node, SequenceNode) or not isinstance(place, int):
            raise NotInPlace
        writer = self._writers[path]
        if writer.count_down(rows_node) == 0:
            writer.forget(rows_node)
            owner = node_at(self._documents[path].root, keys[:-2])
            if not isinstance(owner, MappingNode):
                raise NotInPlace
            writer.put(owner, str(keys[-2]), [])
        else:
            writer.remove(rows_node, place)

    def _add(self, each: Found, pairs: Pairs, added: dict[str, list[Any]]) -> None:
        if each.home == ACCOUNT:
            section = next(name for name, kind in SECTIONS.items() if kind == each.kind)
            added.setdefault(section, []).append(self._rows.of(each))
            return
        section = INNER_SECTIONS[each.kind]
        owner = pairs.owner(each)
        found = self._config.one(ORGANISATION)
        if owner is not None:
            path, keys = owner.spot
        elif found is not None and each.home.team is None:
            path, keys = found[0].path, (ORGANISATION,)
        else:
            return  # it comes with what it is in
        if node_at(self._documents[path].root, (*keys, section)) is None:
            self._new.setdefault((path, (*keys, section)), []).append(self._rows.of(each))
        else:
            self._append(path, (*keys, section), self._rows.of(each))

    def _put_list(self, path: Path, keys: tuple[int | str, ...], values: list[Any]) -> None:
        owner = node_at(self._documents[path].root, keys[:-1])
        if not isinstance(owner, MappingNode) or owner.flow_style:
            line = line_of(self._documents[path].root, keys[:-1])
            raise ConfigError(f"{path}, line {line}: {keys[-1]} cannot be added here; write this as a block, one key a line.")
        self._writers[path].put(owner, str(keys[-1]), values)

    def _add_rows(self, section: str, values: list[Any]) -> None:
        having = [document for document in self._config.documents if section in document.said.model_fields_set]
        if not having:
            self._writers[self._config.main.path].put_on_top(section, values)
            return
        for value in values:
            self._append(having[0].path, (section,), value)

    def _append(self, path: Path, keys: tuple[int | str, ...], value: Any) -> None:
        root = self._documents[path].root
        owner, node = node_at(root, keys[:-1]), node_at(root, keys)
        if not isinstance(owner, MappingNode) or not isinstance(node, SequenceNode):
            raise ConfigError(f"{path}, line {line_of(root, keys)}: {keys[-1]} is no list that could grow.")
        self._writers[path].grow(owner, str(keys[-1]), node, value)


def merge(writer: Rewriter, block: MappingNode, name: str, old: Any, new: Any) -> None:
    """Changes as little as possible of a value: of a list of blocks only the keys that differ, while they are the same blocks."""
    node = _value(block, name)
    if isinstance(node, MappingNode) and not node.flow_style and isinstance(old, Mapping) and isinstance(new, Mapping) and set(old) <= set(new):
        for key, value in new.items():
            if old.get(key) != value:
                writer.put(node, key, value)
    elif isinstance(node, SequenceNode) and _same_blocks(node, old, new):
        for each, before, after in zip(node.value, old, new, strict=True):
            for key, value in after.items():
                if before.get(key) != value:
                    writer.put(each, key, value)
    else:
        writer.put(block, name, new)


def _same_blocks(node: SequenceNode, old: Any, new: Any) -> bool:
    if not (isinstance(old, list) and isinstance(new, list) and len(node.value) == len(old) == len(new)):
        return False
    written = [row for row in node.value if isinstance(row, MappingNode) and not row.flow_style]
    if len(written) < len(old) or not all(isinstance(row, dict) for row in (*old, *new)):
        return False
    return all(_same(row, before, after) for row, before, after in zip(written, old, new, strict=True))


def _same(row: MappingNode, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    key = next((name for name in ("slug", "email", "date", "type") if name in before), None)
    if not set(before) <= set(after):
        return False
    said = _value(row, key) if key else None
    return key is None or (before[key] == after.get(key) and isinstance(said, ScalarNode) and said.value == before[key])


def _value(block: MappingNode, name: str) -> Node | None:
    return next((value for key, value in block.value if key.value == name), None)


def node_at(node: Node | None, keys: tuple[int | str, ...]) -> Node | None:
    """What stands under these keys; None when nothing does."""
    for step in keys:
        if isinstance(node, MappingNode):
            node = _value(node, str(step))
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            node = node.value[step]
    return node


def _checked(texts: Texts, order: tuple[Path, ...], account: Account, around: Surroundings, *, unchanged: Mapping[Path, Document] | None = None) -> Texts:
    """The texts, once they have been read again and nothing would differ."""
    documents = [parse(path, texts[path]) if path in texts else (unchanged or {})[path] for path in order]
    left = plan(wishes(Config(tuple(documents)), around), account)
    if not left:
        return texts
    first = left.changes[0]
    names = ", ".join(first.fields)
    if set(first.fields) <= {"secret"}:
        return texts  # a webhook that still has an earlier secret: the next apply sets the new one
    raise ConfigError(f"{first.where or order[0]}: {first.key} cannot be adopted ({names}); nothing was written.")
