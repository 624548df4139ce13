"""What strangers wrote, in a form that every database takes and every page can show."""

import math
import re
from typing import Any

MAX_TEXT = 100_000
MAX_DEPTH = 20
UID = "^[!-~]{1,200}$"
"""What can be an address at Cal.com: no white space, no control characters, nothing beyond ASCII."""
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def text(value: object) -> str:
    """The text without NUL and lone surrogates, and not endless; anything that is no text is empty."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:MAX_TEXT]


def line(value: object) -> str:
    """The text without marks that turn the direction of what follows: a name must not make its neighbours unreadable."""
    return _TURNS.sub("", text(value)).strip()


def clean(value: Any, *, depth: int = 0) -> Any:
    """The same JSON value with clean texts; NaN and infinities, which JSON has not, become null, and so does what is nested too deep."""
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {text(str(key)): clean(one, depth=depth + 1) for key, one in value.items()}
    return [clean(one, depth=depth + 1) for one in value] if isinstance(value, list) else None
