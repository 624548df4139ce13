"""The owner's side: the door, the list, a booking with everything that happened to it."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.guard import Guard
from e2e.pages.calendar import CalendarPage
from e2e.pages.control import ControlPage
from e2e.pages.outbox import OutboxPage
from e2e.pages.sign_in import SignInPage
from e2e.people import NewBrowser, Person


def office(demo: Demo, page: Page) -> CalendarPage:
    return SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)


def known(demo: Demo, visitor: Person, **wish: object) -> str:
    """A booking that the site knows already; its uid."""
    made = demo.book(name=visitor.name, email=visitor.email, **wish)
    within(10, lambda: demo.mails(visitor.email), what=f"a mail to {visitor.email}")
    return str(made["uid"])


def test_a_stranger_comes_to_the_door_and_then_where_they_wanted_to_go(demo: Demo, page: Page) -> None:
    door = SignInPage(page, demo.site_url).open("/admin/inbox")
    check_axe(page, state="sign-in")
    door.try_with(OWNER, demo.password)
    expect(page).to_have_url(f"{demo.site_url}/admin/inbox")
    expect(page.get_by_role("heading", level=1)).to_have_text("Deliveries")


def test_a_wrong_password_opens_nothing_and_tells_nothing(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 401 POST .*/admin/sign-in", "console error: Failed to load resource.*401")
    door = SignInPage(page, demo.site_url).open()
    door.try_with(OWNER, "not-the-password")
    expect(door.problem).to_contain_text("do not belong together")
    known_person = door.problem.inner_text()
    check_axe(page, state="wrong password")
    door.try_with("nobody@example.com", "not-the-password")
    expect(door.email).to_have_value("nobody@example.com")
    expect(door.problem).to_have_text(re.compile("do not belong together"))
    assert door.problem.inner_text() == known_person
    page.goto(f"{demo.site_url}/admin/calendar")
    expect(door.heading).to_be_visible()


def test_signing_out_closes_the_door(demo: Demo, page: Page) -> None:
    calendar = office(demo, page)
    calendar.sign_out_button.click()
    door = SignInPage(page, demo.site_url)
    expect(door.heading).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    page.go_back()
    page.reload()
    expect(door.heading).to_be_visible()


def test_the_list_is_filtered_by_its_address(demo: Demo, page: Page, visitor: Person) -> None:
    uid = known(demo, visitor)
    other = Person(f"{visitor.name} the second", f"second-{visitor.email}")
    known(demo, other, type="consultation")
    calendar = office(demo, page)

    calendar.search.fill(visitor.email.partition("@")[0])
    calendar.show()
    expect(page).to_have_url(re.compile("q=alex-"))
    expect(calendar.row(visitor.email).first).to_be_visible()
    expect(calendar.row(other.name)).to_be_visible()
    calendar.status.select_option(label="Waiting for approval")
    calendar.show()
    expect(calendar.row(other.name)).to_be_visible()
    expect(page.get_by_role("link", name=visitor.name, exact=True)).to_be_hidden()
    check_axe(page, state="filtered")

    calendar.open(q=visitor.email, type="intro")
    expect(calendar.row(visitor.name)).to_have_count(1)
    calendar.open(q="nobody-has-this-name")
    expect(page.get_by_text("No booking matches")).to_be_visible()
    check_axe(page, state="nothing found")
    assert uid not in page.content()


def test_a_booking_shows_its_history_its_deliveries_and_its_mails(demo: Demo, page: Page, visitor: Person) -> None:
    uid = known(demo, visitor, notes="About the lease", metadata={"ref": "x-7"})
    demo.calcom("POST", f"/bookings/{uid}/move", {"by": "attendee", "reason": "A train was late"})
    within(10, lambda: len(demo.mails(visitor.email)) > 1, what="the mail about the move")
    booking = office(demo, page).open(q=visitor.email).booking_of(visitor.name)
    main = page.get_by_role("main")
    expect(main.get_by_text("Moved", exact=True).first).to_be_visible()
    expect(main).to_contain_text(visitor.email)
    expect(main).to_contain_text("About the lease")
    expect(booking.entry("BOOKING_CREATED").first).to_be_visible()
    expect(booking.entry("BOOKING_RESCHEDULED").first).to_be_visible()
    expect(booking.story.get_by_role("link", name=re.compile(r"^Mail \d+")).first).to_be_visible()
    check_axe(page, state="booking")
    page.get_by_text("Raw body").first.click()
    expect(page.get_by_role("region", name="Raw body of delivery").first).to_contain_text('"triggerEvent"')
    check_axe(page, state="raw body open")

    booking.story.get_by_role("link", name=re.compile(r"^Delivery \d+")).first.click()
    expect(page.get_by_role("region", name="Body").first).to_contain_text("triggerEvent")
    check_axe(page, state="delivery")
    page.go_back()
    booking.story.get_by_role("link", name=re.compile(r"^Mail \d+")).first.click()
    expect(page.get_by_text("Message-ID")).to_be_visible()
    check_axe(page, state="mail")


def test_an_open_list_shows_a_new_booking_by_itself(demo: Demo, page: Page, visitor: Person) -> None:
    calendar = office(demo, page).open(q=visitor.email)
    expect(calendar.row(visitor.name)).to_have_count(0)
    demo.book(name=visitor.name, email=visitor.email)
    expect(calendar.row(visitor.name)).to_be_visible()


@pytest.mark.parametrize("path", ["/admin/calendar", "/admin/calendar?view=past", "/admin/calendar?view=all", "/admin/inbox", "/admin/outbox"])
def test_every_list_keeps_nobody_out(demo: Demo, page: Page, visitor: Person, path: str) -> None:
    known(demo, visitor)
    office(demo, page)
    page.goto(f"{demo.site_url}{path}")
    check_axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_axe(page, state="phone")


def test_an_unknown_booking_is_said_to_be_unknown(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 404 GET .*/admin/calendar/NQNQNQNQ", "console error: Failed to load resource.*404")
    office(demo, page)
    page.goto(f"{demo.site_url}/admin/calendar/NQNQNQNQ")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    check_axe(page)


def test_the_outbox_of_the_demo_shows_each_mail_as_a_person_sees_it(demo: Demo, page: Page, visitor: Person) -> None:
    known(demo, visitor)
    outbox = OutboxPage(page, demo.site_url).open()
    expect(page.get_by_role("main")).to_contain_text(visitor.email)
    outbox.open_mail_to(visitor.email)
    expect(outbox.frame.get_by_role("heading").first).to_be_visible()
    expect(outbox.frame.locator("body")).to_contain_text("Intro call")
    check_axe(page, state="outbox")


def test_the_control_page_keeps_nobody_out(demo: Demo, page: Page, new_browser: NewBrowser, visitor: Person) -> None:
    made = demo.book(name=visitor.name, email=visitor.email)
    control = ControlPage(page, demo.calcom_url).open()
    expect(page.get_by_role("row").filter(has_text=visitor.name)).to_be_visible()
    check_axe(page, state="control")
    page.goto(f"{control.engine}/control/bookings/{made['uid']}")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(page.get_by_role("status")).to_contain_text("Cancelled:")
    for path in ("/demo", "/demo/intro", f"/booking/{made['uid']}"):
        shown = new_browser()
        shown.goto(f"{demo.calcom_url}{path}")
        expect(shown.get_by_role("heading", level=1).first).to_be_visible()
        expect(shown.get_by_text("Looking for free times")).to_be_hidden()
        check_axe(shown)
