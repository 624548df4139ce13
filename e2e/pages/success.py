import re

from playwright.sync_api import Locator, Page, expect

from e2e.pages.manage import ManagePage
from e2e.pages.public import PublicPage

ADDRESS = re.compile(r"/booking/success\?")


class SuccessPage(PublicPage):
    """After the booking."""

    path = "/booking/success"

    def __init__(self, page: Page, site: str) -> None:
        super().__init__(page, site)
        self.ticket = page.get_by_role("article")
        self.waiting = page.get_by_text("Waiting for the calendar")
        self.calendar_file = page.get_by_role("link", name="Add to calendar")

    def arrived(self) -> "SuccessPage":
        """Waits until the browser has come here by itself."""
        expect(self.page).to_have_url(ADDRESS)
        return self

    def number(self) -> str:
        """The booking's number, once it is known here."""
        shape = re.compile(r"\b[A-Z0-9]{8}\b")
        expect(self.ticket).to_contain_text(shape, use_inner_text=True)
        found = shape.search(self.ticket.inner_text())
        assert found, self.ticket.inner_text()
        return found[0]

    def badge(self, words: str) -> Locator:
        return self.ticket.get_by_text(words, exact=True)

    def manage(self) -> ManagePage:
        self.page.get_by_role("link", name="Move or cancel").click()
        return ManagePage(self.page, self.site).shown()
