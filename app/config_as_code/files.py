"""Reads `calcom.yaml` and what it includes: values, and where each of them stands.

ruamel reads YAML 1.2: `no` is a text, `09:30` is a text, and of two equal keys neither wins. Nodes remember their place, which
is what messages and changes in place (`rewrite.py`) stand on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node

from app.config_as_code.complaints import ConfigError, Keys, complain, line_of
from app.config_as_code.schema import ConfigFile

MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Document:
    """One file."""

    path: Path
    text: str
    root: Node | None
    values: dict[str, Any]
    said: ConfigFile

    def at(self, *path: int | str) -> str:
        """File and line of a place, for messages."""
        return f"{self.path}, line {line_of(self.root, path)}"


@dataclass(frozen=True)
class Config:
    """The file with everything that it includes; the first document is the one that `CALCOM_CONFIG` names."""

    documents: tuple[Document, ...]

    @property
    def main(self) -> Document:
        """The file itself."""
        return self.documents[0]

    def rows(self, section: str) -> Iterator[tuple[Document, int, Any]]:
        """Every row of a list, wherever it stands."""
        for document in self.documents:
            for place, row in enumerate(getattr(document.said, section) or ()):
                yield document, place, row

    def owns(self, section: str) -> bool:
        """Whether any of the files has this list or block."""
        return any(section in document.said.model_fields_set for document in self.documents)

    def one(self, section: str) -> tuple[Document, Any] | None:
        """A block that may stand in one of the files only."""
        return next(((document, found) for document in self.documents if (found := getattr(document.said, section)) is not None), None)


def load(path: Path) -> Config:
    """The file with its includes. Raises `ConfigError`: every line names file, line, key, and what is allowed."""
    documents: list[Document] = []
    _gather(path, documents, since="CALCOM_CONFIG")
    _only_one(documents, ("me", "organisation", "unlisted", "eventTypeDefaults"))
    return Config(tuple(documents))


def parse(path: Path, text: str) -> Document:
    """A file from its text. Raises `ConfigError`."""
    try:
        root, found = _read(text)
        values = plain(found) or {}
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = str(error.problem or error).split("\n")[0].rstrip(".:")
        raise ConfigError(f"{path}, line {line}: this is not valid YAML ({problem}): check the indentation, and put texts with a colon in quotes.") from None
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"{path}: this is not valid YAML ({error}).") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}, line 1: the file must be a block of keys: {', '.join(ConfigFile.model_fields)}.")
    try:
        said = ConfigFile.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(complain(path, root, values, error.errors(), ConfigFile))) from None
    return Document(path, text, root, values, said)


def _gather(path: Path, documents: list[Document], *, since: str) -> None:
    if any(document.path.resolve() == path.resolve() for document in documents):
        return
    document = parse(path, read_text(path, since=since))
    documents.append(document)
    for place, pattern in enumerate(document.said.include or ()):
        found = sorted(path.parent.glob(pattern)) if not Path(pattern).is_absolute() and ".." not in Path(pattern).parts else []
        if not found and "*" not in pattern:
            raise ConfigError(
                f"{document.at('include', place)}: include {pattern} names no file; the path counts from {path.parent}, and leads down from there."
            )
        for each in found:
            _gather(each, documents, since=document.at("include", place))


def read_text(path: Path, *, since: str) -> str:
    """The text of a file. Raises `ConfigError`."""
    try:
        raw = path.read_bytes()
        if len(raw) > MOST_BYTES:
            raise ConfigError(f"{path} is larger than {MOST_BYTES:,} bytes: it cannot be a configuration.")
        return raw.decode("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist ({since}): `flask calcom pull` writes it from the live account.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be read ({reason}).") from None


def _only_one(documents: list[Document], blocks: tuple[str, ...]) -> None:
    for block in blocks:
        having = [document for document in documents if getattr(document.said, block) is not None]
        if len(having) > 1:
            raise ConfigError(f"{having[1].at(block)}: {block} stands in {having[0].path} already; it may stand in one file only.")


def plain(value: Any) -> Any:
    """Values of YAML as JSON knows them: a date is its text."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _read(text: str) -> tuple[Node | None, Any]:
    """Nodes and values from one reading."""
    constructor, parser = YAML(typ="safe", pure=True).get_constructor_parser(text)
    try:
        root = constructor.composer.get_single_node()
        return root, constructor.construct_document(root) if root is not None else None
    finally:
        parser.dispose()


__all__ = ["Config", "ConfigError", "Document", "Keys", "load", "parse", "plain", "read_text"]
