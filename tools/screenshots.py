"""Writes a picture of every page and state at three widths in light and dark: `python -m tools.screenshots [--readme] [--only WORD]`.

It starts the demo, books through the simulated Cal.com so that there is something to see, and turns its dials for the
states in which something is wrong. `--readme` writes the two pictures of the README to `docs/` instead.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tools import browser as browsers
from tools.demo import ROOT, Demo, running_demo

FOLDER = ROOT / "screenshots"
DOCS = ROOT / "docs"
PEOPLE = (("Ada Attendee", "ada@example.org"), ("Ben Booker", "ben@example.org"), ("Chris Caller", "chris@example.org"), ("Dana Dialler", "dana@example.org"))


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    width: int
    scheme: Literal["light", "dark"]
    height: int = 900


LOOKS = tuple(Look(width, scheme) for width in (390, 768, 1280) for scheme in ("light", "dark"))


@dataclass(frozen=True)
class Shot:
    """One page in one state."""

    name: str
    path: str
    scripts: bool = True
    staff: bool = False
    dials: tuple[tuple[str, object], ...] = ()
    blocked: str = ""
    """A pattern of addresses that do not answer."""
    act: Callable[[Page, Demo], None] | None = None
    pause_ms: int = 400
    """How long the state takes to show, motion included."""
    wait_for: str = ""
    """What must be visible first."""


def _after_visit(page: Page, demo: Demo) -> None:
    """The waiting page is for a browser that has been on `/book`: go there first, then come back."""
    there = page.url
    page.goto(f"{demo.site_url}/book")
    page.goto(there)


def _booked(**wish: object) -> Callable[[Page, Demo], None]:
    """What the visitor sees who has just booked; the booking carries the token of this browser."""

    def act(page: Page, demo: Demo) -> None:
        page.goto(f"{demo.site_url}/book")
        token = page.locator("[data-visitor]").get_attribute("data-visitor")
        demo.calcom("POST", "/bookings", {"type": "intro", "name": "Ada Attendee", "email": "ada@example.org", "metadata": {"frontdesk_visitor": token}} | wish)
        page.goto(f"{demo.site_url}/booking/success")
        page.wait_for_timeout(3_000)  # for the delivery and the worker
        page.reload()

    return act


def _offline(page: Page, _: Demo) -> None:
    """The connection breaks while the calendar is still on its way."""
    page.wait_for_timeout(300)
    page.context.set_offline(True)


def _form(page: Page, _: Demo) -> None:
    """The form of the first time of the second day."""
    page.locator(".month td a").nth(1).click()
    page.locator(".day .slot").first.click()


def _mistakes(page: Page, demo: Demo) -> None:
    """The form as it comes back when nothing was filled in."""
    _form(page, demo)
    page.wait_for_timeout(1_100)
    page.locator(".button-large").click()


def _examine(page: Page, _: Demo) -> None:
    """What the doctor says once every check has answered."""
    page.get_by_role("button", name="Examine").click()
    page.get_by_text("Examined ").wait_for()


def _menu(page: Page, _: Demo) -> None:
    """The menu of a phone, open; a desk has its rail anyway."""
    button = page.get_by_role("button", name="Menu")
    if button.is_visible():
        button.click()


def _keys(page: Page, _: Demo) -> None:
    """The list of keys."""
    page.keyboard.press("?")


def _wrong_settings(page: Page, _: Demo) -> None:
    """Settings that were entered wrongly."""
    page.get_by_label("Colour").fill("blue-ish")
    page.get_by_role("button", name="Save").click()


FRAME_THERE = "iframe"
SHOTS = (
    Shot("home", "/"),
    Shot("consultation", "/consultation"),
    Shot("book-ready", "/book", wait_for=FRAME_THERE),
    Shot("book-loading", "/book", dials=(("script_delay_ms", 20_000),), pause_ms=1_500),
    Shot("book-slow", "/book", dials=(("delay", 60_000),), pause_ms=5_000),
    Shot("book-script-blocked", "/book", dials=(("script", "missing"),), pause_ms=2_000),
    Shot("book-frame-blocked", "/book", blocked=r"/demo/intro/embed", pause_ms=9_000),
    Shot("book-link-failed", "/book", dials=(("fail", "404"),), pause_ms=3_000),
    Shot("book-offline", "/book", dials=(("delay", 60_000),), act=_offline, pause_ms=1_000),
    Shot("book-without-scripts", "/book", scripts=False),
    Shot("host", "/book/demo"),
    Shot("event-type", "/book/demo/flexible", wait_for=FRAME_THERE),
    Shot("not-here", "/book/demo/unknown"),
    Shot("times", "/book/demo/intro/times"),
    Shot("times-lengths", "/book/demo/flexible/times"),
    Shot("times-class", "/book/demo/group-class/times"),
    Shot("times-elsewhere", "/book/demo/paid-session/times"),
    Shot("times-form", "/book/demo/intro/times", act=_form),
    Shot("times-questions", "/book/demo/project-brief/times", act=_form),
    Shot("times-mistakes", "/book/demo/project-brief/times", act=_mistakes),
    Shot("times-away", "/book/demo/consultation/times?month=2099-01", dials=(("api_500", 1.0),)),  # the last one: it is remembered for a while
    Shot("success-nothing", "/booking/success"),
    Shot("success-waiting", "/booking/success?start=2030-01-07T09:00:00Z&state=confirmed", act=_after_visit),
    Shot("success-confirmed", "/book", act=_booked()),
    Shot("success-pending", "/book", act=_booked(pending=True)),
    Shot("success-payment", "/book", act=_booked(payment=True)),
    Shot("error", "/booking/error"),
    Shot("error-taken", "/booking/error?reason=taken"),
    Shot("error-payment", "/booking/error?reason=payment"),
    Shot("not-found", "/no-such-page"),
    Shot("demo-outbox", "/demo/outbox"),
    Shot("admin-sign-in", "/admin/sign-in"),
    Shot("admin-today", "/admin/", staff=True),
    Shot("admin-menu", "/admin/", staff=True, act=_menu),
    Shot("admin-keys", "/admin/", staff=True, act=_keys),
    Shot("admin-first-run", "/admin/first-run", staff=True),
    Shot("admin-calendar", "/admin/calendar", staff=True),
    Shot("admin-calendar-nothing-found", "/admin/calendar?q=nobody-of-this-name", staff=True),
    Shot("admin-week", "/admin/calendar/week", staff=True),
    Shot("admin-month", "/admin/calendar/month", staff=True),
    Shot("admin-booking", "/admin/calendar/{reference}", staff=True),
    Shot("admin-booking-cancelled", "/admin/calendar/{cancelled}", staff=True),
    Shot("admin-booking-cancel", "/admin/calendar/{reference}/act/cancel", staff=True),
    Shot("admin-booking-verify", "/admin/calendar/{reference}/verify", staff=True),
    Shot("admin-people", "/admin/people", staff=True),
    Shot("admin-person", "/admin/people/1", staff=True),
    Shot("admin-reports", "/admin/reports?range=ahead", staff=True),
    Shot("admin-event-types", "/admin/event-types", staff=True),
    Shot("admin-hosts", "/admin/hosts", staff=True),
    Shot("admin-inbox", "/admin/inbox", staff=True),
    Shot("admin-inbox-empty", "/admin/inbox?state=dead", staff=True),
    Shot("admin-delivery", "/admin/inbox/1", staff=True),
    Shot("admin-outbox", "/admin/outbox", staff=True),
    Shot("admin-mail", "/admin/outbox/1", staff=True),
    Shot("admin-mails", "/admin/mails", staff=True),
    Shot("admin-sync", "/admin/sync", staff=True),
    Shot("admin-configuration", "/admin/calcom", staff=True),
    Shot("admin-doctor", "/admin/doctor", staff=True, act=_examine),
    Shot("admin-staff", "/admin/staff", staff=True),
    Shot("admin-staff-member", "/admin/staff/1", staff=True),
    Shot("admin-account", "/admin/account", staff=True),
    Shot("admin-second-factor", "/admin/account/second-factor", staff=True),
    Shot("admin-audit", "/admin/audit", staff=True),
    Shot("admin-tokens", "/admin/tokens", staff=True),
    Shot("admin-feed", "/admin/feed", staff=True),
    Shot("admin-settings", "/admin/settings", staff=True),
    Shot("admin-settings-home", "/admin/settings/home", staff=True),
    Shot("admin-settings-mistakes", "/admin/settings", staff=True, act=_wrong_settings),
    Shot("admin-settings-history", "/admin/settings/history", staff=True),
    Shot("admin-not-found", "/admin/calendar/NOSUCH00", staff=True),
)


def fill(demo: Demo) -> dict[str, str]:
    """Bookings in every state; returns the numbers that some addresses need."""
    made = [demo.calcom("POST", "/bookings", {"type": "intro", "name": name, "email": email})["booking"]["uid"] for name, email in PEOPLE]
    demo.calcom("POST", "/bookings", {"type": "intro", "name": "Eve Early", "email": "eve@example.org", "pending": True})
    refused = demo.calcom("POST", "/bookings", {"type": "intro", "name": "Finn Friend", "email": "finn@example.org", "pending": True})["booking"]["uid"]
    demo.calcom("POST", "/bookings", {"type": "intro", "name": "Gil Guest", "email": "gil@example.org", "payment": True})
    demo.calcom("POST", f"/bookings/{refused}/reject", {"reason": "I am away that week."})
    demo.calcom("POST", f"/bookings/{made[0]}/move", {"by": "attendee", "reason": "A day later suits me better."})
    demo.calcom("POST", f"/bookings/{made[1]}/cancel", {"by": "attendee", "reason": "Something came up."})
    demo.calcom("GET", "/deliveries?wait=20")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        rows = demo.wait_for_bookings(len(PEOPLE) + 3)
        moved = next((row["reference"] for row in rows if row["moved"]), "")
        cancelled = next((row["reference"] for row in rows if row["status"] == "cancelled"), "")
        if moved and cancelled:
            time.sleep(1.5)  # the mails of the last ones
            return {"reference": moved, "cancelled": cancelled}
    raise TimeoutError("the site has not understood the bookings within 20 s")


def sign_in(browser: Browser, demo: Demo, into: Path) -> None:
    """Keeps the cookies of a signed-in owner in a file."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.site_url}/admin/sign-in")
    page.locator("input[name=email]").fill(demo.email)
    page.locator("input[name=password]").fill(demo.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    context.storage_state(path=into)
    context.close()


@contextmanager
def turned(demo: Demo, dials: tuple[tuple[str, object], ...]) -> Iterator[None]:
    """The simulated Cal.com with these dials; as it was afterwards."""
    before = demo.calcom("GET", "/dials")["dials"]
    demo.calcom("PUT", "/dials", dict(dials))
    try:
        yield
    finally:
        demo.calcom("PUT", "/dials", before)


def take(browser: Browser, demo: Demo, shot: Shot, path: str, targets: dict[Look, Path], cookies: Path, *, whole: bool = True) -> int:
    """One picture for each look, of pages that are open side by side: the waiting is shared. Returns how many."""
    pages = {look: _open(browser, demo, shot, path, look, cookies) for look in targets}
    for page in pages.values():
        if shot.wait_for:
            page.locator(shot.wait_for).first.wait_for(state="visible")
            page.wait_for_load_state("networkidle")
        if shot.act:
            shot.act(page, demo)
    for look, page in pages.items():
        # From the first page on, the others have waited as well.
        page.wait_for_timeout(shot.pause_ms if page is next(iter(pages.values())) else 0)
        targets[look].parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=targets[look], full_page=whole, animations="disabled")
        page.context.close()
    return len(pages)


