"""The pages keep their structure and their look: stored accessibility trees, and a few stored pictures.

Both are taken from a demo whose clock stands still, with bookings that are the same each time. Pictures count only for
the very Chromium that made them (its version is part of the folder's name); on another one they are skipped, the trees
are not. `pytest e2e/test_look.py --update-snapshots` writes both anew: look at the difference before you keep it.
"""

import itertools
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image
from pixelmatch.contrib.PIL import pixelmatch
from playwright.sync_api import Browser, Page, expect

from e2e.demo import OWNER, Demo, running_demo, within
from e2e.pages.book import BookPage
from e2e.pages.consultation import ConsultationPage
from e2e.pages.home import HomePage
from e2e.pages.sign_in import SignInPage
from e2e.people import Person

NOW = "2027-03-01T08:00:00+00:00"
STORED = Path(__file__).parent / "snapshots"
MAY_DIFFER = 0.001
"""Share of pixels that rounding may change; anything a person could see is more."""
PEOPLE = [Person("Alex Example", "alex@example.org"), Person("Kim Example", "kim@example.org"), Person("Sam Example", "sam@example.org")]


@pytest.fixture(scope="module")
def still_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo on a Monday morning that does not pass, with three bookings: confirmed, moved, a request."""
    with running_demo(tmp_path_factory.mktemp("still"), at=NOW) as demo:
        first, second, third = PEOPLE
        within(60, lambda: requests.get(f"{demo.site_url}/api/event-types", timeout=10).status_code == 200, what="the first look at what can be booked")

        def settled(person: Person, mails: int) -> None:
            within(30, lambda: len(demo.mails(person.email)) == mails, what=f"mail {mails} to {person.email}")

        token, demo.visitor_cookie = visit(demo)
        demo.book(name=first.name, email=first.email, start="2027-03-02T10:00:00Z", metadata={"frontdesk_visitor": token})
        settled(first, 1)
        moved = demo.book(name=second.name, email=second.email, start="2027-03-02T14:00:00Z")
        settled(second, 1)
        demo.calcom("POST", f"/bookings/{moved['uid']}/move", {"start": "2027-03-03T11:00:00Z"})
        settled(second, 2)
        demo.book(name=third.name, email=third.email, start="2027-03-04T09:00:00Z", type="consultation")
        settled(third, 1)
        yield demo


def visit(demo: Demo) -> tuple[str, str]:
    """A visit to the booking page without a browser: the token it hands to the calendar, and the visitor's session."""
    answer = requests.get(f"{demo.site_url}/book", timeout=30)
    token = re.search(r'data-visitor="([^"]+)"', answer.text)
    assert token
    return token[1], answer.cookies["session"]


@pytest.fixture
def page(page: Page) -> Page:
    page.clock.set_fixed_time(NOW)
    return page


def home(demo: Demo, page: Page) -> None:
    HomePage(page, demo.site_url).open()


def consultation(demo: Demo, page: Page) -> None:
    ConsultationPage(page, demo.site_url).open()


def book(demo: Demo, page: Page) -> None:
    BookPage(page, demo.site_url).open().ready()


def success(demo: Demo, page: Page) -> None:
    page.context.add_cookies([{"name": "session", "value": demo.visitor_cookie, "url": demo.site_url}])
    page.goto(f"{demo.site_url}/booking/success?start=2027-03-02T10:00:00.000Z&state=confirmed")
    expect(page.get_by_role("article")).to_be_visible()


def manage(demo: Demo, page: Page) -> None:
    success(demo, page)
    page.get_by_role("link", name="Move or cancel").click()
    expect(page.get_by_role("link", name="Choose another time")).to_be_visible()


def nothing_to_show(demo: Demo, page: Page) -> None:
    page.goto(f"{demo.site_url}/booking/success")


def problem(demo: Demo, page: Page) -> None:
    page.goto(f"{demo.site_url}/booking/error?reason=taken")


def sign_in(demo: Demo, page: Page) -> None:
    SignInPage(page, demo.site_url).open()


def calendar(demo: Demo, page: Page) -> None:
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    expect(page.get_by_role("row").filter(has_text=PEOPLE[2].name)).to_be_visible()


def booking(demo: Demo, page: Page) -> None:
    calendar(demo, page)
    page.get_by_role("link", name=PEOPLE[1].name, exact=True).click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


TREES = {
    "home": home, "consultation": consultation, "book": book, "success": success, "manage": manage, "success-nothing": nothing_to_show, "problem": problem,
    "sign-in": sign_in, "admin-calendar": calendar, "admin-booking": booking,
}  # fmt: skip
PICTURES = {"home": home, "book": book, "success": success, "admin-calendar": calendar}


@pytest.mark.parametrize("name", TREES)
def test_the_tree_of_a_page_is_as_stored(still_demo: Demo, page: Page, request: pytest.FixtureRequest, name: str) -> None:
    TREES[name](still_demo, page)
    stored = STORED / f"{name}.yaml"
    if request.config.getoption("--update-snapshots"):
        stored.write_text(without_addresses(page.locator("body").aria_snapshot()) + "\n", encoding="utf-8")
    expect(page.locator("body")).to_match_aria_snapshot(stored.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_of_a_page_is_as_stored(still_demo: Demo, page: Page, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    stored = STORED / f"chromium-{browser.version}" / f"{name}.png"
    update = request.config.getoption("--update-snapshots")
    if not update and not stored.parent.is_dir():
        others = ", ".join(sorted(folder.name for folder in STORED.glob("chromium-*"))) or "none"
        pytest.skip(f"there are no pictures of Chromium {browser.version}, only of: {others}")
    PICTURES[name](still_demo, page)
    page.mouse.move(0, 0)
    seen = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    if update:
        stored.parent.mkdir(exist_ok=True)
        seen.save(stored, optimize=True)
    wanted = Image.open(stored).convert("RGB")
    assert seen.size == wanted.size
    difference = Image.new("RGBA", seen.size)
    share = pixelmatch(seen, wanted, difference, threshold=0.1) / (seen.width * seen.height)
    if share > MAY_DIFFER:
        seen.save(tmp_path / "seen.png")
        difference.save(tmp_path / "difference.png")
        pytest.fail(f"{share:.2%} of {stored.name} is not as stored: see {tmp_path}")


def without_addresses(tree: str) -> str:
    """The tree without the addresses of links, which hold ports, tokens and hashes."""
    kept = [line for line in tree.splitlines() if not line.strip().startswith("- /url:")]
    depth = [len(line) - len(line.lstrip()) for line in kept]
    childless = [below <= own for own, below in itertools.pairwise([*depth, 0])]
    return "\n".join(line.removesuffix(":") if alone else line for line, alone in zip(kept, childless, strict=True))
