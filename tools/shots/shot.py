"""One page in one state, and the running demo in which it is looked at."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Literal

from flask import Flask
from playwright.sync_api import Page

from tools.demo import Demo


@dataclass
class World:
    """A running demo, an app of our own on the same data, and the words that some addresses need."""

    demo: Demo
    app: Flask
    words: dict[str, str] = field(default_factory=dict)

    def address(self, path: str) -> str:
        """The whole address of a path; `{reference}` and the like are filled in."""
        return self.demo.site_url + path.format(**self.words)


Act = Callable[[Page, World], None]
State = Callable[[World], AbstractContextManager[object]]


@dataclass(frozen=True)
class Shot:
    """One page in one state."""

    name: str
    path: str
    act: Act | None = None
    """What is done on the page first."""
    during: State | None = None
    """What is true meanwhile, and is put right afterwards."""
    fresh: bool = False
    """It is looked at before anybody has booked."""
    staff: bool = False
    scripts: bool = True
    dials: tuple[tuple[str, object], ...] = ()
    blocked: str = ""
    """A pattern of addresses that do not answer."""
    pause_ms: int = 150
    """How long the state takes to show, motion included."""
    wait_for: str = ""
    """What must be visible first."""
    anew: bool = False
    """The page is loaded for each width: the act depends on it."""
    media: Literal["screen", "print"] = "screen"
    shows: str = ""
    """The address that the act ends on, where that is another page."""


def does(*acts: Act) -> Act:
    """Several acts, one after the other."""

    def act(page: Page, world: World) -> None:
        for one in acts:
            one(page, world)

    return act


def press(name: str, *, role: Literal["button", "link"] = "button") -> Act:
    """Presses the button or the link with this name."""
    return lambda page, _: page.get_by_role(role, name=name).first.click()


def opened(words: str) -> Act:
    """Opens what folds out under these words."""
    return lambda page, _: page.locator("summary").filter(has_text=words).first.click()


def typed(label: str, words: str) -> Act:
    """Writes into the field with this label."""
    return lambda page, _: page.get_by_label(label).first.fill(words)


def unchecked(page: Page, _: World) -> None:
    """Lets the server find mistakes: the browser does not look at forms first."""
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true })")


@contextmanager
def turned(demo: Demo, dials: tuple[tuple[str, object], ...]) -> Iterator[None]:
    """The simulated Cal.com with these dials; as it was afterwards."""
    if not dials:
        yield
        return
    before = demo.calcom("GET", "/dials")["dials"]
    demo.calcom("PUT", "/dials", dict(dials))
    try:
        yield
    finally:
        demo.calcom("PUT", "/dials", before)
