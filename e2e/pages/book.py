from typing import Self

from playwright.sync_api import FrameLocator, Page, expect

from e2e.pages.booker import Booker
from e2e.pages.public import PublicPage

READY = "Pick a day, then a time."
NO_SCRIPT = "The calendar could not be loaded."
NO_FRAME = "The calendar did not open on this page."
NO_LINK = "The calendar cannot be shown right now."
SLOW = "The calendar takes longer than usual."
OFFLINE = "You are offline."


class BookPage(PublicPage):
    """The page that hosts the embed."""

    path = "/book"

    def __init__(self, page: Page, site: str) -> None:
        super().__init__(page, site)
        self.stage = page.get_by_role("region", name="Choose a time")
        self.status = self.stage.get_by_role("status")
        self.frame_element = page.get_by_title("Calendar of")
        self.way_out = self.stage.get_by_role("link", name="Open the booking page")
        self.second_way_out = self.stage.get_by_role("link", name="Open it on its own page")
        self.without_it = self.stage.get_by_role("link", name="Book without it")
        self.try_again = self.stage.get_by_role("link", name="Try again")

    @property
    def frame(self) -> FrameLocator:
        return self.frame_element.content_frame

    @property
    def booker(self) -> Booker:
        return Booker(self.frame)

    def of(self, slug: str) -> Self:
        """The page of another event type of the host."""
        self.path = f"/book/demo/{slug}"
        return self

    def ready(self) -> Self:
        """Waits until the calendar is there and its times can be chosen."""
        expect(self.status).to_contain_text(READY)
        expect(self.booker.times).to_be_visible()
        return self

    def expect_failure(self, words: str) -> None:
        """The calendar did not come: the page says so and shows the way out."""
        expect(self.status).to_contain_text(words)
        expect(self.way_out).to_be_visible()
        expect(self.second_way_out).to_be_visible()
        expect(self.try_again).to_be_visible()

    def expect_no_fallback(self) -> None:
        expect(self.way_out).to_be_hidden()
