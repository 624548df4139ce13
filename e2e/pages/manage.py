from typing import Self

from playwright.sync_api import Locator, Page, expect

from e2e.pages.booker import Booker
from e2e.pages.public import PublicPage


class ManagePage(PublicPage):
    """A booking for who holds its link: move it, cancel it."""

    def __init__(self, page: Page, site: str) -> None:
        super().__init__(page, site)
        self.ticket = page.get_by_role("article")
        self.move_link = page.get_by_role("link", name="Choose another time")
        self.cancel_link = page.get_by_role("link", name="Cancel this booking")

    def shown(self) -> Self:
        expect(self.ticket).to_be_visible()
        return self

    def badge(self, words: str) -> Locator:
        return self.ticket.get_by_text(words, exact=True)

    def move(self) -> Booker:
        """On to Cal.com, to choose another time."""
        self.move_link.click()
        return Booker(self.page)

    def cancel(self) -> Booker:
        """On to Cal.com, to cancel."""
        self.cancel_link.click()
        return Booker(self.page)
