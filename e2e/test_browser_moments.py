"""What led to a booking in the visitor's browser stands on its page; a browser that does not want that, or cannot tell it, books as well."""

import re
from collections.abc import Callable

import requests
from playwright.sync_api import Locator, Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.guard import Guard
from e2e.pages.book import NO_SCRIPT, BookPage
from e2e.pages.booking import BookingPage
from e2e.pages.sign_in import SignInPage
from e2e.pages.success import SuccessPage
from e2e.pages.times import TimesPage
from e2e.people import NewBrowser, Person


def story_of(demo: Demo, office: Page, visitor: Person) -> BookingPage:
    """The booking of this visitor as the owner sees it, once both sides know it."""
    within(20, lambda: demo.mails(visitor.email), what=f"a mail to {visitor.email}")
    (booking,) = demo.bookings(visitor.email)
    SignInPage(office, demo.site_url).open(f"/admin/calendar/{booking['reference']}").try_with(OWNER, demo.password)
    return BookingPage(office, demo.site_url).shown()


def in_the_browser(shown: BookingPage) -> Locator:
    return shown.entry("In the browser:")


def test_the_way_to_a_booking_stands_first_in_its_story(either_demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    book = BookPage(page, either_demo.site_url)
    book.path = "/book?utm_source=newsletter"
    book.open().ready().booker.book(visitor.name, visitor.email)
    SuccessPage(page, either_demo.site_url).arrived()
    office = new_browser()
    shown = story_of(either_demo, office, visitor)
    entry = in_the_browser(shown)
    expect(entry).to_have_count(1)
    words = re.compile(r"In the browser: opened /book from newsletter, calendar ready after (\d+ s|less than a second), .*booked")
    expect(entry).to_contain_text(words)
    expect(shown.story.get_by_role("listitem").first).to_contain_text("In the browser")
    expect(entry.get_by_text("linkReady")).to_be_hidden()
    entry.get_by_text(re.compile(r"^\d+ moments$")).click()
    expect(entry.get_by_text("linkReady")).to_be_visible()
    expect(entry.get_by_text("bookingSuccessfulV2")).to_be_visible()
    check_axe(office, state="what happened in the browser")
    (there,) = either_demo.booked_by(visitor.email)
    assert there["uid"] not in entry.inner_text()


def test_a_browser_that_asks_not_to_be_followed_books_and_leaves_no_trace(demo: Demo, new_browser: NewBrowser, visitor: Person) -> None:
    page = new_browser(extra_http_headers={"Sec-GPC": "1"})
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" and request.url.startswith(demo.site_url) else None)
    BookPage(page, demo.site_url).open().ready().booker.book(visitor.name, visitor.email)
    SuccessPage(page, demo.site_url).arrived()
    assert posted == []
    expect(in_the_browser(story_of(demo, new_browser(), visitor))).to_have_count(0)


def test_a_browser_that_cannot_tell_it_books_as_well(demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    page.add_init_script("Navigator.prototype.sendBeacon = () => { throw new TypeError('not here') }")
    BookPage(page, demo.site_url).open().ready().booker.book(visitor.name, visitor.email)
    SuccessPage(page, demo.site_url).arrived()
    expect(in_the_browser(story_of(demo, new_browser(), visitor))).to_have_count(0)


def test_who_went_round_a_blocked_calendar_shows_how(demo: Demo, page: Page, guard: Guard, new_browser: Callable[..., Page], visitor: Person) -> None:
    within(60, lambda: requests.get(f"{demo.site_url}/api/event-types", timeout=10).status_code == 200, what="the first look at what can be booked")
    guard.announce("failed request: GET .*/embed/embed.js", "console error: Failed to load resource")
    page.route(re.compile(f"^{demo.calcom_url}/"), lambda route: route.abort("blockedbyclient"))
    book = BookPage(page, demo.site_url).open()
    book.expect_failure(NO_SCRIPT)
    book.link("Book without the calendar").click()
    TimesPage(page, demo.site_url).choose(day=1).fill(visitor.name, visitor.email).book()
    entry = in_the_browser(story_of(demo, new_browser(), visitor))
    said = "calendar blocked before it came, went to book without the frame, chose a time without the frame, booked without the frame"
    expect(entry).to_contain_text(said)
