"""The page after a booking: waits for the calendar's word, tells nobody else."""

from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import Demo
from e2e.pages.book import BookPage
from e2e.pages.success import SuccessPage
from e2e.people import NewBrowser, Person


def after_booking(demo: Demo, page: Page, visitor: Person) -> SuccessPage:
    BookPage(page, demo.site_url).open().ready().booker.book(visitor.name, visitor.email)
    return SuccessPage(page, demo.site_url).arrived()


def test_a_webhook_that_comes_after_the_visitor_fills_the_page_by_itself(demo: Demo, page: Page, visitor: Person) -> None:
    demo.turn(delay_ms=6000)
    success = after_booking(demo, page, visitor)
    expect(success.waiting).to_be_visible()
    expect(success.heading).to_have_text("You are booked")
    expect(page.get_by_role("heading", name=f"Intro call between Robin Meyer and {visitor.name}")).to_be_visible()
    expect(success.ticket).to_be_visible()
    expect(success.waiting).to_be_hidden()
    check_axe(page, state="arrived late")


def test_a_webhook_that_came_before_the_visitor_is_shown_at_once(demo: Demo, page: Page, visitor: Person) -> None:
    success = after_booking(demo, page, visitor)
    expect(success.ticket).to_be_visible()
    page.reload()
    assert success.ticket.is_visible()
    assert success.waiting.is_hidden()
    check_axe(page, state="known")


def test_a_webhook_that_does_not_come_is_no_reason_to_worry(demo: Demo, page: Page, visitor: Person) -> None:
    demo.turn(loss=1)
    page.clock.install()
    success = after_booking(demo, page, visitor)
    expect(success.waiting).to_be_visible()
    check_axe(page, state="waiting")
    late = page.get_by_text("This takes longer than usual.")
    for _ in range(20):
        page.clock.fast_forward(15_000)
        if late.is_visible():
            break
    expect(late).to_be_visible()
    expect(success.link("Look again")).to_be_visible()
    check_axe(page, state="not yet")


def test_without_scripts_the_page_shows_the_booking_when_it_is_loaded_again(demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    demo.turn(delay_ms=8000)
    after_booking(demo, page, visitor)
    plain = new_browser(java_script_enabled=False, storage_state=page.context.storage_state())
    plain.goto(page.url)
    success = SuccessPage(plain, demo.site_url)
    expect(success.waiting).to_be_visible()
    expect(success.ticket).to_be_visible()
    expect(success.ticket).to_contain_text(visitor.name)


def test_nobody_else_sees_a_booking_at_its_address(demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    success = after_booking(demo, page, visitor)
    expect(success.ticket).to_be_visible()

    stranger = SuccessPage(new_browser(), demo.site_url)
    stranger.page.goto(page.url)
    expect(stranger.heading).to_have_text("Nothing to show in this browser")
    expect(stranger.ticket).to_be_hidden()
    check_axe(stranger.page, state="stranger")

    other_visitor = SuccessPage(new_browser(), demo.site_url)
    BookPage(other_visitor.page, demo.site_url).open().ready()
    other_visitor.page.goto(page.url)
    expect(other_visitor.waiting).to_be_visible()
    expect(other_visitor.ticket).to_be_hidden()
    assert visitor.name not in other_visitor.page.content()


def test_the_time_is_shown_in_the_visitors_zone_and_in_the_places(demo: Demo, new_browser: NewBrowser, visitor: Person) -> None:
    success = after_booking(demo, new_browser(timezone_id="America/New_York"), visitor)
    expect(success.ticket).to_contain_text("New York time")
    expect(success.ticket).to_contain_text("in London")


def test_the_address_of_the_page_holds_no_uid(demo: Demo, page: Page, visitor: Person) -> None:
    after_booking(demo, page, visitor)
    [booking] = demo.booked_by(visitor.email)
    assert booking["uid"] not in page.url
    assert visitor.email not in page.url
