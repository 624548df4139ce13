"""Fills a demo, so that there is something to see: bookings in every state, long names, staff, a token, a note."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, Page

from app.accounts import second_factor, staff
from app.accounts.models import Role
from app.db import transaction
from app.web.admin.account.post import code_seal
from app.web.public.links import sign_leave
from tools.demo import Demo
from tools.shots.shot import World

PEOPLE = (("Ada Attendee", "ada@example.org"), ("Ben Booker", "ben@example.org"), ("Chris Caller", "chris@example.org"), ("Dana Dialler", "dana@example.org"))
LONG = "Hildegard-Annemarie Freifrau von Schwarzenberg-Löwenstein-Wertheim"
LONG_MAIL = "hildegard.annemarie.von.schwarzenberg-loewenstein@rindfleischetikettierungsueberwachung.example.org"
ANSWERS = {
    "people": 12,
    "size": "Medium",
    "pace": "This year",
    "goal": "Die Donaudampfschifffahrtsgesellschaftskapitänsmütze soll fertig sein.",
}
COLLEAGUE = "kim@example.com"
PASSWORD = "four random words here"  # noqa: S105 -- of a demo that lives for minutes


def sign_in(page: Page, demo: Demo) -> None:
    """Through the door, as the owner."""
    page.goto(f"{demo.site_url}/admin/sign-in")
    page.locator("input[name=email]").fill(demo.email)
    page.locator("input[name=password]").fill(demo.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")


def fill(world: World, browser: Browser, cookies: Path) -> None:
    """Everything; the words that some addresses need are in the world afterwards."""
    world.words |= _bookings(world.demo)
    world.words |= _numbers(world)
    world.words |= _people(world)
    context = browser.new_context(storage_state=cookies)
    page = context.new_page()
    world.words |= _by_hand(world, page, browser)
    context.close()


def _bookings(demo: Demo) -> dict[str, str]:
    def book(**wish: object) -> str:
        uid: str = demo.calcom("POST", "/bookings", {"type": "intro"} | wish)["booking"]["uid"]
        return uid

    made = [book(name=name, email=email) for name, email in PEOPLE]
    book(name="Eve Early", email="eve@example.org", pending=True)
    refused = book(name="Finn Friend", email="finn@example.org", pending=True)
    book(name="Gil Guest", email="gil@example.org", payment=True)
    book(name=LONG, email=LONG_MAIL, type="project-brief", answers=ANSWERS, timeZone="America/New_York", guests=["guest-with-a-long-address@example.org"])
    demo.calcom("POST", f"/bookings/{refused}/reject", {"reason": "I am away that week."})
    demo.calcom("POST", f"/bookings/{made[0]}/move", {"by": "attendee", "reason": "A day later suits me better."})
    demo.calcom("POST", f"/bookings/{made[1]}/cancel", {"by": "attendee", "reason": "Something came up."})
    demo.calcom("GET", "/deliveries?wait=20")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        rows = demo.wait_for_bookings(len(PEOPLE) + 4)
        found = {
            "reference": _first(rows, lambda row: row["moved"]),
            "cancelled": _first(rows, lambda row: row["status"] == "cancelled"),
            "pending": _first(rows, lambda row: row["status"] == "pending"),
            "long": _first(rows, lambda row: row["attendees"] and row["attendees"][0]["name"] == LONG),
            "day": next((row["start"][:10] for row in rows if row["status"] == "confirmed"), ""),
        }
        if all(found.values()):
            time.sleep(1.5)  # the mails of the last ones
            return found
    raise TimeoutError("the site has not understood the bookings within 30 s")


def _first(rows: list[dict[str, Any]], wanted: Callable[[dict[str, Any]], object]) -> str:
    return next((str(row["reference"]) for row in rows if wanted(row)), "")


def _numbers(world: World) -> dict[str, str]:
    """Numbers of mails and of a delivery that a state may change for a while."""
    mails = json.loads(world.demo.flask("outbox", "list", "--json").stdout)
    sent = [str(row["id"]) for row in mails if row["state"] == "sent"]
    planned = [str(row["id"]) for row in mails if row["state"] == "planned"]
    skipped = [str(row["id"]) for row in mails if row["state"] == "cancelled"]
    deliveries = json.loads(world.demo.flask("inbox", "list", "--json").stdout)
    dead, retried, unclear = sent[:3]
    return {
        "mail": sent[3], "dead_mail": dead, "retried_mail": retried, "unclear_mail": unclear, "planned_mail": planned[0], "skipped_mail": (skipped or sent)[0],
        "delivery": str(deliveries[1]["id"]),
    }  # fmt: skip


def _people(world: World) -> dict[str, str]:
    """A colleague with a second factor, and what leads a reader out of a sequence of mails."""
    with world.app.test_request_context():
        with transaction() as session:
            kim = staff.create(session, email=COLLEAGUE, password=PASSWORD, name="Kim Kollegin", role=Role.MANAGER).id
            second_factor.begin(session, staff_id=kim, seal=code_seal())
        secret = second_factor.waiting_secret(kim, seal=code_seal())
        with transaction() as session:
            second_factor.confirm(session, staff_id=kim, code=pyotp.TOTP(secret).now(), seal=code_seal())
        return {"leave": sign_leave("ada@example.org", "follow_up"), "member": str(kim)}


def _by_hand(world: World, page: Page, browser: Browser) -> dict[str, str]:
    """What staff do on pages: an invitation, a token, a note, an account as a file."""
    page.goto(world.address("/admin/staff"))
    page.get_by_label("E-mail address").fill("robin@example.com")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Mail the invitation").click()
    page.goto(world.address("/admin/tokens"))
    page.get_by_label("What it is for").fill("Nightly export to the invoicing system")
    page.locator("[name=scopes]").first.check()
    page.get_by_role("button", name="Make the token").click()
    page.goto(world.address("/admin/calendar/{reference}"))
    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("Prefers the telephone.\nAsk about the offer of last autumn.")
    page.get_by_role("button", name="Keep the note").click()
    note = page.get_by_role("link", name=re.compile("^Change note")).get_attribute("href") or ""
    page.goto(world.address("/admin/calcom"))
    page.get_by_role("button", name="Adopt the account").click()
    page.get_by_text("No drift").wait_for()
    return {"note": note.rpartition("/")[2], "join": _link(world.demo, "robin@example.com", "join"), "link": _mailed_link(world, browser)}


def _mailed_link(world: World, browser: Browser) -> str:
    """The token of a link that lets somebody in; asked for in a browser that nobody is signed in to."""
    context = browser.new_context()
    door = context.new_page()
    door.goto(world.address("/admin/sign-in"))
    door.get_by_label("E-mail address").first.fill(world.demo.email)
    door.get_by_role("button", name=re.compile("link", re.IGNORECASE)).click()
    context.close()
    return _link(world.demo, world.demo.email, "sign-in/link")


def _link(demo: Demo, address: str, part: str) -> str:
    """The token in the newest mail to this address; the worker writes it within seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for path in sorted((demo.folder / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True):
            text = path.read_text(encoding="utf-8").replace("=\n", "")
            found = re.search(rf"/admin/{part}/([A-Za-z0-9_.-]+)", text)
            if found and address in text:
                return found[1]
        time.sleep(0.2)
    raise TimeoutError(f"no mail with a link to {address}")
