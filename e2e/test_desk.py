"""What the owner does with a booking: cancel it with a reason, verify it, write a note; people. By mouse, by keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.guard import Guard
from e2e.pages.booking import BookingPage
from e2e.pages.sign_in import SignInPage
from e2e.people import NewBrowser, Person


def known(demo: Demo, visitor: Person, **wish: object) -> str:
    """A booking that the site knows already; its uid."""
    made = demo.book(name=visitor.name, email=visitor.email, **wish)
    within(10, lambda: demo.mails(visitor.email), what=f"a mail to {visitor.email}")
    return str(made["uid"])


def booking_of(demo: Demo, page: Page, visitor: Person) -> BookingPage:
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    page.goto(f"{demo.site_url}/admin/calendar?q={visitor.email}")
    page.get_by_role("link", name=visitor.name, exact=True).click()
    return BookingPage(page, demo.site_url).shown()


def cancellations(demo: Demo, visitor: Person) -> list[str]:
    return [subject for subject in demo.subjects(visitor.email) if "cancel" in subject.lower()]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_list_to_a_cancellation_with_a_reason_in_four_clicks(demo: Demo, new_browser: NewBrowser, visitor: Person, scripts: bool) -> None:
    known(demo, visitor)
    page = new_browser(java_script_enabled=scripts)
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    page.goto(f"{demo.site_url}/admin/calendar?q={visitor.email}")
    clicks = 0

    def click(role: str, name: str) -> None:
        nonlocal clicks
        page.get_by_role("main").get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]  # one of the roles
        clicks += 1

    click("link", visitor.name)
    click("link", "Cancel the booking")
    expect(page.get_by_role("main")).to_contain_text("This site writes to " + visitor.email)
    if scripts:
        check_axe(page, state="what a cancellation will do")
    page.get_by_label("Why is it cancelled?").fill("Robin is ill")
    click("button", "Cancel the booking")
    assert clicks <= 4
    expect(page.get_by_role("status").first).to_contain_text("Cancelled, here and at Cal.com.")
    expect(page.get_by_role("main")).to_contain_text("Robin is ill")
    expect(page.get_by_role("main").get_by_text("Cancelled", exact=True).first).to_be_visible()
    (there,) = demo.booked_by(visitor.email)
    assert there["status"].lower() == "cancelled"
    within(10, lambda: cancellations(demo, visitor), what="the mail about the cancellation")
    page.wait_for_timeout(1500)  # the delivery about the same act is here by now
    assert len(cancellations(demo, visitor)) == 1


def test_a_reason_that_is_missing_is_asked_for_and_a_calcom_that_fails_keeps_what_was_typed(demo: Demo, page: Page, visitor: Person, guard: Guard) -> None:
    guard.announce("bad answer: (422|503) POST .*/act/cancel", "console error: Failed to load resource.*(422|503)")
    known(demo, visitor)
    booking_of(demo, page, visitor)
    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a reason")
    expect(page.get_by_role("alert")).to_be_focused()
    check_axe(page, state="no reason")
    page.get_by_label("Why is it cancelled?").fill("Robin is ill")
    demo.turn(api_next="500*4", api_only="GET /v2/bookings/")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("alert")).to_contain_text("what you typed is still here")
    expect(page.get_by_label("Why is it cancelled?")).to_have_value("Robin is ill")
    check_axe(page, state="Cal.com fails")
    demo.turn(api_next="", api_only="")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("status").first).to_contain_text("Cancelled, here and at Cal.com.")


def test_a_request_is_answered_and_a_lost_change_is_seen_and_taken_over(demo: Demo, page: Page, visitor: Person) -> None:
    uid = known(demo, visitor, type="consultation")
    booking_of(demo, page, visitor)
    expect(page.get_by_role("region", name="What happens next")).to_contain_text("The request waits for your answer")
    check_axe(page, state="a request")
    page.get_by_role("link", name="Decline the request").click()
    check_axe(page, state="what declining will do")
    page.go_back()
    page.get_by_role("button", name="Confirm the request").click()
    expect(page.get_by_role("status").first).to_contain_text("Confirmed, here and at Cal.com.")
    demo.turn(loss=1)
    demo.calcom("POST", f"/bookings/{uid}/cancel", {"by": "attendee", "reason": "Cannot come"})
    page.get_by_role("link", name="Verify against Cal.com now").click()
    expect(page.get_by_role("row", name=re.compile("^Status"))).to_contain_text("Cancelled")
    check_axe(page, state="both sides differ")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_axe(page, state="both sides differ, phone")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Take over what Cal.com says").click()
    expect(page.get_by_role("status").first).to_contain_text("Taken over")
    expect(page.get_by_role("main")).to_contain_text("Cannot come")
    page.get_by_role("link", name="Verify against Cal.com now").click()
    expect(page.get_by_role("main")).to_contain_text("Both say the same.")
    check_axe(page, state="both sides alike")


def test_a_note_is_written_changed_and_removed_by_keyboard(demo: Demo, page: Page, visitor: Person) -> None:
    known(demo, visitor)
    booking = booking_of(demo, page, visitor)
    page.get_by_text("Add a note").focus()
    page.keyboard.press("Enter")
    check_axe(page, state="writing a note")
    page.get_by_label("Note", exact=True).fill("Ring twice\nor knock")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(booking.entry("Ring twice")).to_be_visible()
    check_axe(page, state="with a note")
    booking.entry("Ring twice").get_by_role("link", name=re.compile("^Change")).click()
    check_axe(page, state="changing a note")
    page.get_by_text("Remove the note").click()
    page.get_by_role("button", name="Remove it for good").click()
    expect(booking.story).to_contain_text("removed a note")
    expect(booking.story).not_to_contain_text("Ring twice")


def test_somebody_is_found_and_their_page_shows_everything(demo: Demo, page: Page, visitor: Person, new_browser: NewBrowser) -> None:
    known(demo, visitor)
    booking_of(demo, page, visitor)
    page.get_by_role("link", name="Everything of this person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(visitor.name)
    expect(page.get_by_role("region", name="Bookings")).to_contain_text("intro")
    expect(page.get_by_role("region", name="Mails", exact=True)).to_contain_text("Confirmation")
    check_axe(page, state="person")
    page.get_by_role("button", name="Leave for them").first.click()
    expect(page.get_by_role("region", name="Mails they may get")).to_contain_text("taken by staff")
    check_axe(page, state="left a sequence")
    page.goto(f"{demo.site_url}/admin/people")
    check_axe(page, state="people")
    page.keyboard.press("/")
    page.keyboard.type(visitor.email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=visitor.name, exact=True)).to_be_visible()
    assert visitor.email not in page.url
    check_axe(page, state="found")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name=visitor.name, exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_axe(page, state="person, phone")
    page.go_back()
    expect(page.get_by_role("link", name=visitor.name, exact=True)).to_be_visible()


def test_a_whole_class_is_cancelled_and_each_of_its_people_is_told_once(demo: Demo, page: Page, visitor: Person) -> None:
    other = Person(name=f"{visitor.name} Second", email=visitor.email.replace("@", "-second@"))
    uid = known(demo, visitor, type="group-class")
    start = next(one["start"] for one in demo.booked_by(visitor.email))
    assert known(demo, other, type="group-class", start=start) == uid, "both sit in one class"
    booking_of(demo, page, visitor)
    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_text("The 2 people in the class").click()
    expect(page.get_by_role("link", name=other.name)).to_be_visible()
    check_axe(page, state="how much of a class")
    page.get_by_label("The whole class (2 people)").check()
    page.get_by_label("Why is it cancelled?").fill("Robin is ill")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("status").first).to_contain_text("The whole class is cancelled, here and at Cal.com: 2 seats.")
    for person in (visitor, other):
        within(10, lambda person=person: cancellations(demo, person), what=f"the mail to {person.email}")
    page.wait_for_timeout(1500)  # the delivery about the same act is here by now
    assert [len(cancellations(demo, person)) for person in (visitor, other)] == [1, 1]
    assert {one["status"] for person in (visitor, other) for one in demo.bookings(person.email)} == {"cancelled"}
