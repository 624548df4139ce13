"""When the calendar does not come: the page says why, shows the way out, and takes it back when the calendar comes after all."""

import re

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from e2e.axe import check_axe
from e2e.demo import Demo, within
from e2e.guard import Guard
from e2e.pages.book import NO_FRAME, NO_LINK, NO_SCRIPT, OFFLINE, READY, SLOW, BookPage

FRAME = re.compile(r"/demo/intro/embed\?")
SPEAKS_ONCE = """<!doctype html><title>Frame</title><script>
parent.postMessage({ originator: "CAL", type: "__iframeReady", namespace: "book", fullType: "CAL:book:__iframeReady", data: {} }, "*");
</script>"""


def narrow_policy(page: Page, address: str, directive: str, sources: str) -> None:
    """Puts other sources into a directive of the page's content policy, as a wrong setting or an add-on would."""
    page.context.grant_permissions(["local-network-access"])

    def narrow(route: Route) -> None:
        answer = route.fetch()
        policy = re.sub(f"{directive} [^;]*", f"{directive} {sources}", answer.headers["content-security-policy"])
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    page.route(address, narrow)


def test_a_blocked_script_leaves_the_way_out(either_demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("failed request: GET .*/embed/embed.js net::ERR_BLOCKED_BY_CLIENT", "console error: Failed to load resource: net::ERR_BLOCKED_BY_CLIENT")
    page.route(either_demo.script_url, lambda route: route.abort("blockedbyclient"))
    book = BookPage(page, either_demo.site_url).open()
    book.expect_failure(NO_SCRIPT)
    check_axe(page, state="blocked script")
    book.way_out.click()
    expect(page).to_have_url(re.compile(f"{either_demo.calcom_url}/demo/intro"))


def test_a_script_that_the_content_policy_refuses_leaves_the_way_out(either_demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("policy violation: script-src-elem", "console error: .*violates the following Content Security Policy directive", "embed.js csp$")
    narrow_policy(page, f"{either_demo.site_url}/book", "script-src", "'self'")
    BookPage(page, either_demo.site_url).open().expect_failure(NO_SCRIPT)


def test_a_frame_that_the_content_policy_refuses_leaves_the_way_out(either_demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("policy violation: frame-src", "console error: .*violates the following Content Security Policy directive")
    narrow_policy(page, f"{either_demo.site_url}/book", "frame-src", "'none'")
    book = BookPage(page, either_demo.site_url).open()
    book.expect_failure(NO_FRAME)
    check_axe(page, state="blocked frame")


def test_a_missing_script_leaves_the_way_out(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("failed request: GET .*/embed/embed.js net::ERR_BLOCKED_BY_ORB")
    demo.turn(script="missing")
    BookPage(page, demo.site_url).open().expect_failure(NO_SCRIPT)


def test_a_page_in_the_place_of_the_script_leaves_the_way_out(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("failed request: GET .*/embed/embed.js net::ERR_BLOCKED_BY_ORB")
    demo.turn(script="html")
    BookPage(page, demo.site_url).open().expect_failure(NO_SCRIPT)


def test_a_script_that_does_nothing_leaves_the_way_out(demo: Demo, page: Page) -> None:
    page.clock.install()
    page.route(demo.script_url, lambda route: route.fulfill(content_type="text/javascript", body="/* nothing */"))
    book = BookPage(page, demo.site_url).open()
    expect(book.status).to_have_text(re.compile("Loading the calendar"))
    check_axe(page, state="loading")
    page.clock.fast_forward(4100)
    expect(book.status).to_contain_text(SLOW)
    check_axe(page, state="slow")
    page.clock.fast_forward(2100)
    book.expect_failure(NO_SCRIPT)


def test_a_script_that_hangs_leaves_the_way_out_and_takes_it_back(demo: Demo, page: Page) -> None:
    demo.turn(script_delay_ms=3000)
    page.clock.install()
    page.goto(f"{demo.site_url}/book", wait_until="commit")
    book = BookPage(page, demo.site_url)
    expect(book.status).to_have_text(re.compile("Loading the calendar"))
    page.clock.fast_forward(6100)
    book.expect_failure(NO_SCRIPT)
    expect(book.status).to_contain_text(READY)
    book.expect_no_fallback()


def test_a_frame_that_the_network_refuses_leaves_the_way_out(either_demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("failed request: GET .*/embed")
    page.clock.install()
    page.route(FRAME, lambda route: route.abort("connectionrefused"))
    book = BookPage(page, either_demo.site_url).open()
    expect(book.frame_element).to_be_attached()
    page.clock.fast_forward(8100)
    book.expect_failure(NO_FRAME)


def test_a_frame_with_an_error_page_leaves_the_way_out(either_demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 500 GET .*/embed", "console error: Failed to load resource")
    page.clock.install()
    page.route(FRAME, lambda route: route.fulfill(status=500, content_type="text/html", body="<h1>Error</h1>"))
    book = BookPage(page, either_demo.site_url).open()
    expect(book.frame_element).to_be_attached()
    page.clock.fast_forward(8100)
    book.expect_failure(NO_FRAME)


def test_a_silent_frame_leaves_the_way_out(either_demo: Demo, page: Page) -> None:
    either_demo.turn(silent=True)
    page.clock.install()
    book = BookPage(page, either_demo.site_url).open()
    expect(book.frame_element).to_be_attached()
    page.clock.fast_forward(8100)
    book.expect_failure(NO_FRAME)
    check_axe(page, state="silent frame")


def test_a_frame_without_content_leaves_the_way_out(either_demo: Demo, page: Page) -> None:
    page.clock.install()
    page.route(FRAME, lambda route: route.fulfill(content_type="text/html", body=SPEAKS_ONCE))
    book = BookPage(page, either_demo.site_url)
    page.add_init_script("document.addEventListener('frontdesk:embed', ({ detail }) => { document.documentElement.dataset.heard = detail.type; })")
    book.open()
    expect(page.locator("html")).to_have_attribute("data-heard", "__iframeReady")
    page.clock.fast_forward(10_100)
    book.expect_failure(NO_LINK)


@pytest.mark.parametrize("code", ["404", "500", "403", "legacy"])
def test_a_link_that_fails_leaves_the_way_out(either_demo: Demo, page: Page, code: str) -> None:
    either_demo.turn(fail=code)
    book = BookPage(page, either_demo.site_url).open()
    book.expect_failure(NO_LINK)


def test_a_link_that_fails_late_leaves_the_way_out(either_demo: Demo, page: Page) -> None:
    either_demo.turn(faillate=True)
    book = BookPage(page, either_demo.site_url).open()
    book.expect_failure(NO_LINK)
    check_axe(page, state="link failed")


def test_an_unknown_event_type_never_comes_to_a_frame(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 404 GET .*/book/demo/no-such-thing", "console error: Failed to load resource")
    within(60, lambda: requests.get(f"{demo.site_url}/api/event-types", timeout=10).status_code == 200, what="the first look at what can be booked")
    book = BookPage(page, demo.site_url).of("no-such-thing").open()
    expect(book.heading).to_contain_text("cannot be booked")
    expect(book.link("Intro call")).to_be_visible()
    expect(book.frame_element).not_to_be_attached()


def test_an_event_type_that_cal_com_does_not_know_any_more_leaves_the_way_out(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 404 GET .*/demo/no-such-thing/embed", "console error: Failed to load resource")
    page.route(FRAME, lambda route: route.continue_(url=route.request.url.replace("/demo/intro/", "/demo/no-such-thing/")))
    BookPage(page, demo.site_url).open().expect_failure(NO_LINK)


def test_a_calendar_that_comes_late_takes_the_way_out_back(either_demo: Demo, page: Page) -> None:
    either_demo.turn(delay=20_000)
    page.clock.install()
    book = BookPage(page, either_demo.site_url).open()
    expect(book.frame_element).to_be_attached()
    page.clock.fast_forward(9000)
    book.expect_failure(NO_FRAME)
    page.clock.fast_forward(12_000)
    expect(book.status).to_contain_text(READY)
    book.expect_no_fallback()
    expect(book.booker.times).to_be_visible()


def test_offline_the_page_says_so_and_comes_back_by_itself(either_demo: Demo, page: Page) -> None:
    either_demo.turn(delay=60_000)
    book = BookPage(page, either_demo.site_url).open()
    expect(book.frame_element).to_be_attached()
    page.context.set_offline(True)
    book.expect_failure(OFFLINE)
    check_axe(page, state="offline")
    either_demo.straighten()
    page.context.set_offline(False)
    book.ready()


def test_try_again_loads_the_page_anew(demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("failed request: GET .*/embed/embed.js net::ERR_BLOCKED_BY_ORB")
    demo.turn(script="missing")
    book = BookPage(page, demo.site_url).open("?name=Alex")
    book.expect_failure(NO_SCRIPT)
    demo.straighten()
    book.try_again.click()
    book.ready()
    expect(page).to_have_url(f"{demo.site_url}/book?name=Alex")


def test_a_time_that_is_gone_is_said_inside_the_calendar(either_demo: Demo, page: Page, guard: Guard) -> None:
    guard.announce("bad answer: 409 POST .*/_/book/intro", "console error: Failed to load resource.*409")
    either_demo.turn(error=True)
    book = BookPage(page, either_demo.site_url).open().ready()
    book.booker.book("Alex Example", "refused@example.org")
    expect(book.frame.get_by_role("alert")).not_to_be_empty()
    expect(book.status).to_contain_text(READY)
    check_axe(page, state="refused")


def test_a_day_without_free_times_is_said(demo: Demo, page: Page) -> None:
    demo.turn(noslots=True)
    book = BookPage(page, demo.site_url).open()
    expect(book.frame.get_by_role("heading", name="No times are free")).to_be_visible()
    check_axe(page, state="no times")
