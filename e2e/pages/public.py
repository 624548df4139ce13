"""What all public pages have in common."""

from typing import Self

from playwright.sync_api import Locator, Page


class PublicPage:
    """A page of the site that anybody may open."""

    path = "/"

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.heading = page.get_by_role("heading", level=1)

    def open(self, query: str = "") -> Self:
        """Goes to the page; `query` begins with a question mark."""
        self.page.goto(f"{self.site}{self.path}{query}")
        return self

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("link", name=name)
