"""Where in a list a URL points: its filter and its bookmark; what cannot be read means everything from the top."""

from collections.abc import Mapping

LARGEST = 2**31 - 1


def place(values: Mapping[str, str], name: str) -> int:
    """The row number that a bookmark names, or 0."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST else 0


def state_of(values: Mapping[str, str], known: Mapping[str, str]) -> str:
    """The state to show, if it is one."""
    state = values.get("state", "")
    return state if state in known else ""
