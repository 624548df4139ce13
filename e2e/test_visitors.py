"""Everybody gets through: on a phone, by keyboard, without scripts, in the dark; and every page is fit to be seen."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from werkzeug.exceptions import default_exceptions

from app import create_app
from app.config import Settings
from e2e.axe import check_axe
from e2e.demo import Demo
from e2e.guard import Guard
from e2e.pages.book import BookPage
from e2e.pages.consultation import ConsultationPage
from e2e.pages.home import HomePage
from e2e.pages.success import SuccessPage
from e2e.people import NewBrowser, Person

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
MOST_STOPS = 150


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until the focus is there."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        if wanted.evaluate("(element) => element.ownerDocument.hasFocus() && element.ownerDocument.activeElement === element"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} cannot be reached with Tab")


def test_a_booking_on_a_phone(either_demo: Demo, new_browser: NewBrowser, visitor: Person) -> None:
    page = new_browser(**PHONE)
    book = HomePage(page, either_demo.site_url).open().book().ready()
    check_axe(page, state="phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    book.booker.times.get_by_role("button").first.tap()
    book.booker.fill_in(visitor.name, visitor.email)
    book.booker.send.tap()
    success = SuccessPage(page, either_demo.site_url).arrived()
    expect(success.ticket).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_axe(page, state="phone, booked")


@pytest.mark.parametrize("path", ["/", "/consultation", "/book", "/booking/success", "/booking/error", "/no-such-page", "/admin/sign-in"])
def test_no_page_is_wider_than_a_phone(demo: Demo, new_browser: NewBrowser, guard: Guard, path: str) -> None:
    if path == "/no-such-page":
        guard.announce("bad answer: 404", "console error: Failed to load resource")
    page = new_browser(**PHONE)
    page.goto(f"{demo.site_url}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_axe(page, state="phone")


def test_a_booking_by_keyboard_alone(either_demo: Demo, page: Page, visitor: Person) -> None:
    HomePage(page, either_demo.site_url).open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("main").get_by_role("link", name="Book a consultation").first)
    page.keyboard.press("Enter")
    book = BookPage(page, either_demo.site_url).ready()
    booker = book.booker
    tab_to(page, book.frame.get_by_role("grid").locator("[tabindex='0']"))
    page.keyboard.press("Enter")
    tab_to(page, booker.times.get_by_role("button").first)
    page.keyboard.press("Enter")
    expect(booker.name).to_be_focused()
    page.keyboard.type(visitor.name)
    page.keyboard.press("Tab")
    page.keyboard.type(visitor.email)
    tab_to(page, booker.send)
    page.keyboard.press("Enter")
    success = SuccessPage(page, either_demo.site_url).arrived()
    expect(success.ticket).to_contain_text(visitor.name)


def test_the_calendar_can_be_skipped(demo: Demo, page: Page) -> None:
    book = BookPage(page, demo.site_url).open().ready()
    skip = book.stage.get_by_role("link", name="Skip the calendar")
    tab_to(page, skip)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(book.without_it).to_be_focused()
    page.keyboard.press("Tab")
    expect(book.second_way_out).to_be_focused()


def test_without_scripts_every_page_can_be_read_and_the_booking_page_be_reached(demo: Demo, new_browser: NewBrowser) -> None:
    page = new_browser(java_script_enabled=False)
    book = HomePage(page, demo.site_url).open().book()
    expect(book.way_out).to_be_visible()
    expect(book.heading).to_have_text("Book a consultation")
    book.way_out.click()
    expect(page).to_have_url(re.compile(f"{demo.calcom_url}/demo/intro"))
    consultation = ConsultationPage(page, demo.site_url).open()
    expect(consultation.way_out).to_be_visible()
    expect(page.get_by_text("Can I bring a colleague?")).to_be_visible()
    expect(SuccessPage(page, demo.site_url).open().heading).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("A booking is shown here for one hour")


def test_the_calendar_is_dark_where_the_page_is(either_demo: Demo, new_browser: NewBrowser) -> None:
    page = new_browser(color_scheme="dark")
    book = BookPage(page, either_demo.site_url).open().ready()
    assert ground(book.frame.locator("body")) < 100
    assert ground(page.locator("body")) < 100
    page.emulate_media(color_scheme="light")
    expect(book.frame.locator("body")).to_have_attribute("data-theme", "light")
    assert ground(page.locator("body")) > 600


def ground(body: Locator) -> int:
    """How light the page behind is: the sum of what a screenshot's first pixel would have."""
    colour: list[int] = body.evaluate(
        """(body) => {
          const colours = [body, body.ownerDocument.documentElement].map((one) => getComputedStyle(one).backgroundColor);
          const found = colours.find((one) => !/, 0\\)|transparent/.test(one));
          const context = document.createElement("canvas").getContext("2d");
          context.fillStyle = found ?? (getComputedStyle(body).colorScheme.includes("dark") ? "black" : "white");
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }"""
    )
    return sum(colour)


