"""People who book in tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who books; no two tests share one."""

    name: str
    email: str
