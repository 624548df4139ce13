"""The simulated Cal.com's booking page, in a frame or on its own."""

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect


class Booker:
    """Choosing a day and a time, filling in the details, and what stands there afterwards."""

    def __init__(self, root: Page | FrameLocator) -> None:
        self.root = root
        self.times = root.get_by_role("region", name="Free times on")
        self.name = root.get_by_label("Your name")
        self.email = root.get_by_label("Email address")
        self.notes = root.get_by_label("What should be known beforehand?")
        self.send = root.get_by_role("button", name=re.compile("Confirm booking|Send the request|Continue to payment|Move the meeting|Ask for this time"))

    def heading(self, name: str) -> Locator:
        return self.root.get_by_role("heading", name=name)

    def choose_a_time(self) -> str:
        """Takes the first free time of the day shown; the time as it stands on the button."""
        slot = self.times.get_by_role("button").first
        words = slot.inner_text()
        slot.click()
        expect(self.send).to_be_visible()
        return words

    def fill_in(self, name: str, email: str, notes: str = "") -> None:
        self.name.fill(name)
        self.email.fill(email)
        self.notes.fill(notes)

    def book(self, name: str, email: str, notes: str = "") -> str:
        """The whole way: a time, the details, the button."""
        time = self.choose_a_time()
        self.fill_in(name, email, notes)
        self.send.click()
        return time

    def move(self) -> str:
        """Takes the last free time of the day shown as the new one."""
        slot = self.times.get_by_role("button").last
        words = slot.inner_text()
        slot.click()
        self.send.click()
        expect(self.heading("This meeting is scheduled")).to_be_visible()
        return words

    def cancel(self) -> None:
        """Says that the meeting shall really end."""
        self.root.get_by_role("button", name="Cancel this meeting").click()
        expect(self.heading("This meeting is cancelled")).to_be_visible()

    def pay(self) -> None:
        self.root.get_by_role("button", name=re.compile("^Pay ")).click()
