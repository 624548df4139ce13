"""Post a delivery as Cal.com would: for `flask inbox send` and the tests."""

import json
from dataclasses import dataclass
from pathlib import Path

import requests

from app.calcom.webhook import SIGNATURE_HEADER, sign

TIMEOUT_SECONDS = 10


class NotADelivery(Exception):
    """The file holds nothing that could be sent; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What the receiver said; `status` is None when nobody answered."""

    status: int | None
    text: str

    @property
    def accepted(self) -> bool:
        """Whether the delivery is stored."""
        return self.status == 200


def post_file(path: Path, *, url: str, secret: str) -> Answer:
    """The receiver's answer to the delivery in a file, signed with `secret`.

    A recorded delivery (a JSON object with a text `body`) is sent with its own body and content type, byte for byte;
    anything else is the body itself. Raises `NotADelivery` for an empty file.
    """
    raw = path.read_bytes()
    body, content_type = _body_of(raw)
    if not body:
        msg = "the file is empty"
        raise NotADelivery(msg)
    headers = {SIGNATURE_HEADER: sign(secret, body), "Content-Type": content_type}
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return Answer(None, f"{type(error).__name__}: is the site running at {url}?")
    return Answer(answer.status_code, " ".join(answer.text.split())[:200])


def _body_of(raw: bytes) -> tuple[bytes, str]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return raw, "application/json"
    if isinstance(found, dict) and isinstance(found.get("body"), str) and "triggerEvent" not in found:
        headers = found.get("headers")
        content_type = headers.get("content-type") if isinstance(headers, dict) else None
        return found["body"].encode(), str(content_type or "application/json")
    return raw, "application/json"
