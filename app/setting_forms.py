"""What the value of a setting may look like: lists, origins, addresses."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode


def parts(value: str) -> list[str]:
    """The words of a list, without what is empty."""
    return [part.strip() for part in value.split(",") if part.strip()]


def _split(value: object) -> object:
    return parts(value) if isinstance(value, str) else value


def _origin(value: str) -> str:
    found = urlsplit(value)
    if found.scheme not in {"http", "https"} or not found.hostname or found.path not in {"", "/"} or found.query:
        msg = "must be an origin such as https://app.cal.com, without a path"
        raise ValueError(msg)
    return f"{found.scheme}://{found.netloc}"


def _url(value: str) -> str:
    found = urlsplit(value)
    if found.scheme not in {"http", "https"} or not found.hostname:
        msg = "must be a URL that begins with https:// or http://"
        raise ValueError(msg)
    return value.rstrip("/")


def _link(value: str) -> str:
    if value and not re.fullmatch(r"[\w.~-]+(/[\w.~-]+){0,3}(\?[\w.~=&%-]*)?", value):
        msg = "must look like acme/consultation: no leading slash, no host"
        raise ValueError(msg)
    return value


def _zone(value: str) -> str:
    from zoneinfo import available_timezones  # noqa: PLC0415 -- reads the whole zone folder, so only when a zone is set

    if value and value not in available_timezones():
        msg = "must be a time zone such as Europe/London"
        raise ValueError(msg)
    return value


def _database(value: str) -> str:
    for old in ("postgres://", "postgresql://"):
        if value.startswith(old):
            return "postgresql+psycopg://" + value.removeprefix(old)
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        msg = "must begin with sqlite:/// or postgresql+psycopg://"
        raise ValueError(msg)
    return value


List = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Origin = Annotated[str, AfterValidator(_origin)]
Origins = Annotated[list[Origin], NoDecode, BeforeValidator(_split)]
Url = Annotated[str, AfterValidator(_url)]
Link = Annotated[str, AfterValidator(_link)]
Zone = Annotated[str, AfterValidator(_zone)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
