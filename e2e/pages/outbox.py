from typing import Self

from playwright.sync_api import Locator, Page


class OutboxPage:
    """The demo's outbox: every mail that was written."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site

    def open(self) -> Self:
        self.page.goto(f"{self.site}/demo/outbox")
        return self

    def mail(self, subject: str, recipient: str) -> Locator:
        """The link to a mail in the list."""
        return self.page.get_by_role("main").get_by_text(recipient).and_(self.page.get_by_text(subject))
