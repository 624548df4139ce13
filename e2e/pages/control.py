from typing import Self

from playwright.sync_api import Locator, Page, expect


class ControlPage:
    """The host's side of the simulated Cal.com."""

    def __init__(self, page: Page, engine: str) -> None:
        self.page = page
        self.engine = engine

    def open(self) -> Self:
        self.page.goto(f"{self.engine}/control")
        return self

    def request_of(self, name: str) -> Locator:
        """The request of somebody who waits for an answer."""
        return self.page.get_by_role("article").filter(has_text=name)

    def confirm(self, name: str) -> None:
        self.request_of(name).get_by_role("button", name="Confirm").click()
        expect(self.page.get_by_role("status")).to_contain_text("Confirmed:")

    def reject(self, name: str) -> None:
        self.request_of(name).get_by_role("button", name="Reject").click()
        expect(self.page.get_by_role("status")).to_contain_text("Rejected:")
