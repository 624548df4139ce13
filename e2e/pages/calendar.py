from typing import Self
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from e2e.pages.booking import BookingPage


class CalendarPage:
    """The list of bookings in the admin area."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.heading = page.get_by_role("heading", name="Bookings", level=1)
        self.filters = page.get_by_role("search", name="Bookings")
        self.search = self.filters.get_by_role("searchbox")
        self.status = self.filters.get_by_label("Status")
        self.event_type = self.filters.get_by_label("Event type")
        self.sign_out_button = page.get_by_role("button", name="Sign out")

    def open(self, **query: str) -> Self:
        self.page.goto(f"{self.site}/admin/calendar{'?' if query else ''}{urlencode(query)}")
        return self.shown()

    def shown(self) -> Self:
        expect(self.heading).to_be_visible()
        return self

    def show(self) -> None:
        self.filters.get_by_role("button", name="Show").click()

    def row(self, words: str) -> Locator:
        """The row that has these words: a name, an address, a number."""
        return self.page.get_by_role("row").filter(has_text=words)

    def booking_of(self, name: str) -> BookingPage:
        self.page.get_by_role("link", name=name, exact=True).click()
        return BookingPage(self.page, self.site).shown()
