"""Who may speak to the page: only its own frame, from the right origin, in the right namespace, in the present words."""

from typing import Any

from playwright.sync_api import Frame, Page, expect

from e2e.axe import check_axe
from e2e.demo import Demo
from e2e.guard import Guard
from e2e.pages.book import READY, BookPage

BOOKED = {
    "uid": "forged",
    "title": "Forged",
    "startTime": "2027-03-01T10:00:00.000Z",
    "endTime": "2027-03-01T10:30:00.000Z",
    "eventTypeId": 101,
    "status": "ACCEPTED",
    "paymentRequired": False,
    "isRecurring": False,
}
HEAR_ALL = """
window.heard = [];
document.addEventListener("frontdesk:embed", ({ detail }) => window.heard.push(detail));
addEventListener("message", ({ data }) => { if (data === "the last word") document.documentElement.dataset.end = "yes"; });
"""


def ready(demo: Demo, page: Page) -> BookPage:
    page.add_init_script(HEAR_ALL)
    return BookPage(page, demo.site_url).open().ready()


def message(kind: str, *, namespace: str = "book", **more: Any) -> dict[str, Any]:
    return {"originator": "CAL", "type": kind, "namespace": namespace, "fullType": f"CAL:{namespace}:{kind}", "data": BOOKED | more}


def say(sender: Frame, *messages: dict[str, Any]) -> None:
    """Posts the messages to the page, and a last word after which all of them have arrived."""
    sender.evaluate("(all) => all.forEach((one) => window.parent.postMessage(one, '*'))", [*messages, "the last word"])
    expect(sender.page.locator("html")).to_have_attribute("data-end", "yes")


def calendar_frame(page: Page) -> Frame:
    found = page.frame(name="cal-embed=book")
    assert found
    return found


def expect_nothing_happened(book: BookPage) -> None:
    expect(book.status).to_contain_text(READY)
    assert book.page.url == f"{book.site}/book"
    assert not [one for one in book.page.evaluate("window.heard") if "ooking" in one["type"]]


def test_a_booking_that_another_frame_claims_does_nothing(either_demo: Demo, page: Page) -> None:
    book = ready(either_demo, page)
    page.evaluate(
        """(address) => new Promise((loaded) => {
          const frame = Object.assign(document.createElement("iframe"), { src: address, name: "other", title: "Another frame" });
          frame.addEventListener("load", loaded);
          document.body.append(frame);
        })""",
        f"{either_demo.calcom_url}/demo/intro",
    )
    other = page.frame(name="other")
    assert other
    say(other, message("bookingSuccessfulV2"), message("rescheduleBookingSuccessfulV2"), message("linkFailed", code="404"))
    expect_nothing_happened(book)


def test_a_booking_that_the_page_itself_claims_does_nothing(either_demo: Demo, page: Page) -> None:
    book = ready(either_demo, page)
    say(page.main_frame, message("bookingSuccessfulV2"))
    expect_nothing_happened(book)


def test_a_booking_in_another_namespace_does_nothing(either_demo: Demo, page: Page, guard: Guard) -> None:
    if not either_demo.script_url.startswith(either_demo.calcom_url):
        # The real script knows only its own namespaces and says so by an exception.
        guard.announce("uncaught exception")
    book = ready(either_demo, page)
    say(calendar_frame(page), message("bookingSuccessfulV2", namespace="other"))
    expect_nothing_happened(book)


def test_deprecated_events_do_nothing(either_demo: Demo, page: Page) -> None:
    book = ready(either_demo, page)
    say(calendar_frame(page), message("bookingSuccessful"), message("rescheduleBookingSuccessful"), message("availabilityLoaded"))
    expect_nothing_happened(book)
    assert "availabilityLoaded" not in [one["type"] for one in page.evaluate("window.heard")]


def test_a_booking_that_is_told_twice_leads_on_once(either_demo: Demo, page: Page) -> None:
    ready(either_demo, page)
    documents: list[str] = []
    page.on("request", lambda request: documents.append(request.url) if request.is_navigation_request() and "/booking/success" in request.url else None)
    say(calendar_frame(page), message("bookingSuccessfulV2"), message("bookingSuccessfulV2", startTime="2027-03-02T10:00:00.000Z"))
    expect(page.get_by_text("Waiting for the calendar")).to_be_visible()
    assert documents == [f"{either_demo.site_url}/booking/success?start=2027-03-01T10%3A00%3A00.000Z&state=confirmed"]


def test_a_booking_without_a_time_does_nothing(demo: Demo, page: Page) -> None:
    book = ready(demo, page)
    say(calendar_frame(page), message("bookingSuccessfulV2", startTime="soon"))
    expect(book.status).to_contain_text(READY)
    assert page.url == f"{demo.site_url}/book"


def test_every_event_is_told_to_one_place_without_uids_and_personal_data(either_demo: Demo, page: Page) -> None:
    ready(either_demo, page)
    heard = page.evaluate("window.heard")
    assert {"__iframeReady", "linkReady", "bookerViewed", "bookerReady"} <= {one["type"] for one in heard}
    page.clock.install()
    say(calendar_frame(page), message("bookingSuccessfulV2", attendees=[{"email": "alex@example.org"}]))
    [booked] = [one for one in page.evaluate("window.heard") if one["type"] == "bookingSuccessfulV2"]
    assert set(booked) <= {"type", "eventSlug", "startTime", "status", "paymentRequired", "code"}
    assert "forged" not in str(booked)


def test_a_move_inside_the_calendar_leads_to_the_success_page(demo: Demo, page: Page) -> None:
    ready(demo, page)
    say(calendar_frame(page), message("rescheduleBookingSuccessfulV2"))
    expect(page.get_by_text("Waiting for the calendar")).to_be_visible()
    check_axe(page, state="waiting after a move")