def _open(browser: Browser, demo: Demo, shot: Shot, path: str, look: Look, cookies: Path) -> Page:
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.scheme,
        java_script_enabled=shot.scripts,
        storage_state=cookies if shot.staff else None,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    page = context.new_page()
    if shot.blocked:
        page.route(re.compile(shot.blocked), lambda route: route.abort())
    page.goto(demo.site_url + path, wait_until="commit" if shot.dials or shot.blocked else "load")
    return page


def everything(browser: Browser, demo: Demo, only: str) -> int:
    """Every shot at every width in both schemes; returns how many pictures there are."""
    numbers = fill(demo)
    taken = 0
    with tempfile.TemporaryDirectory() as folder:
        cookies = Path(folder) / "cookies.json"
        sign_in(browser, demo, cookies)
        for shot in [shot for shot in SHOTS if only in shot.name]:
            targets = {look: FOLDER / f"{shot.name}-{look.width}-{look.scheme}.png" for look in LOOKS}
            with turned(demo, shot.dials):
                taken += take(browser, demo, shot, shot.path.format(**numbers), targets, cookies)
            print(f"  {shot.name}", flush=True)
    return taken


def for_readme(browser: Browser, demo: Demo) -> int:
    """The two pictures of the README."""
    numbers = fill(demo)
    with tempfile.TemporaryDirectory() as folder:
        cookies = Path(folder) / "cookies.json"
        sign_in(browser, demo, cookies)
        wanted = {"book": next(shot for shot in SHOTS if shot.name == "book-ready"), "admin": next(shot for shot in SHOTS if shot.name == "admin-calendar")}
        for name, shot in wanted.items():
            look = Look(1280, "light", height=860)
            take(browser, demo, shot, shot.path.format(**numbers), {look: DOCS / f"{name}.png"}, cookies, whole=False)
    return len(wanted)


def main(arguments: list[str]) -> int:
    """The command."""
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    try:
        path = browsers.get()
    except browsers.NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path))
        taken = for_readme(browser, demo) if "--readme" in arguments else everything(browser, demo, only)
        browser.close()
    print(f"{taken} pictures in {DOCS.name if '--readme' in arguments else FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
