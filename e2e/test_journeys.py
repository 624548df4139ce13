"""What a new owner wants to do, from *Today* right after signing in, in at most four clicks, on a desk and on a phone.

The demo's clock runs ahead by what stands in a file, so that what was lost yesterday was lost yesterday, and March is over.
"""

import csv
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.demo import OWNER, Demo, DidNotHappen, running_demo, within
from e2e.pages.journey import Journey
from e2e.pages.sign_in import SignInPage
from e2e.people import NewBrowser, Person

MOST_CLICKS = 4
BEGIN = datetime(2027, 2, 26, 9, 0, tzinfo=UTC)
TODAY = datetime(2027, 4, 14, 9, 0, tzinfo=UTC)
NOT_MARCH = ("2027-02-28T23:30Z", "2027-03-31T23:30Z", "2027-04-12T10:00Z")
"""The second is in March by UTC and in April on the owner's clocks in London."""
MARCH = ("2027-03-01T00:30Z", "2027-03-09T10:00Z", "2027-03-28T09:00Z", "2027-03-31T22:30Z")


@dataclass
class Clock:
    """The clock of the demo, as a file that says how far it is ahead."""

    file: Path

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text(encoding="utf-8")))

    def set(self, moment: datetime) -> None:
        self._write((moment - datetime.now(UTC)).total_seconds())

    def forward(self, **span: int) -> None:
        self._write(float(self.file.read_text(encoding="utf-8")) + timedelta(**span).total_seconds())

    def _write(self, seconds: float) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(seconds), encoding="utf-8")
        fresh.replace(self.file)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "ahead")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Demo]:
    """A demo in the middle of April that has had a March."""
    clock.set(BEGIN)
    with running_demo(tmp_path_factory.mktemp("lived-in"), clock=str(clock.file)) as demo:
        for number, start in enumerate((*MARCH, *NOT_MARCH)):
            demo.book(name=f"Quarter Example {number}", email=f"quarter-{number}@example.org", start=start)
        within(60, lambda: rows(demo, "SELECT count(*) FROM booking")[0][0] == len(MARCH) + len(NOT_MARCH), what="the bookings of the spring")
        clock.set(TODAY)
        demo.book(name="Today Example", email="today@example.org")
        within(60, lambda: demo.mails("today@example.org"), what="the first mail after the jump")
        wait = "SELECT count(*) FROM outbox_message WHERE state IN ('planned', 'retrying') AND due_at < ?"
        within(60, lambda: rows(demo, wait, f"{TODAY:%Y-%m-%d %H:%M}") == [(0,)], what="the mails that were due meanwhile")
        within(90, lambda: calm(demo, clock), what="the end of the alarms about the jump")
        # What the first one finds was never lost: the site is said to have begun with it.
        within(90, lambda: rows(demo, "SELECT 1 FROM sync_run WHERE state = 'done'"), what="the first comparison")
        yield demo


def calm(demo: Demo, clock: Clock) -> bool:
    """Whether no alarm rings any more; until then a quarter of an hour passes at each look."""
    clock.forward(minutes=15)
    time.sleep(1.5)
    return not rows(demo, "SELECT 1 FROM alarm WHERE good_since IS NULL")


@pytest.fixture(params=[390, 1280])
def begin(request: pytest.FixtureRequest, lived_in: Demo, new_browser: NewBrowser) -> Callable[[str], Journey]:
    """`begin(name)`: an owner who has just signed in and sees *Today*."""

    def make(name: str) -> Journey:
        page = new_browser(viewport={"width": request.param, "height": 844 if request.param < 640 else 900})
        SignInPage(page, lived_in.site_url).open("/admin/").try_with(OWNER, lived_in.password)
        expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
        return Journey(page, name)

    return make


