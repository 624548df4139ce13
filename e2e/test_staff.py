"""Staff in the browser: an invitation is accepted, the second factor set up, codes and links let in, the audit tells of it."""

import itertools
import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy

import pyotp
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import OWNER, Demo
from e2e.guard import Guard
from e2e.pages.sign_in import SignInPage

PASSWORD = "four random words here"
_numbers = itertools.count(1)


def link_for(demo: Demo, address: str, part: str) -> str:
    """The link in the newest mail to this address; the worker writes it within seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for path in sorted((demo.folder / "outbox").glob("*.eml"), key=lambda found: found.stat().st_mtime, reverse=True):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            text = mail.get_body(("plain",))
            found = re.search(rf"http://localhost:\d+/admin/{part}/\S+", text.get_content() if text else "")
            if address in str(mail["To"]) and found:
                return found[0]
        time.sleep(0.2)
    raise TimeoutError(f"no mail with a link {part} to {address}")


def code_of(secret: str, *, after: str = "") -> str:
    """A code that the app shows and that was not used before."""
    while (code := pyotp.TOTP(secret).now()) == after:
        time.sleep(0.5)
    return code


@pytest.fixture
def joined(demo: Demo, page: Page, new_browser: Callable[..., Page]) -> tuple[Page, str]:
    """Somebody whom the owner has invited, in a browser of their own, and their address."""
    address = f"robin{next(_numbers)}@example.com"
    SignInPage(page, demo.site_url).open().sign_in(OWNER, demo.password)
    page.get_by_role("link", name="Staff", exact=True).click()
    check_axe(page, state="staff")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Mail the invitation").click()
    expect(page.get_by_role("status").first).to_contain_text(f"on its way to {address}")
    guest = new_browser()
    guest.goto(link_for(demo, address, "join"))
    check_axe(guest, state="invitation")
    guest.get_by_label("Your name").fill("Robin Example")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Accept the invitation").click()
    expect(guest.get_by_role("heading", level=1)).to_be_visible()
    return guest, address


def test_an_invited_person_sets_up_the_second_factor_and_signs_in_with_it(demo: Demo, page: Page, joined: tuple[Page, str], guard: Guard) -> None:
    guest, address = joined
    guard.announce(r"400.*second-factor/confirm", r"401.*sign-in/code")
    guest.goto(f"{demo.site_url}/admin/account")
    check_axe(guest, state="account")
    guest.get_by_role("link", name="Set it up").click()
    check_axe(guest, state="second factor, off")
    guest.get_by_role("button", name="Begin").click()
    expect(guest.get_by_role("img", name="Picture for the authenticator app").or_(guest.locator(".qr"))).to_be_visible()
    guest.get_by_text("It cannot be scanned").click()
    check_axe(guest, state="second factor, picture")
    secret = guest.locator(".secret-key").inner_text().replace(" ", "")
    guest.get_by_label("Code").fill("000000")
    guest.get_by_role("button", name="Switch it on").click()
    expect(guest.get_by_role("alert")).to_contain_text("not the one of this moment")
    check_axe(guest, state="second factor, wrong code")
    first = code_of(secret)
    guest.get_by_label("Code").fill(first)
    guest.get_by_role("button", name="Switch it on").click()
    codes = guest.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    check_axe(guest, state="recovery codes")
    guest.goto(f"{demo.site_url}/admin/account/second-factor")
    check_axe(guest, state="second factor, on")
    guest.get_by_role("button", name="Sign out").click()
    SignInPage(guest, demo.site_url).open().try_with(address, PASSWORD)
    check_axe(guest, state="code")
    guest.get_by_label("Code").fill(first)
    guest.get_by_role("button", name="Go on").click()
    expect(guest.get_by_role("alert")).to_contain_text("used before")
    check_axe(guest, state="code, wrong")
    guest.get_by_label("Code").fill(recovery.lower())
    guest.get_by_role("button", name="Go on").click()
    expect(guest.get_by_role("status").first).to_contain_text("9 are left")
    reset_and_found_in_the_audit(demo, page, guest, address)


def reset_and_found_in_the_audit(demo: Demo, page: Page, guest: Page, address: str) -> None:
    """The owner takes the second factor off again; the audit tells of it."""
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_role("row").filter(has_text=address).get_by_role("link").first.click()
    check_axe(page, state="one of the staff")
    page.get_by_text("Reset the second factor").click()
    page.get_by_role("button", name="Reset it").click()
    expect(page.get_by_role("status").first).to_contain_text("signs in without a code")
    guest.reload()
    expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("link", name="Audit", exact=True).click()
    check_axe(page, state="audit")
    page.get_by_label("Act", exact=True).select_option(label="Reset a second factor")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tr.row")).to_have_count(1)
    page.get_by_label("From").fill("2001-01-01")
    page.get_by_label("To").fill("2001-01-02")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No act like that")).to_be_visible()
    check_axe(page, state="audit, nothing found")


def test_a_mailed_link_signs_in_by_keyboard_alone(demo: Demo, joined: tuple[Page, str], new_browser: Callable[..., Page], guard: Guard) -> None:
    guard.announce(r"410.*sign-in/link")
    _, address = joined
    visitor = new_browser()
    visitor.goto(f"{demo.site_url}/admin/sign-in")
    check_axe(visitor, state="sign in")
    visitor.keyboard.type(address)
    for _ in range(3):
        visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="Look into your mail")).to_be_visible()
    check_axe(visitor, state="link asked for")
    link = link_for(demo, address, "sign-in/link")
    visitor.goto(link)
    check_axe(visitor, state="link")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("link", name="Robin Example")).to_be_visible()
    other = new_browser()
    other.goto(link)
    expect(other.get_by_role("heading", name="This link does not work")).to_be_visible()
    check_axe(other, state="link used before")
