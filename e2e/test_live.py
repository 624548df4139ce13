"""Open pages keep themselves fresh, quietly: nothing jumps, nothing typed is lost, and an absent site is said to be absent."""

import re
import time

from playwright.sync_api import Page, Request, expect

from e2e.demo import OWNER, Demo, within
from e2e.guard import Guard
from e2e.pages.calendar import CalendarPage
from e2e.pages.sign_in import SignInPage
from e2e.people import Person

SECONDS = 5.0
"""An open page may be behind by no more than this, and the test allows the delivery itself one second."""


def office(demo: Demo, page: Page) -> CalendarPage:
    return SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)


def asked(page: Page) -> list[str]:
    """The addresses that the page asks for from now on."""
    seen: list[str] = []

    def note(request: Request) -> None:
        seen.append(request.url)

    page.on("request", note)
    return seen


def test_a_delivery_that_comes_in_shows_in_the_open_list_within_five_seconds(demo: Demo, page: Page, visitor: Person) -> None:
    office(demo, page)
    page.goto(f"{demo.site_url}/admin/inbox")
    rows = page.locator("tr.row")
    before = rows.first.get_attribute("data-key") if rows.count() else ""
    took = []
    for _ in range(3):
        begun = time.monotonic()
        demo.book(name=visitor.name, email=visitor.email)
        page.wait_for_function("(old) => Number(document.querySelector('tr.row')?.dataset.key) > Number(old || 0)", arg=before, timeout=10_000)
        took.append(time.monotonic() - begun)
        before = rows.first.get_attribute("data-key")
        expect(rows.first).to_contain_text("Booking confirmed")
    assert max(took) < SECONDS + 1, f"it took {took} s"


def test_counts_in_the_rail_and_what_is_on_today_follow(demo: Demo, page: Page, visitor: Person) -> None:
    office(demo, page)
    page.goto(f"{demo.site_url}/admin/")
    demo.book(name=visitor.name, email=visitor.email, pending=True)
    expect(page.get_by_role("listitem").filter(has_text=f"{visitor.name} waits for your answer")).to_be_visible(timeout=8_000)


def test_what_is_typed_and_what_has_the_focus_stay(demo: Demo, page: Page, visitor: Person) -> None:
    calendar = office(demo, page).open(q=visitor.email)
    calendar.search.press("End")
    calendar.search.press_sequentially(" and more")
    demo.book(name=visitor.name, email=visitor.email)
    expect(calendar.row(visitor.name)).to_be_visible(timeout=8_000)
    expect(calendar.search).to_have_value(f"{visitor.email} and more")
    expect(calendar.search).to_be_focused()


def test_while_nothing_is_written_only_the_pulse_is_asked_for(demo: Demo, page: Page) -> None:
    office(demo, page)
    seen = asked(page)

    def quiet() -> bool:
        seen.clear()
        page.wait_for_timeout(4_000)
        return bool(seen) and all(url.endswith("/admin/pulse") for url in seen)

    assert within(30, quiet, what="four quiet seconds")


def test_a_hidden_page_asks_nothing_and_a_shown_one_at_once(demo: Demo, page: Page) -> None:
    office(demo, page)
    hide = "(on) => { Object.defineProperty(document, 'hidden', { value: on, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.wait_for_timeout(500)
    seen = asked(page)
    page.wait_for_timeout(4_000)
    assert seen == []
    with page.expect_request("**/admin/pulse", timeout=1_500):
        page.evaluate(hide, False)


def test_an_absent_site_is_said_to_be_absent_and_asked_less_often_until_it_is_back(demo: Demo, page: Page, guard: Guard) -> None:
    office(demo, page)
    guard.announce("failed request: GET .*/admin/pulse .*", "console error: Failed to load resource.*")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    expect(page.get_by_text("The site cannot be reached; what is shown may be old.")).to_be_visible(timeout=8_000)
    seen = asked(page)
    page.wait_for_timeout(7_000)
    assert len(seen) <= 1, "the pauses grow"
    page.context.set_offline(False)
    expect(page.get_by_text("The site cannot be reached")).to_be_hidden(timeout=8_000)


def test_without_scripts_a_reload_does_it(demo: Demo, page: Page, visitor: Person, new_browser: object) -> None:
    office(demo, page)
    plain = new_browser(java_script_enabled=False, storage_state=page.context.storage_state())  # type: ignore[operator]  # a fixture that is a function
    plain.goto(f"{demo.site_url}/admin/calendar?q={visitor.email}")
    demo.book(name=visitor.name, email=visitor.email)
    within(10, lambda: demo.bookings(visitor.email), what="the booking")
    plain.get_by_role("link", name="Load it again").click()
    expect(plain.get_by_role("row").filter(has_text=visitor.name)).to_be_visible()
    expect(plain).to_have_url(re.compile("q=alex-"))


def test_a_button_that_starts_long_work_says_so(demo: Demo, page: Page) -> None:
    office(demo, page)
    page.goto(f"{demo.site_url}/admin/sync")
    button = page.get_by_role("button", name="Compare now")
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")  # as long as the answer is on its way
    button.click()
    expect(page.get_by_role("button", name="Asking for it…")).to_be_disabled()
    page.reload()
    button.click()
    expect(page.get_by_text(re.compile(r"Comparison \d+ is asked for")).first).to_be_visible()
