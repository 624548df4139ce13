"""What the browser tests stand on: running demos, a Chromium, guarded pages, people who book.

`demo` is the demo as `make run` starts it, one for all tests of a run; `either_demo` runs a test twice, with our embed
script and with Cal.com's own. Tests share their data, so each books under an address of its own. `page` is a first
visitor's, `new_browser()` opens another one; the guard looks at all of them.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.demo import Demo, running_demo
from e2e.guard import Guard
from e2e.people import Person
from e2e.real_script import NoNpm, NoPackage, real_script, serving
from tools import browser as browsers

IN_CI = os.environ.get("CI") == "true"
PATIENCE_MS = 20_000
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps")
"""Keep the browser from calling its maker."""

DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "timezone_id": "Europe/London",
    "locale": "en-GB",
    "color_scheme": "light",
    "reduced_motion": "reduce",
}
"""A browser on somebody's desk; tests change what they are about."""

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the stored trees and pictures of pages anew")


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


# Demos ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with the embed script of the simulated Cal.com."""
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture(scope="session")
def real_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with Cal.com's own embed script from npm, served from a third origin."""
    try:
        script = real_script()
    except NoNpm as missing:
        pytest.fail(str(missing), pytrace=False)
    except NoPackage as missing:
        if IN_CI:
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(f"the real embed script could not be fetched: {missing}")
    with serving(script) as address, running_demo(tmp_path_factory.mktemp("real"), embed_url=address) as demo:
        yield demo


@pytest.fixture
def demo(own_demo: Demo) -> Iterator[Demo]:
    """A running demo; whatever dial a test turns is turned back."""
    yield own_demo
    own_demo.straighten()


@pytest.fixture(params=["own script", "real script"])
def either_demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """One demo after the other: with our embed script, and with the real one."""
    found: Demo = request.getfixturevalue("own_demo" if request.param == "own script" else "real_demo")
    yield found
    found.straighten()


# Browsers -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser of this machine; without one the tests fail and say how to get it."""
    try:
        found = browsers.find()
    except browsers.NoBrowser as error:
        pytest.fail(str(error), pytrace=False)
    if found is None:
        pytest.fail(browsers.CHOICES, pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: Path) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": str(chromium), "args": list(QUIET)}


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Fails the test on any policy violation, error or bad answer that it has not announced."""
    kept = Guard(own=("http://localhost:", "http://127.0.0.1:"))
    yield kept
    verdict = kept.verdict()
    if verdict:
        pytest.fail("The browser met problems:\n" + "\n".join(verdict), pytrace=False)


@pytest.fixture
def new_browser(guard: Guard, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """`new_browser(**options)`: a page in a browser that nobody has used, under the same guard."""

    def make(**options: Any) -> Page:
        context = new_context(**(DESK | options))
        context.set_default_timeout(PATIENCE_MS)
        guard.watch(context)
        return context.new_page()

    return make


@pytest.fixture
def page(new_browser: Callable[..., Page]) -> Page:
    """A page of a first visitor, at 1280 px, light."""
    return new_browser()


# People ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def visitor() -> Person:
    """A person whose address no other test uses."""
    number = next(_numbers)
    return Person(name=f"Alex Example {number:03}", email=f"alex-{number:03}@example.org")