def test_the_consultation_page_loads_its_calendar_only_when_somebody_comes_near(either_demo: Demo, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    consultation = ConsultationPage(page, either_demo.site_url).open()
    expect(consultation.status).to_contain_text("The calendar loads when you get here.")
    check_axe(page, state="calendar idle")
    assert not [url for url in asked if not url.startswith(either_demo.site_url)]
    consultation.stage.scroll_into_view_if_needed()
    consultation.ready()
    check_axe(page, state="calendar ready")


def test_a_booking_on_the_consultation_page_names_it_as_its_source(either_demo: Demo, page: Page, visitor: Person) -> None:
    consultation = HomePage(page, either_demo.site_url).open().what_to_expect()
    consultation.link("Book a consultation").first.click()
    consultation.ready().booker.book(visitor.name, visitor.email)
    SuccessPage(page, either_demo.site_url).arrived()
    [made] = either_demo.booked_by(visitor.email)
    assert made["metadata"]["frontdesk_source"] == "/consultation"


def test_home_and_consultation_keep_nobody_out(demo: Demo, page: Page) -> None:
    HomePage(page, demo.site_url).open()
    check_axe(page)
    consultation = ConsultationPage(page, demo.site_url).open()
    consultation.open_question("Can I bring a colleague?")
    expect(page.get_by_text("Add their mail address as a guest")).to_be_visible()
    check_axe(page, state="question open")


@pytest.mark.parametrize("reason", ["", "taken", "payment", "expired", "declined"])
def test_each_problem_after_a_booking_has_a_page_with_a_next_step(demo: Demo, page: Page, reason: str) -> None:
    page.goto(f"{demo.site_url}/booking/error?reason={reason}")
    check_axe(page)
    page.get_by_role("link", name="Choose a time again").click()
    expect(page).to_have_url(f"{demo.site_url}/book")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_each_error_page_says_what_to_do_next(demo: Demo, app_of_our_own: Flask, page: Page, guard: Guard, status: int) -> None:
    guard.announce(f"bad answer: {status}", "console error: Failed to load resource")
    with app_of_our_own.test_request_context("/broken"):
        shown = app_of_our_own.make_response(app_of_our_own.handle_user_exception(default_exceptions[status]()))
    page.route(
        f"{demo.site_url}/broken", lambda route: route.fulfill(status=status, content_type="text/html; charset=utf-8", body=shown.get_data(as_text=True))
    )
    page.goto(f"{demo.site_url}/broken")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_axe(page, state=str(status))
    page.get_by_role("main").get_by_role("link", name="Home page").click()
    expect(page).to_have_url(f"{demo.site_url}/")


@pytest.fixture(scope="module")
def app_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Renders error pages: a running site has no reason to break."""
    return create_app(Settings.load({"SECRET_KEY": "k" * 40, "INSTANCE_PATH": str(tmp_path_factory.mktemp("errors"))}))


def test_a_page_that_does_not_exist_is_a_404_with_the_way_home(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 404 GET .*/no-such-page", "console error: Failed to load resource")
    page.goto(f"{demo.site_url}/no-such-page")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    check_axe(page)
