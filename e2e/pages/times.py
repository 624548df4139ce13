import re
from typing import Self

from playwright.sync_api import Locator, Page, expect

from e2e.pages.public import PublicPage
from e2e.pages.success import SuccessPage


class TimesPage(PublicPage):
    """Booking without the frame: days, times, and the form."""

    path = "/book/demo/intro/times"

    def __init__(self, page: Page, site: str) -> None:
        super().__init__(page, site)
        self.zone = page.get_by_label("Time zone")
        self.days = page.get_by_role("table").get_by_role("link")
        self.times = page.get_by_role("button", name=re.compile(r"^\d\d:\d\d"))
        self.name = page.get_by_label("Your name")
        self.email = page.get_by_label("Email address", exact=True)
        self.notes = page.get_by_label("Anything we should know beforehand?")
        self.send = page.get_by_role("button", name="Book this time")
        self.problem = page.get_by_role("alert")

    def of(self, slug: str) -> Self:
        self.path = f"/book/demo/{slug}/times"
        return self

    def choose(self, *, day: int = 0, time: int = 0) -> Self:
        """Presses a day, then a time; the form opens."""
        self.days.nth(day).click()
        expect(self.days.nth(day)).to_have_attribute("aria-current", "date")
        self.times.nth(time).click()
        expect(self.page.get_by_role("heading", name="Your details")).to_be_visible()
        return self

    def fill(self, name: str, email: str) -> Self:
        self.name.fill(name)
        self.email.fill(email)
        return self

    def book(self) -> SuccessPage:
        self.page.wait_for_timeout(1_000)  # nobody reads the page faster than that
        self.send.click()
        return SuccessPage(self.page, self.site).arrived()

    def nearby(self) -> Locator:
        """The free times that are offered instead."""
        return self.problem.get_by_role("button", name=re.compile(r"\d\d:\d\d$"))
