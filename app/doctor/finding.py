"""What a check says: how it stands, one sentence, and what to do, ready to copy."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How something stands."""

    OK = "ok"
    OFF = "off"
    """Not configured, on purpose or not; nothing is broken."""
    WARNING = "warning"
    """It works, but somebody should know."""
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """The result of one check. `fix` is a setting line, a command or a place to click; never a secret."""

    status: Status
    says: str
    fix: str = ""


def good(says: str) -> Finding:
    """All is well."""
    return Finding(Status.OK, says)


def off(says: str, fix: str = "") -> Finding:
    """Not configured."""
    return Finding(Status.OFF, says, fix)


def warning(says: str, fix: str) -> Finding:
    """Somebody should know."""
    return Finding(Status.WARNING, says, fix)


def failed(says: str, fix: str) -> Finding:
    """It is broken, and this repairs it."""
    return Finding(Status.FAILED, says, fix)
