from typing import Self

from playwright.sync_api import Page, expect

from e2e.pages.calendar import CalendarPage


class SignInPage:
    """The door of the admin area."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.heading = page.get_by_role("heading", name="Sign in")
        self.email = page.get_by_label("E-mail address")
        self.password = page.get_by_label("Password")
        self.button = page.get_by_role("button", name="Sign in")
        self.problem = page.get_by_role("alert")

    def open(self, path: str = "/admin/calendar") -> Self:
        """Asks for a page of the admin area; a stranger comes to the door."""
        self.page.goto(f"{self.site}{path}")
        expect(self.heading).to_be_visible()
        return self

    def try_with(self, email: str, password: str) -> None:
        self.email.fill(email)
        self.password.fill(password)
        self.button.click()

    def sign_in(self, email: str, password: str) -> CalendarPage:
        self.try_with(email, password)
        return CalendarPage(self.page, self.site).shown()
