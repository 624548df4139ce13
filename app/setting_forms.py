"""What the value of a setting may look like: lists, origins, addresses."""

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


List = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Origin = Annotated[str, AfterValidator(_origin)]
Origins = Annotated[list[Origin], NoDecode, BeforeValidator(_split)]
Url = Annotated[str, AfterValidator(_url)]
