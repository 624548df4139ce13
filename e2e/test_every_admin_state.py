"""No state of an admin page keeps anybody out: open filters, forms with mistakes, running and failed work, empty lists.

The states are those of `make screenshots`; here axe looks at each on a phone, where it is narrowest. The pages as they
are when nothing is the matter stand in test_every_admin_page.py.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from app import create_app
from app.cli.demo import running_settings
from e2e.axe import check_axe
from tools.demo import running_demo
from tools.shots.admin import ADMIN
from tools.shots.fill import fill, sign_in
from tools.shots.shot import Shot, World, turned

PHONE = {"width": 390, "height": 844}
SHORT = frozenset({
    "empty-today", "empty-calendar", "admin-sign-in-wrong", "admin-today-troubles", "admin-calendar-filters", "admin-booking-cancel-mistake",
    "admin-inbox-replaying", "admin-outbox-choose", "errand-failed", "admin-sync-running", "admin-configuration-apply", "admin-event-type-mistakes",
    "admin-doctor-broken", "admin-settings-mistakes",
})  # fmt: skip
"""One of each kind; the long form looks at all."""
STATES = [shot for shot in ADMIN if (shot.act or shot.during or shot.fresh) and shot.media == "screen" and shot.name not in {"admin-menu", "admin-keys"}]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A demo of its own, with nothing in it."""
    folder = tmp_path_factory.mktemp("states")
    with running_demo(folder, CALCOM_CONFIG=str(folder / "calcom.yaml")) as demo, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTANCE_PATH", str(folder))
        settings = running_settings()
        assert settings
        yield World(demo, create_app(settings))


@pytest.fixture(scope="module")
def cookies(world: World, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's, signed in."""
    kept = tmp_path_factory.mktemp("cookies") / "cookies.json"
    context = browser.new_context()
    sign_in(context.new_page(), world.demo)
    context.storage_state(path=kept)
    context.close()
    return kept


def look(context: BrowserContext, world: World, shot: Shot) -> str:
    """What axe, or a ruler, has to say of a state."""
    with turned(world.demo, shot.dials), ExitStack() as stack:
        if shot.during:
            stack.enter_context(shot.during(world))
        page = context.new_page()
        page.goto(world.address(shot.path))
        if shot.act:
            shot.act(page, world)
            page.wait_for_load_state()
        said = f"{shot.name} is wider than a phone\n" if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"] else ""
        try:
            check_axe(page, state=shot.name)
        except AssertionError as problems:
            said += str(problems)
        page.close()
    return said


@pytest.mark.parametrize("states", [[shot for shot in STATES if shot.name in SHORT], pytest.param(STATES, marks=pytest.mark.soak)], ids=["short", "all"])
def test_axe_finds_nothing_in_any_state(world: World, browser: Browser, cookies: Path, states: list[Shot]) -> None:
    options = {"viewport": PHONE, "locale": "en-GB", "timezone_id": "Europe/London", "reduced_motion": "reduce"}
    owner, stranger = browser.new_context(storage_state=cookies, **options), browser.new_context(**options)
    for context in (owner, stranger):
        context.set_default_timeout(20_000)
    found = [look(owner, world, shot) for shot in states if shot.fresh]
    if not world.words:
        fill(world, browser, cookies)
    found += [look(owner if shot.staff else stranger, world, shot) for shot in states if not shot.fresh]
    owner.close()
    stranger.close()
    assert not any(found), "\n".join(filter(None, found))


def test_the_short_form_names_states_that_exist() -> None:
    assert {shot.name for shot in STATES} >= SHORT
