"""The whole admin area by keyboard: from the door through lists to an act, without a mouse."""

import re

from playwright.sync_api import Page, expect

from e2e.demo import OWNER, Demo, within
from e2e.guard import Guard
from e2e.pages.calendar import CalendarPage
from e2e.people import Person

PLACES = {"p": "People", "d": "Deliveries", "m": "Mail", "s": "Sync", "r": "Reports", "e": "Event types", "c": "Configuration", "a": "Audit", "t": "Today"}


def enter(demo: Demo, page: Page) -> None:
    """Through the door: the first field has the focus by itself."""
    page.goto(f"{demo.site_url}/admin/")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(OWNER)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(demo.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.wait_for_load_state()  # the keys come with a script


def tab_to(page: Page, name: str, *, role: str = "link", most: int = 60) -> None:
    """Presses Tab until the thing with this name has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]  # roles are words
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {role} {name!r} within {most} steps")


def visible_focus(page: Page) -> bool:
    """Whether one sees where the focus is."""
    return bool(page.evaluate("(() => { const it = document.activeElement; return [getComputedStyle(it), getComputedStyle(it, '::after')]"
                              ".some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2); })()"))  # fmt: skip


def test_everything_can_be_done_without_a_mouse(demo: Demo, page: Page, visitor: Person) -> None:
    second = Person(f"{visitor.name} Second", f"second-{visitor.email}")
    for person in (visitor, second):
        demo.book(name=person.name, email=person.email)
        within(10, lambda who=person: demo.bookings(who.email), what="the booking")  # type: ignore[misc]  # a default keeps the person

    enter(demo, page)

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    assert visible_focus(page)
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    page.keyboard.press("g")
    page.keyboard.press("b")
    calendar = CalendarPage(page, demo.site_url).shown()
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(calendar.search).to_be_focused()
    page.keyboard.type(visitor.email.partition("@")[0])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=alex-"))
    rows = page.locator(".row-link")
    expect(rows).to_have_count(2)
    page.wait_for_load_state()

    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    assert visible_focus(page)
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(calendar.search).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/calendar/[A-Z0-9]+$"))

    tab_to(page, "Cancel the booking")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel this booking")
    why = page.get_by_label("Why is it cancelled?")
    while not why.evaluate("(element) => element === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.type("A train is late, said j and k and g and ?")
    expect(why).to_have_value("A train is late, said j and k and g and ?")
    page.keyboard.press("Escape")
    expect(why).not_to_be_focused()


def test_keys_are_listed_and_letters_in_fields_are_letters(demo: Demo, page: Page) -> None:
    enter(demo, page)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    for letter, heading in (
        ("p", "People"),
        ("d", "Deliveries"),
        ("m", "Mail"),
        ("s", "Sync"),
        ("r", "Reports"),
        ("e", "Event types"),
        ("c", "Configuration"),
        ("a", "Audit"),
        ("t", "Today"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        page.wait_for_load_state()


def test_search_is_one_key_away_on_every_page_and_rows_are_walked_on_today_too(demo: Demo, page: Page, visitor: Person) -> None:
    demo.book(name=visitor.name, email=visitor.email, pending=True)
    within(10, lambda: demo.bookings(visitor.email), what="the booking")
    enter(demo, page)
    page.keyboard.press("j")
    asked = page.locator(".need > a, .row-link").first
    expect(asked).to_be_focused()
    assert visible_focus(page)
    page.keyboard.press("ArrowDown")
    expect(asked).not_to_be_focused()
    page.keyboard.press("k")
    expect(asked).to_be_focused()
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/admin/calendar#search$"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(visitor.email.partition("@")[0])
    page.keyboard.press("Enter")
    expect(page.locator(".row-link")).to_have_count(1)


def test_a_mistake_takes_the_focus_and_leads_to_its_field(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 4.. POST .*/admin/settings", "console error: Failed to load resource")
    enter(demo, page)
    page.goto(f"{demo.site_url}/admin/settings")
    colour = page.get_by_label("Colour")
    colour.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("blue-ish")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert visible_focus(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(colour).to_be_focused()
    expect(colour).to_have_value("blue-ish")


def test_an_act_that_asks_first_is_opened_left_and_carried_out_by_keyboard(demo: Demo, page: Page) -> None:
    enter(demo, page)
    page.goto(f"{demo.site_url}/admin/inbox?state=processed")
    opener = page.locator("summary", has_text="Replay all that match")
    opener.focus()
    page.keyboard.press("Enter")
    tab_to(page, "Leave it as it is", role="button", most=4)
    page.keyboard.press("Enter")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/errands/[0-9]+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Replay of deliveries")
