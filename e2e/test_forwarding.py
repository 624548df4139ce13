"""What the page's address hands over to the calendar, and what it cannot."""

import json
from urllib.parse import quote, urlencode

from playwright.sync_api import Page, expect

from e2e.demo import Demo, within
from e2e.pages.book import BookPage
from e2e.pages.success import SuccessPage
from e2e.people import Person


def test_name_address_notes_and_metadata_of_the_address_reach_the_booking(either_demo: Demo, page: Page, visitor: Person) -> None:
    brought = {
        "name": visitor.name,
        "email": visitor.email,
        "notes": "From the newsletter & more",
        "utm_source": "newsletter",
        "utm_campaign": "spring sale",
        "metadata[ref]": "x-7",
        "metadata[frontdesk_visitor]": "stolen",
        "metadata[frontdesk_source]": "claimed",
        "metadata[FrontDesk_Visitor]": "stolen too",
        "rescheduleUid": "somebody-elses",
        "theme": "dark",
    }
    book = BookPage(page, either_demo.site_url).open(f"?{urlencode(brought)}").ready()
    booker = book.booker
    booker.choose_a_time()
    expect(booker.name).to_have_value(visitor.name)
    expect(booker.email).to_have_value(visitor.email)
    expect(booker.notes).to_have_value("From the newsletter & more")
    booker.send.click()
    SuccessPage(page, either_demo.site_url).arrived()

    [made] = either_demo.booked_by(visitor.email)
    metadata = made["metadata"]
    assert metadata["ref"] == "x-7"
    assert metadata["utm_source"] == "newsletter"
    assert metadata["frontdesk_source"] == "/book?utm_source=newsletter&utm_campaign=spring+sale"
    assert len(metadata["frontdesk_visitor"]) > 40
    assert not {"stolen", "claimed", "stolen too"} & set(metadata.values())
    assert made["rescheduledFrom"] is None


def test_the_visitors_token_is_kept_by_nobody(demo: Demo, page: Page, visitor: Person) -> None:
    BookPage(page, demo.site_url).open().ready().booker.book(visitor.name, visitor.email)
    success = SuccessPage(page, demo.site_url).arrived()
    expect(success.ticket).to_be_visible()
    [made] = demo.booked_by(visitor.email)
    [kept] = within(10, lambda: demo.bookings(visitor.email), what="the booking on the site")
    assert made["metadata"]["frontdesk_visitor"] not in json.dumps(kept)
    assert "frontdesk_source" in made["metadata"]


def test_the_way_out_carries_what_the_visitor_brought(demo: Demo, page: Page, visitor: Person) -> None:
    book = BookPage(page, demo.site_url).open(f"?name={quote(visitor.name)}&email={visitor.email}&metadata[frontdesk_visitor]=stolen").ready()
    address = book.second_way_out.get_attribute("href") or ""
    assert address.startswith(f"{demo.calcom_url}/demo/intro?")
    assert urlencode({"email": visitor.email}) in address
    assert "frontdesk_visitor" not in address
    book.second_way_out.click()
    expect(page.get_by_role("heading", name="Intro call")).to_be_visible()


def test_a_host_and_an_event_type_have_pages_of_their_own(demo: Demo, page: Page) -> None:
    page.goto(f"{demo.site_url}/book/demo")
    expect(page.get_by_role("heading", name="Book with Robin Meyer")).to_be_visible()
    page.get_by_role("link", name="Flexible meeting").click()
    expect(page).to_have_url(f"{demo.site_url}/book/demo/flexible")
    book = BookPage(page, demo.site_url).of("flexible").open().ready()
    expect(book.frame.get_by_role("heading", name="Flexible meeting")).to_be_visible()
