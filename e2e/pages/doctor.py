"""The doctor's page in the admin area."""

from typing import Self

from playwright.sync_api import Locator, Page, expect


class DoctorPage:
    """An examination: the button, the word about the whole, a finding for each check."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.whole = page.locator(".doctor-sum")

    def open(self) -> Self:
        self.page.goto(f"{self.site}/admin/doctor")
        return self

    def examine(self) -> None:
        """Presses the button and waits until every check has answered."""
        self.page.get_by_role("button", name="Examine").click()
        expect(self.whole).to_contain_text("Examined", timeout=40_000)

    def finding(self, title: str) -> Locator:
        """What one check found."""
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=title, exact=True))
