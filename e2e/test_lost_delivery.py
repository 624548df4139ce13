"""As an owner: find the delivery that never came, see that it was repaired, send a failed mail again; all by keyboard too."""

import sqlite3

from playwright.sync_api import Page, expect

from e2e.axe import check_axe
from e2e.demo import Demo, within
from e2e.pages.sign_in import SignInPage


def test_a_lost_delivery_is_found_with_its_repair_in_two_clicks(demo: Demo, page: Page) -> None:
    demo.turn(loss=1.0)
    demo.book(type="intro", name="Lost Example", email="lost-and-found@example.org")
    demo.straighten()
    SignInPage(page, demo.site_url).open("/admin/sync").try_with(demo.email, demo.password)
    page.get_by_role("button", name="Compare").first.click()
    found = within(60, lambda: demo.bookings("lost-and-found@example.org"), what="the comparison that repairs it")

    page.get_by_role("link", name="Deliveries", exact=False).first.click()
    notice = page.locator(".gap", has_text=found[0]["reference"])
    expect(notice).to_contain_text("never came")
    check_axe(page, state="with a gap")
    notice.get_by_role("link", name=found[0]["reference"]).click()
    expect(page.get_by_text("Lost Example").first).to_be_visible()


def test_a_failed_mail_is_sent_again_by_keyboard(demo: Demo, page: Page) -> None:
    demo.book(type="intro", name="Refused Example", email="refused@example.org")
    within(30, lambda: demo.mails("refused@example.org"), what="the confirmation")
    with sqlite3.connect(demo.folder / "frontdesk.sqlite3", timeout=10) as database:
        number = database.execute("SELECT id FROM outbox_message WHERE recipient = 'refused@example.org' AND state = 'sent'").fetchone()[0]
        database.execute("UPDATE outbox_message SET state = 'dead', why = 'refused', attempts = 8 WHERE id = ?", (number,))

    SignInPage(page, demo.site_url).open("/admin/outbox?state=dead").try_with(demo.email, demo.password)
    check_axe(page, state="failed mails")
    page.keyboard.press("/")
    page.keyboard.type("refused@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=refused*")
    page.get_by_label(f"Choose mail {number}", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send the chosen again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("1 mail planned again")

    def sent() -> bool:
        with sqlite3.connect(demo.folder / "frontdesk.sqlite3", timeout=10) as database:
            return bool(database.execute("SELECT state FROM outbox_message WHERE id = ?", (number,)).fetchone()[0] == "sent")

    within(30, sent, what="the mail to be sent again")
