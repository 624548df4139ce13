"""The owner's own texts for a kind of mail: `mail/<kind>/{subject.txt,body.txt,body.html}` in `INSTANCE_PATH`.

They are templates like ours and may build on ours: `{% extends "layout.html" %}`, or `{% extends "builtin/reminder/body.html" %}`
to change one block. A file that fails while a mail is written must not stop the mail: ours is taken and the log says so,
once for each file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError, TemplateSyntaxError, nodes, select_autoescape
from jinja2.meta import find_undeclared_variables

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "mail"
FILES = ("subject.txt", "body.txt", "body.html")

log = structlog.get_logger()


class OwnTextFailed(Exception):
    """A text of the owner's cannot be used; the text names file and line."""


def environment_for(*folders: Path) -> Environment:
    """Where templates come from: these folders, first come, first served; `builtin/…` is always ours.

    The owner's are looked at again for each mail, so that a change needs no restart; ours change with the program only.
    """
    builtin = FileSystemLoader(FOLDER)
    return Environment(
        loader=ChoiceLoader([*(FileSystemLoader(folder) for folder in folders), builtin, PrefixLoader({"builtin": builtin})]),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        auto_reload=bool(folders),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class OwnTexts:
    """The owner's texts in a folder; `strict` is for the check at the start, which wants every mistake said."""

    folder: Path
    strict: bool = False
    _failed: set[Path] = field(default_factory=set, compare=False)
    _environments: list[Environment] = field(default_factory=list, compare=False)

    def render(self, kinds: Sequence[str], name: str, values: Mapping[str, Any]) -> str:
        """The owner's text for the first of these kinds that has one; empty when ours is to be taken.

        Raises `OwnTextFailed` when strict.
        """
        kind = next((kind for kind in kinds if (self.folder / kind / name).is_file()), None)
        if kind is None:
            return ""
        path = self.folder / kind / name
        try:
            return self._render(path, f"{kind}/{name}", values)
        except OwnTextFailed as failure:
            if self.strict:
                raise
            if path not in self._failed:
                self._failed.add(path)
                log.error("own mail text not used, ours was taken", problem=str(failure))
            return ""

    def _render(self, path: Path, template: str, values: Mapping[str, Any]) -> str:
        try:
            if self.strict:
                _refuse_unknown(path, self._environment.parse(path.read_text(encoding="utf-8")), values)
            return self._environment.get_template(template).render(values)
        except TemplateSyntaxError as error:
            raise OwnTextFailed(f"{path}, line {error.lineno}: {error.message}.") from None
        except OwnTextFailed:
            raise
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, OSError) as error:
            raise OwnTextFailed(f"{path}, line {_line(error, path)}: {error}.") from None

    @property
    def _environment(self) -> Environment:
        if not self._environments:
            self._environments.append(environment_for(self.folder))
        return self._environments[0]


def _refuse_unknown(path: Path, tree: nodes.Template, values: Mapping[str, Any]) -> None:
    """Names that no mail of the kind knows, also where the sample does not pass."""
    unknown = find_undeclared_variables(tree) - set(values) - {"range", "dict", "lipsum", "cycler", "joiner", "namespace"}
    for name in tree.find_all(nodes.Name):
        if name.name in unknown:
            raise OwnTextFailed(f"{path}, line {name.lineno}: {name.name} is not known here; known are {', '.join(sorted(values))}.")


def _line(error: BaseException, path: Path) -> int:
    """The line of the template that the error came from; 1 when it cannot be told."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
