"""The main way: a visitor books by hand, the owner sees it, both get their mails."""

import time

from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.pages.book import BookPage
from e2e.pages.outbox import OutboxPage
from e2e.pages.sign_in import SignInPage
from e2e.pages.success import SuccessPage
from e2e.people import NewBrowser, Person

SECONDS = 5


def test_a_booking_by_hand_is_in_the_admin_and_its_mails_in_the_outbox_within_5_seconds(
    either_demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person
) -> None:
    office = new_browser()
    calendar = SignInPage(office, either_demo.site_url).open().sign_in(OWNER, either_demo.password)

    book = BookPage(page, either_demo.site_url).open().ready()
    chosen = book.booker.book(visitor.name, visitor.email, "One question about the lease.")
    booked_at = time.monotonic()
    within(SECONDS, lambda: len(either_demo.mails(visitor.email)) == 1 and len(either_demo.mails(OWNER)), what="the mails to the booker and the owner")
    left = SECONDS - (time.monotonic() - booked_at)
    calendar.open(q=visitor.email)
    expect(calendar.row(visitor.name)).to_be_visible(timeout=max(left, 1) * 1000)
    assert time.monotonic() - booked_at < SECONDS + 1

    success = SuccessPage(page, either_demo.site_url).arrived()
    expect(success.heading).to_have_text("You are booked")
    expect(success.ticket).to_contain_text(chosen)
    expect(success.badge("Confirmed")).to_be_visible()
    expect(calendar.row(success.number())).to_contain_text(visitor.name)
    outbox = OutboxPage(office, either_demo.site_url).open()
    outbox.open_mail_to(visitor.email)
    expect(outbox.mail).to_contain_text("Confirmed: Intro call")


def test_the_calendar_is_ready_without_a_violation_in_light_and_dark(either_demo: Demo, page: Page) -> None:
    book = BookPage(page, either_demo.site_url).open().ready()
    book.expect_no_fallback()
    check_axe(page, state="ready")
    book.booker.choose_a_time()
    check_axe(page, state="details")
