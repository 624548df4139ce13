"""People who book in tests, and the browsers they open."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

NewBrowser = Callable[..., Page]
"""`new_browser(**options)`: a page in a browser that nobody has used."""


@dataclass(frozen=True)
class Person:
    """Somebody who books; no two tests share one."""

    name: str
    email: str
