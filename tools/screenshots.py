"""Writes a picture of every page and state at three widths in light and dark: `python -m tools.screenshots [--readme] [--only WORD]`.

It starts the demo, fills it through the simulated Cal.com so that there is something to see, and brings about the
states in which something is wrong. `--only` takes the pages whose name has this word in it; `--readme` writes the two
pictures of the README to `docs/` instead. What does not fit its width is said at the end, with exit status 1.
"""

import argparse
import os
import re
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from app import create_app
from app.cli.demo import running_settings
from tools import browser as browsers
from tools.demo import ROOT, Demo, running_demo
from tools.shots.admin import ADMIN
from tools.shots.fill import fill, sign_in
from tools.shots.public import PUBLIC
from tools.shots.shot import Shot, World, turned
from tools.shots.states import troubles

FOLDER = ROOT / "screenshots"
DOCS = ROOT / "docs"
SHOTS = (*PUBLIC, *ADMIN)
README = {"book": "book-ready", "admin": "admin-calendar"}
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps")
"""Keep the browser from calling its maker."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    width: int
    scheme: Literal["light", "dark"]
    height: int = 900


LOOKS = tuple(Look(width, scheme) for width in (390, 768, 1280) for scheme in ("light", "dark"))
FOR_README = Look(1280, "light", height=860)


@dataclass
class Camera:
    """Takes pictures with one browser, and remembers what did not go well."""

    browser: Browser
    world: World
    cookies: Path
    taken: int = 0
    wrong: list[str] = field(default_factory=list)

    def take(self, shot: Shot, targets: dict[Look, Path], *, whole: bool = True) -> None:
        """One picture for each look. A state that does not come about is told at the end, and the others go on."""
        try:
            with turned(self.world.demo, shot.dials), ExitStack() as stack:
                if shot.during:
                    stack.enter_context(shot.during(self.world))
                self._take(shot, targets, whole=whole)
        except BrowserError as error:
            self.wrong.append(f"{shot.name}: {error.message.splitlines()[0]}")
        print(f"  {shot.name}", flush=True)

    def _take(self, shot: Shot, targets: dict[Look, Path], *, whole: bool) -> None:
        page: Page | None = None
        for look, target in targets.items():
            if page is None or shot.anew:
                if page:
                    page.context.close()
                page = self._open(shot, look)
                page.wait_for_timeout(shot.pause_ms)
            page.set_viewport_size({"width": look.width, "height": look.height})
            page.emulate_media(color_scheme=look.scheme, media=shot.media)
            page.wait_for_timeout(150)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=target, full_page=whole, animations="disabled")
            self.taken += 1
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > look.width:
                self.wrong.append(f"{shot.name}: {wide} px wide at {look.width}")
        if page:
            page.context.close()

    def _open(self, shot: Shot, look: Look) -> Page:
        context = self.browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.scheme,
            java_script_enabled=shot.scripts,
            storage_state=self.cookies if shot.staff else None,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        if shot.blocked:
            page.route(re.compile(shot.blocked), lambda route: route.abort())
        page.goto(self.world.address(shot.path), wait_until="commit" if shot.dials or shot.blocked else "load")
        if shot.wait_for:
            page.locator(shot.wait_for).first.wait_for(state="visible")
            page.wait_for_load_state("networkidle")
        if shot.act:
            shot.act(page, self.world)
            if not page.context.pages[0].url.startswith("about:") and shot.scripts and not shot.dials:
                page.wait_for_load_state("load")
        return page


def everything(camera: Camera, only: str) -> None:
    """Every shot at every width in both schemes."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [shot for shot in SHOTS if only in shot.name]
    # Alarms stay for a while: what is in trouble comes last.
    for shot in sorted(wanted, key=lambda shot: (not shot.fresh, shot.during is troubles)):
        if not shot.fresh and not camera.world.words:
            fill(camera.world, camera.browser, camera.cookies)
        camera.take(shot, {look: FOLDER / f"{shot.name}-{look.width}-{look.scheme}.png" for look in LOOKS})


def for_readme(camera: Camera) -> None:
    """The two pictures of the README."""
    fill(camera.world, camera.browser, camera.cookies)
    for name, shot in README.items():
        camera.take(next(each for each in SHOTS if each.name == shot), {FOR_README: DOCS / f"{name}.png"}, whole=False)


def _cookies_of_the_owner(browser: Browser, demo: Demo, into: Path) -> Path:
    context = browser.new_context()
    sign_in(context.new_page(), demo)
    context.storage_state(path=into)
    context.close()
    return into


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--readme", action="store_true", help="the two pictures of the README, into docs/")
    parser.add_argument("--only", default="", metavar="WORD", help="the pages whose name has this word in it")
    options = parser.parse_args()
    try:
        path = browsers.get()
    except browsers.NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="frontdesk-", ignore_cleanup_errors=True) as own, sync_playwright() as playwright:
        folder = Path(own)
        with running_demo(folder, CALCOM_CONFIG=str(folder / "calcom.yaml")) as demo:
            os.environ["INSTANCE_PATH"] = own
            settings = running_settings()
            if settings is None:
                raise RuntimeError("the demo has ended")
            browser = playwright.chromium.launch(executable_path=str(path), args=list(QUIET))
            camera = Camera(browser, World(demo, create_app(settings)), _cookies_of_the_owner(browser, demo, folder / "cookies.json"))
            if options.readme:
                for_readme(camera)
            else:
                everything(camera, options.only)
            browser.close()
    print(f"{camera.taken} pictures in {DOCS.name if options.readme else FOLDER.name}/")
    print(*camera.wrong, sep="\n")
    return 1 if camera.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
