from typing import Self

from playwright.sync_api import FrameLocator, Page, expect


class OutboxPage:
    """The demo's outbox: every mail that was written, and one of them as a person sees it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.list = page.get_by_role("navigation", name="Mails")
        self.mail = page.get_by_role("article")

    @property
    def frame(self) -> FrameLocator:
        return self.page.get_by_title("The mail as it looks").content_frame

    def open(self) -> Self:
        self.page.goto(f"{self.site}/demo/outbox")
        return self

    def open_mail_to(self, recipient: str) -> None:
        """Chooses the newest mail to this address."""
        self.list.get_by_role("link").filter(has_text=recipient).first.click()
        expect(self.mail.get_by_role("definition").filter(has_text=recipient).first).to_be_visible()
