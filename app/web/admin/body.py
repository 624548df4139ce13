"""A raw body so that a person can read it, whatever it is."""

import json
from dataclasses import dataclass

LONGEST = 200_000


@dataclass(frozen=True)
class Body:
    """The text to show and what it is."""

    text: str
    kind: str
    """`JSON`, `text`, `bytes`, or empty when the body was deleted after its time."""


def readable(body: bytes | None) -> Body:
    """JSON indented, other text as it is, anything else as hexadecimal; very long bodies are cut."""
    if body is None:
        return Body("", "")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Body(_cut(body[:LONGEST].hex(" ")), "bytes")
    try:
        return Body(_cut(json.dumps(json.loads(text), indent=2, ensure_ascii=False)), "JSON")
    except (ValueError, RecursionError):
        return Body(_cut(text), "text")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + f"\n… and {len(text) - LONGEST:,} characters more"
