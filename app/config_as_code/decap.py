"""A configuration of Decap CMS for `calcom.yaml`, made from the same model: an owner edits the file in a browser, git keeps it.

Decap writes a file as a whole, without comments; whoever needs those edits the file by hand or on the site's own page. What the
API cannot set and what only exists for renaming is hidden in the forms and stays in the file.
https://decapcms.org/docs/widgets/
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.config_as_code.rewrite import fresh
from app.config_as_code.schema import ConfigFile

HIDDEN = frozenset({"include", "unlisted", "was", "id", "readOnly", "payloadTemplate"})
LONG = frozenset({"description", "bio"})
HEADER = """\
# Decap CMS: edits calcom.yaml in the browser. Serve this file as config.yml beside Decap's page (https://decapcms.org/docs/).
# Each change becomes a pull request, where `flask calcom plan` shows what it does; merged, `flask calcom apply` carries it out."""


def decap_config(*, repo: str, branch: str, file: str) -> str:
    """The text of Decap's `config.yml`."""
    fields = [_field(name, info.annotation, required=False) for name, info in ConfigFile.model_fields.items()]
    return fresh(
        {
            "backend": {"name": "github", "repo": repo, "branch": branch},
            "publish_mode": "editorial_workflow",
            "media_folder": "media",
            "collections": [
                {
                    "name": "calcom",
                    "label": "Cal.com",
                    "files": [{"name": "account", "label": "The Cal.com account", "file": file, "format": "yml", "fields": fields}],
                }
            ],
        },
        comment=HEADER,
    )


def _fields(model: type[BaseModel]) -> list[dict[str, Any]]:
    return [_field(name, info.annotation, required=info.is_required(), info=info) for name, info in model.model_fields.items()]


def _field(name: str, annotation: Any, *, required: bool, info: FieldInfo | None = None) -> dict[str, Any]:
    if name in HIDDEN:
        return {"name": name, "label": _label(name), "required": False, "widget": "hidden"}
    found: dict[str, Any] = {"name": name, "label": _label(name), "required": required, **_widget(name, annotation)}
    if info is not None and info.description:
        found["hint"] = info.description
    return found


def _widget(name: str, annotation: Any) -> dict[str, Any]:
    kinds = [kind for kind in _kinds(annotation) if kind is not type(None)]
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    first = kinds[0]
    if words:
        return {"widget": "select", "options": [{"label": str(word) or "none", "value": word} for word in words]}
    if get_origin(first) is list:
        (inner,) = get_args(first)
        model = next((kind for kind in _kinds(inner) if _is_model(kind)), None)
        if model is not None:
            return {"widget": "list", "fields": _fields(model)}
        options = [word for kind in _kinds(inner) if get_origin(kind) is Literal for word in get_args(kind)]
        return {"widget": "select", "multiple": True, "options": options} if options else {"widget": "list"}
    if _is_model(first):
        return {"widget": "object", "collapsed": True, "fields": _fields(first)}
    if first is bool:
        return {"widget": "boolean"}
    if first is int:
        return {"widget": "number", "value_type": "int"}
    return {"widget": "text" if name in LONG else "string"}


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _kinds(part)
    elif get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _label(name: str) -> str:
    words = "".join(f" {each.lower()}" if each.isupper() else each for each in name)
    return words[:1].upper() + words[1:]