def rows(demo: Demo, query: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(demo.folder / "frontdesk.sqlite3", timeout=10) as database:
        return database.execute(query, values).fetchall()


def lost_yesterday(demo: Demo, clock: Clock, visitor: Person, page: Page) -> str:
    """The number of a booking whose delivery was lost and which a comparison found; all of it a day ago."""
    demo.turn(loss=1.0)
    demo.book(name=visitor.name, email=visitor.email)
    demo.straighten()
    SignInPage(page, demo.site_url).open("/admin/sync").try_with(OWNER, demo.password)
    done = "SELECT 1 FROM booking JOIN sync_run ON sync_run.state = 'done' AND sync_run.repaired LIKE '%' || booking.id || '%' WHERE booker_email = ?"
    # The clock starts comparisons too: one that was under way when the button was pressed had perhaps looked already.
    for last in (False, False, True):
        page.goto(f"{demo.site_url}/admin/sync")
        page.get_by_role("button", name="Compare").first.click()
        try:
            within(30, lambda: rows(demo, done, visitor.email), what="the comparison that repairs it")
            break
        except DidNotHappen:
            if last:
                raise
    found = demo.bookings(visitor.email)
    clock.forward(days=1)
    return str(found[0]["reference"])


def test_yesterdays_lost_webhook_is_found(lived_in: Demo, clock: Clock, begin: Callable[[str], Journey], visitor: Person, page: Page) -> None:
    reference = lost_yesterday(lived_in, clock, visitor, page)
    journey = begin("find-lost")
    journey.go("Deliveries")
    notice = journey.page.locator(".gap", has_text=reference)
    expect(notice).to_contain_text("A delivery never came.")
    expect(notice).to_contain_text("Repaired by comparison")
    expect(notice).to_contain_text(f"{clock.now() - timedelta(days=1):%a %-d %b %Y}")
    assert len(journey.steps) <= MOST_CLICKS, journey.steps


def test_that_it_was_repaired_is_seen_at_the_booking(lived_in: Demo, clock: Clock, begin: Callable[[str], Journey], visitor: Person, page: Page) -> None:
    reference = lost_yesterday(lived_in, clock, visitor, page)
    journey = begin("see-repair")
    journey.go("Deliveries")
    journey.click(journey.page.locator(".gap", has_text=reference).get_by_role("link", name=reference), "booking")
    expect(journey.page.get_by_role("main")).to_contain_text(visitor.name)
    expect(journey.page.get_by_role("region", name="What happened")).to_contain_text("Found by a comparison: no delivery had told of it")
    # The first free time may be less than a day away, and then it is over by now.
    expect(journey.page.get_by_role("main").get_by_text(re.compile("^(Confirmed|Completed)$")).first).to_be_visible()
    assert len(journey.steps) <= MOST_CLICKS, journey.steps
    told = "SELECT state FROM outbox_message WHERE recipient = ? AND kind = 'confirmation'"
    within(30, lambda: rows(lived_in, told, visitor.email) == [("sent",)], what="the one confirmation, late")


def test_a_dead_mail_is_sent_again(lived_in: Demo, begin: Callable[[str], Journey], visitor: Person) -> None:
    lived_in.book(name=visitor.name, email=visitor.email)
    within(30, lambda: lived_in.mails(visitor.email), what="the confirmation")
    with sqlite3.connect(lived_in.folder / "frontdesk.sqlite3", timeout=10) as database:
        dead = "UPDATE outbox_message SET state = 'dead', why = '550 mailbox unavailable', attempts = 8, sent_at = NULL WHERE recipient = ? AND state = 'sent'"
        assert database.execute(dead, (visitor.email,)).rowcount == 1
    journey = begin("resend")
    page = journey.page
    journey.click(page.get_by_role("link", name="See why and send again"), "failed mails")
    journey.click(page.get_by_role("row").filter(has_text=visitor.email).get_by_role("link").first, "the mail")
    expect(page.get_by_role("main")).to_contain_text("550 mailbox unavailable")
    journey.click(page.get_by_role("button", name=f"Send again to {visitor.email}"), "sent again")
    expect(page.get_by_role("status").first).to_contain_text("planned again")
    assert len(journey.steps) <= MOST_CLICKS, journey.steps
    state = "SELECT state FROM outbox_message WHERE recipient = ? AND kind = 'confirmation'"
    within(30, lambda: rows(lived_in, state, visitor.email) == [("sent",)], what="the mail to be sent again")


def test_a_booking_is_cancelled_with_a_reason(lived_in: Demo, begin: Callable[[str], Journey], visitor: Person) -> None:
    lived_in.book(name=visitor.name, email=visitor.email)
    within(30, lambda: lived_in.mails(visitor.email), what="the confirmation")
    journey = begin("cancel")
    page = journey.page
    journey.click(page.get_by_role("region", name="Next meetings").get_by_role("link", name=visitor.name, exact=True), "the booking")
    journey.click(page.get_by_role("main").get_by_role("link", name="Cancel the booking"), "cancel")
    journey.write(page.get_by_label("Why is it cancelled?"), "Robin is ill", "the reason")
    journey.click(page.get_by_role("button", name="Cancel the booking"), "cancelled")
    expect(page.get_by_role("status").first).to_contain_text("Cancelled, here and at Cal.com.")
    assert len(journey.steps) <= MOST_CLICKS, journey.steps
    assert [one["status"].lower() for one in lived_in.booked_by(visitor.email)] == ["cancelled"]
    letter = within(30, lambda: [mail for mail in lived_in.mails(visitor.email) if "cancel" in str(mail["Subject"]).lower()], what="the mail about it")[0]
    assert "Robin is ill" in str(letter.get_body(("plain",)))


def test_march_is_exported(lived_in: Demo, begin: Callable[[str], Journey], tmp_path: Path) -> None:
    journey = begin("export-march")
    page = journey.page
    journey.click(page.get_by_role("link", name="All bookings"), "bookings")
    journey.click(page.get_by_role("navigation", name="Month", exact=True).get_by_role("link", name="Mar"), "march")
    expect(page.get_by_role("main")).to_contain_text(f"{len(MARCH)} bookings")
    with page.expect_download() as download:
        journey.click(page.get_by_role("link", name="CSV", exact=True), "file")
    assert len(journey.steps) <= MOST_CLICKS, journey.steps
    assert download.value.suggested_filename == "bookings-2027-03-01-to-2027-03-31.csv"
    download.value.save_as(tmp_path / "march.csv")
    with (tmp_path / "march.csv").open(encoding="utf-8-sig", newline="") as file:
        told = sorted(row["Number"] for row in csv.DictReader(file))
    march = "SELECT reference FROM booking WHERE start >= '2027-03-01 00:00' AND start < '2027-03-31 23:00' ORDER BY reference"
    assert told == [reference for (reference,) in rows(lived_in, march)]
    assert len(told) == len(MARCH)
