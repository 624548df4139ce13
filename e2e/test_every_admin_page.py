"""No page of the admin area keeps anybody out: each is looked at by axe, on a phone and on a desk, in light and in dark.

What is open, wrong or under way on them stands in test_every_admin_state.py.

The pages come from the URL map: a new one fails here until it is visited, or until it is said which test visits it.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import create_app
from app.config import Settings
from e2e.axe import check_axe
from e2e.demo import OWNER, Demo, within
from e2e.pages.sign_in import SignInPage

VISITED: Mapping[str, tuple[str, ...]] = {
    "admin.today": ("/admin/",),
    "admin.account": ("/admin/account",),
    "admin.second_factor": ("/admin/account/second-factor",),
    "admin.audit": ("/admin/audit",),
    "admin.drift": ("/admin/calcom",),
    "admin.calcom_event_type": ("/admin/calcom/event-types/intro",),
    "admin.calendar": ("/admin/calendar", "/admin/calendar?q=nobody-of-this-name", "/admin/calendar?view=all&sort=guest"),
    "admin.week": ("/admin/calendar/week",),
    "admin.month": ("/admin/calendar/month",),
    "admin.day": ("/admin/calendar/day/2026-12-08",),
    "admin.booking": ("/admin/calendar/{reference}",),
    "admin.booking_act": ("/admin/calendar/{reference}/act/cancel",),
    "admin.booking_verify": ("/admin/calendar/{reference}/verify",),
    "admin.doctor": ("/admin/doctor",),
    "admin.event_types": ("/admin/event-types", "/admin/event-types?state=removed"),
    "admin.feed": ("/admin/feed",),
    "admin.first_run": ("/admin/first-run",),
    "admin.hosts": ("/admin/hosts",),
    "admin.inbox": ("/admin/inbox", "/admin/inbox?state=dead"),
    "admin.delivery": ("/admin/inbox/1",),
    "admin.mails": ("/admin/mails",),
    "admin.mail_sample": ("/admin/mails/confirmation",),
    "admin.outbox": ("/admin/outbox", "/admin/outbox?state=dead"),
    "admin.mail": ("/admin/outbox/1",),
    "admin.people": ("/admin/people",),
    "admin.person": ("/admin/people/1",),
    "admin.reports": ("/admin/reports",),
    "admin.settings_home": ("/admin/settings",),
    "admin.settings_part": ("/admin/settings/home", "/admin/settings/mails"),
    "admin.settings_history": ("/admin/settings/history",),
    "admin.staff": ("/admin/staff",),
    "admin.staff_member": ("/admin/staff/1",),
    "admin.sync": ("/admin/sync",),
    "admin.tokens": ("/admin/tokens",),
}
ELSEWHERE: Mapping[str, str] = {
    "admin.sign_in": "e2e/test_admin.py",
    "admin.sign_in_code": "e2e/test_staff.py",
    "admin.sign_in_link": "e2e/test_staff.py",
    "admin.join": "e2e/test_staff.py",
    "admin.note": "e2e/test_desk.py",
}
"""Pages behind a secret or behind something that is made first: the test that comes there looks with axe as well."""
BELOW: Mapping[str, str] = {
    "admin.settings_preview": "a public page; those are looked at in e2e/test_visitors.py",
    "admin.mail_sample_body": "a mail's own HTML in a frame of admin.mails",
    "admin.mail_body": "a mail's own HTML in a frame of admin.mail",
}
NO_PAGE = frozenset({"admin.pulse", "admin.calendar_csv", "admin.calendar_xlsx", "admin.settings_preview_colour"})
"""Files and answers for scripts."""
LATER: Mapping[str, str] = {"admin.errand": "it is there only while long work goes on: e2e/test_every_admin_state.py"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The endpoints of the admin area that answer GET."""
    folder = tmp_path_factory.mktemp("map")
    app = create_app(Settings(SECRET_KEY="k" * 40, INSTANCE_PATH=folder, CALCOM_LINK="acme/intro", CALCOM_WEBHOOK_SECRET=["s" * 12]))
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.") and "GET" in (rule.methods or set())}


@pytest.fixture
def office(demo: Demo, new_browser: Callable[..., Page]) -> Page:
    """A signed-in owner's browser, with a booking known."""
    page = new_browser()
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    demo.book(name="Every Page", email="every-page@example.org")
    within(10, lambda: demo.bookings("every-page@example.org"), what="the booking")
    return page


def test_every_page_is_visited_or_said_to_be_visited_elsewhere(pages: set[str]) -> None:
    known = {*VISITED, *ELSEWHERE, *BELOW, *NO_PAGE, *LATER}
    assert pages - known == set(), "add it to VISITED, so that axe looks at it"
    assert known - pages == set()
    here = Path(__file__).resolve().parent.parent
    assert all("check_axe" in (here / test).read_text(encoding="utf-8") for test in ELSEWHERE.values())


def test_axe_finds_nothing_on_any_page_on_a_phone_and_on_a_desk(office: Page, demo: Demo) -> None:
    reference = demo.bookings("every-page@example.org")[0]["reference"]
    addresses = [path.format(reference=reference) for paths in VISITED.values() for path in paths]
    office.goto(f"{demo.site_url}/admin/calcom")
    found: list[str] = []
    for address in addresses:
        office.goto(f"{demo.site_url}{address}")
        expect(office.get_by_role("heading", level=1)).to_be_visible()
        for width in (390, 1280):
            office.set_viewport_size({"width": width, "height": 900})
            if office.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{address} is wider than {width} px")
            try:
                check_axe(office, state=f"{width} px")
            except AssertionError as problems:
                found.append(str(problems))
    assert not found, "\n".join(found)


def test_the_menu_and_the_keys_keep_nobody_out(office: Page, demo: Demo) -> None:
    office.keyboard.press("?")
    expect(office.get_by_role("dialog", name="Keys")).to_be_visible()
    check_axe(office, state="keys")
    office.keyboard.press("Escape")
    expect(office.get_by_role("dialog", name="Keys")).to_be_hidden()
    office.set_viewport_size({"width": 390, "height": 844})
    office.get_by_role("button", name="Menu").click()
    expect(office.get_by_role("link", name="Deliveries")).to_be_visible()
    check_axe(office, state="menu")
    office.get_by_role("link", name="Deliveries").click()
    expect(office).to_have_url(re.compile("/admin/inbox$"))
