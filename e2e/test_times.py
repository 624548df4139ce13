"""Booking without Cal.com's frame: with scripts off, with Cal.com out of the browser's reach, by keyboard, by everybody."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.guard import Guard
from e2e.pages.book import NO_SCRIPT, BookPage
from e2e.pages.sign_in import SignInPage
from e2e.pages.times import TimesPage
from e2e.people import Person

WIDTHS = [390, 768, 1280]


@pytest.fixture
def demo(demo: Demo) -> Demo:
    """The demo, as soon as it has asked its Cal.com what can be booked."""
    within(60, lambda: requests.get(f"{demo.site_url}/api/event-types", timeout=10).status_code == 200, what="the first look at what can be booked")
    return demo


def recorded(demo: Demo, visitor: Person) -> str:
    """The number of the visitor's one booking, when its confirmation is there."""
    within(30, lambda: demo.mails(visitor.email), what=f"a confirmation to {visitor.email}")
    (booking,) = demo.bookings(visitor.email)
    assert booking["status"] == "confirmed"
    return str(booking["reference"])


def in_admin(demo: Demo, page: Page, visitor: Person, number: str) -> None:
    SignInPage(page, demo.site_url).open(f"/admin/calendar/{number}").try_with(OWNER, demo.password)
    expect(page.get_by_text(number, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=visitor.email, exact=True)).to_be_visible()


def test_a_booking_with_scripts_off(demo: Demo, new_browser: Callable[..., Page], page: Page, visitor: Person) -> None:
    plain = new_browser(java_script_enabled=False)
    book = BookPage(plain, demo.site_url).open()
    book.link("Book without the calendar").click()
    times = TimesPage(plain, demo.site_url).choose(day=1).fill(visitor.name, visitor.email)
    success = times.book()
    number = success.number()
    expect(success.badge("Confirmed")).to_be_visible()
    assert recorded(demo, visitor) == number
    in_admin(demo, page, visitor, number)
    assert len(demo.mails(visitor.email)) == 1
    assert len(demo.booked_by(visitor.email)) == 1


def test_a_booking_when_no_request_reaches_cal_com(demo: Demo, page: Page, guard: Guard, new_browser: Callable[..., Page], visitor: Person) -> None:
    guard.announce("failed request: GET .*/embed/embed.js", "console error: Failed to load resource")
    asked: list[str] = []
    page.route(re.compile(f"^{demo.calcom_url}/"), lambda route: (asked.append(route.request.url), route.abort("blockedbyclient")))
    book = BookPage(page, demo.site_url).open()
    book.expect_failure(NO_SCRIPT)
    book.link("Book without the calendar").click()
    success = TimesPage(page, demo.site_url).choose(day=2).fill(visitor.name, visitor.email).book()
    number = success.number()
    expect(success.badge("Confirmed")).to_be_visible()
    assert recorded(demo, visitor) == number
    in_admin(demo, new_browser(), visitor, number)
    assert all("/embed/" in url for url in asked), "but for the embed itself, nothing asks Cal.com"


def test_a_booking_by_keyboard_alone(demo: Demo, page: Page, visitor: Person) -> None:
    times = TimesPage(page, demo.site_url).open()
    expect(times.days.first).to_be_visible()
    reach(page, lambda: page.evaluate("document.activeElement.closest('td') !== null"))
    page.keyboard.press("Enter")
    expect(times.days.first).to_have_attribute("aria-current", "date")
    reach(page, lambda: page.evaluate("document.activeElement.matches('.slot')"))
    page.keyboard.press("Enter")
    expect(times.name).to_be_visible()
    reach(page, lambda: page.evaluate("document.activeElement.name === 'q-name'"))
    page.keyboard.type(visitor.name)
    page.keyboard.press("Tab")
    page.keyboard.type(visitor.email)
    page.wait_for_timeout(1_000)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/booking/success"))
    recorded(demo, visitor)


def reach(page: Page, there: Callable[[], bool], *, most: int = 40) -> None:
    """Presses Tab until the focus is where it should be."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if there():
            return
    raise AssertionError("the focus never came there")


def test_the_zone_is_guessed_and_a_choice_takes_effect_at_once(demo: Demo, new_browser: Callable[..., Page]) -> None:
    page = new_browser(timezone_id="Asia/Tokyo")
    times = TimesPage(page, demo.site_url).open()
    expect(page).to_have_url(re.compile("zone=Asia%2FTokyo"))
    expect(page.get_by_text("Tokyo time")).to_be_visible()
    times.zone.select_option("America/New_York")
    expect(page.get_by_text("New York time")).to_be_visible()


def test_a_taken_time_offers_others_and_keeps_what_was_typed(demo: Demo, page: Page, guard: Guard, visitor: Person) -> None:
    guard.announce("bad answer: 409 POST", "console error: Failed to load resource.*409")
    times = TimesPage(page, demo.site_url).open().choose(day=3).fill(visitor.name, visitor.email)
    times.notes.fill("Two questions")
    start = page.locator("time").first.get_attribute("datetime")
    demo.book(name="Somebody faster", email=f"faster-{visitor.email}", start=start)
    page.wait_for_timeout(1_000)
    times.send.click()
    expect(times.problem).to_contain_text("This time has just been taken")
    expect(times.problem).to_be_focused()
    check_axe(page, state="taken")
    times.nearby().first.click()
    expect(times.notes).to_have_value("Two questions")
    times.book()
    recorded(demo, visitor)


def test_mistakes_are_named_beside_the_fields_and_on_top(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 422 POST", "console error: Failed to load resource.*422")
    times = TimesPage(page, demo.site_url).of("project-brief").open().choose()
    page.wait_for_timeout(1_000)
    times.send.click()
    expect(times.problem).to_be_focused()
    check_axe(page, state="mistakes")
    times.problem.get_by_role("link", name="Email address").click()
    expect(times.email).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path",
    [
        "/book/demo", "/book/demo/intro/times", "/book/demo/flexible/times?length=15", "/book/demo/group-class/times", "/book/demo/paid-session/times",
        "/book/demo/project-brief/times?time=2099-12-01T10:00:00Z", "/", "/consultation",
    ],
)  # fmt: skip
def test_nobody_is_kept_out_and_nothing_is_wider_than_the_screen(demo: Demo, new_browser: Callable[..., Page], path: str, width: int) -> None:
    page = new_browser(viewport={"width": width, "height": 900})
    page.goto(f"{demo.site_url}{path}")
    check_axe(page, state=path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_address_that_leads_nowhere_helps(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 404 GET", "console error: Failed to load resource.*404")
    page.goto(f"{demo.site_url}/book/demo/nothing")
    expect(page.get_by_role("heading", level=1)).to_contain_text("cannot be booked")
    check_axe(page, state="not here")
    page.get_by_role("link", name="Intro call").click()
    expect(page).to_have_url(re.compile("/book/demo/intro$"))
