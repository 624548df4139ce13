"""Calendar views, the day on paper, figures and the feed page in a browser: nothing for axe to find, nothing wider than a phone."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.pages.sign_in import SignInPage
from e2e.people import Person

PHONE = {"width": 390, "height": 844}


def test_week_month_day_figures_and_feed_are_whole_on_a_desk_and_a_phone(demo: Demo, page: Page, visitor: Person, tmp_path: Path) -> None:
    made = demo.book(name=visitor.name, email=visitor.email, notes="About the lease")
    within(10, lambda: demo.mails(visitor.email), what=f"a mail to {visitor.email}")
    day = datetime.fromisoformat(str(made["start"])).date()
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    views = [f"calendar/week?day={day}", f"calendar/month?day={day}", f"calendar/day/{day}"]
    for path in [*views, "reports?span=ahead", "reports?from=2031-01-01&to=2031-02-01", "feed"]:
        for size in (PHONE, {"width": 1280, "height": 900}):
            page.set_viewport_size(size)
            page.goto(f"{demo.site_url}/admin/{path}")
            if path.startswith("calendar"):
                named = page.get_by_role("main").get_by_role("link", name=visitor.name)
                folded = page.get_by_role("link", name=re.compile(r"\d+ more on "))  # a day with many others shows the first of them
                expect(named.or_(folded).first if "month" in path else named.first).to_be_visible()
            check_axe(page, state=f"{path} at {size['width']}")
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    page.goto(f"{demo.site_url}/admin/calendar/day/{day}")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Admin")).to_be_hidden()
    expect(page.get_by_text("About the lease").first).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.goto(f"{demo.site_url}/admin/calendar/week?day={day + timedelta(days=7)}")
    page.get_by_role("link", name="Week before").click()
    expect(page.get_by_role("main").get_by_role("link", name=visitor.name).first).to_be_visible()
