"""What becomes of a booking: moved, cancelled, confirmed, declined, paid."""

import re

from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import Demo, within
from e2e.pages.book import BookPage
from e2e.pages.control import ControlPage
from e2e.pages.success import SuccessPage
from e2e.people import NewBrowser, Person

SECONDS = 10


def booked(demo: Demo, page: Page, visitor: Person, slug: str = "intro") -> SuccessPage:
    """Books by hand and comes to the success page."""
    BookPage(page, demo.site_url).of(slug).open().ready().booker.book(visitor.name, visitor.email)
    success = SuccessPage(page, demo.site_url).arrived()
    expect(success.ticket).to_be_visible()
    return success


def mail_about(demo: Demo, visitor: Person, word: str) -> str:
    """The subject of the mail that says so, as soon as it is there."""

    def look() -> str | None:
        return next((subject for subject in demo.subjects(visitor.email) if subject.startswith(word)), None)

    return within(SECONDS, look, what=f"a mail to {visitor.email} that begins with {word}")


def test_a_booking_is_moved_by_its_link_and_keeps_its_number(demo: Demo, page: Page, visitor: Person) -> None:
    success = booked(demo, page, visitor)
    number = success.number()
    manage = success.manage()
    address = page.url
    check_axe(page, state="manage")
    new_time = manage.move().move()
    mail_about(demo, visitor, "New time")

    page.goto(address)
    expect(manage.badge("Moved")).to_be_visible()
    expect(manage.ticket).to_contain_text(number)
    expect(manage.ticket).to_contain_text(new_time)
    [booking] = demo.bookings(visitor.email)
    assert (booking["reference"], booking["moved"], booking["status"], len(booking["uids"])) == (number, 1, "confirmed", 2)


def test_a_booking_is_cancelled_by_its_link(demo: Demo, page: Page, visitor: Person) -> None:
    success = booked(demo, page, visitor)
    number = success.number()
    manage = success.manage()
    address = page.url
    manage.cancel().cancel()
    mail_about(demo, visitor, "Cancelled")

    page.goto(address)
    expect(manage.badge("Cancelled")).to_be_visible()
    expect(manage.cancel_link).to_be_hidden()
    expect(manage.heading).to_have_text("This booking was cancelled")
    check_axe(page, state="cancelled")
    [booking] = demo.bookings(visitor.email)
    assert (booking["reference"], booking["status"]) == (number, "cancelled")


def test_a_moved_booking_can_still_be_cancelled_by_the_first_link(demo: Demo, page: Page, visitor: Person) -> None:
    manage = booked(demo, page, visitor).manage()
    address = page.url
    manage.move().move()
    mail_about(demo, visitor, "New time")
    page.goto(address)
    manage.cancel().cancel()
    mail_about(demo, visitor, "Cancelled")
    page.goto(address)
    expect(manage.badge("Cancelled")).to_be_visible()


def test_a_request_waits_until_the_host_confirms_it(either_demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    success = booked(either_demo, page, visitor, "consultation")
    expect(success.heading).to_have_text("Your request is in")
    expect(success.badge("Waiting for approval")).to_be_visible()
    check_axe(page, state="pending")
    number = success.number()

    control = ControlPage(new_browser(), either_demo.calcom_url).open()
    check_axe(control.page, state="with a request")
    control.confirm(visitor.name)
    mail_about(either_demo, visitor, "Confirmed")
    page.reload()
    expect(success.badge("Confirmed")).to_be_visible()
    assert success.number() == number


def test_a_request_that_the_host_declines_is_over(demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    success = booked(demo, page, visitor, "consultation")
    ControlPage(new_browser(), demo.calcom_url).open().reject(visitor.name)
    mail_about(demo, visitor, "Not possible")
    page.reload()
    expect(success.heading).to_have_text("The request was declined")
    expect(success.badge("Declined")).to_be_visible()
    expect(success.link("Book a consultation")).to_be_visible()
    check_axe(page, state="declined")


def test_a_payment_that_is_due_keeps_the_visitor_until_it_is_paid(either_demo: Demo, page: Page, visitor: Person) -> None:
    book = BookPage(page, either_demo.site_url).of("paid-session").open().ready()
    book.booker.book(visitor.name, visitor.email)
    expect(book.status).to_contain_text("The payment is still due")
    check_axe(page, state="payment due")
    book.booker.pay()
    success = SuccessPage(page, either_demo.site_url).arrived()
    expect(success.badge("Confirmed")).to_be_visible()


def test_a_payment_that_is_due_is_shown_as_due(demo: Demo, page: Page, visitor: Person) -> None:
    book = BookPage(page, demo.site_url).of("paid-session").open().ready()
    book.booker.book(visitor.name, visitor.email)
    book.status.get_by_role("link", name="Show my booking").click()
    success = SuccessPage(page, demo.site_url).arrived()
    expect(success.badge("Payment due")).to_be_visible()
    expect(success.heading).to_have_text("One step left")
    check_axe(page, state="payment due")


def test_the_calendar_file_of_a_booking_can_be_kept(demo: Demo, page: Page, visitor: Person) -> None:
    success = booked(demo, page, visitor)
    with page.expect_download() as coming:
        success.calendar_file.click()
    entry = coming.value.path().read_text(encoding="utf-8")
    assert re.search(r"^BEGIN:VEVENT", entry, re.MULTILINE)
    assert coming.value.suggested_filename == f"booking-{success.number()}.ics"
