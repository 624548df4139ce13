from pathlib import Path

from playwright.sync_api import Locator, Page

PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "journeys"
"""What a person saw on the way; git ignores it."""


class Journey:
    """A way through the admin area that counts what a person has to do: every click, every key that acts, every field entered.

    Typing into a field is free, getting into it is not. After each step the page is kept as a picture, light and dark.
    """

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.steps: list[str] = []
        self._look("today")

    @property
    def phone(self) -> bool:
        """Whether the admin area is behind a menu."""
        return bool(self.page.viewport_size and self.page.viewport_size["width"] < 640)

    def click(self, what: Locator, said: str) -> None:
        what.click()
        self._step(said)

    def write(self, field: Locator, text: str, said: str) -> None:
        field.click()
        self.page.keyboard.type(text)
        self._step(said)

    def go(self, entry: str) -> None:
        """To a page by the rail, which on a phone has to be opened first."""
        if self.phone:
            self.click(self.page.get_by_role("button", name="Menu"), "menu")
        self.click(self.page.get_by_role("navigation", name="Admin").get_by_role("link", name=entry, exact=False), entry.lower())

    def _step(self, said: str) -> None:
        self.steps.append(said)
        self.page.wait_for_load_state()
        self._look(said)

    def _look(self, said: str) -> None:
        width = (self.page.viewport_size or {"width": 0})["width"]
        PICTURES.mkdir(parents=True, exist_ok=True)
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the schemes
            path = PICTURES / f"{self.name}-{len(self.steps)}-{said.replace(' ', '-')}-{width}-{scheme}.png"
            self.page.screenshot(path=path, full_page=said != "menu", animations="disabled")
