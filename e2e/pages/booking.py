import re
from typing import Self

from playwright.sync_api import Locator, Page, expect


class BookingPage:
    """One booking in the admin area, with its story."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.story = page.get_by_role("region", name="What happened")

    def shown(self) -> Self:
        expect(self.page).to_have_url(re.compile(r"/admin/calendar/[A-Z0-9]+$"))
        expect(self.story).to_be_visible()
        return self

    def entry(self, words: str) -> Locator:
        """An entry of the story."""
        return self.story.get_by_role("listitem").filter(has_text=words)
