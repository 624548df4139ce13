"""What staff see, in every state."""

from functools import partial

from playwright.sync_api import Page

from app.errands import ErrandState
from app.notifications.sample import ALL_KINDS
from tools.shots import states
from tools.shots.fill import COLLEAGUE, PASSWORD
from tools.shots.shot import Shot, World, does, opened, press, typed, unchecked

Staff = partial(Shot, staff=True)


def _examine(page: Page, world: World) -> None:
    """What the doctor says once every check has answered."""
    press("Examine")(page, world)
    page.get_by_text("Examined ").wait_for(timeout=90_000)


def _menu(page: Page, _: World) -> None:
    """The menu of a phone, open; a desk has its rail anyway."""
    button = page.get_by_role("button", name="Menu")
    if button.is_visible():
        button.click()


def _drifted(page: Page, world: World) -> None:
    """An edit that was never carried out: the file says something else than Cal.com."""
    file = world.demo.folder / "calcom.yaml"
    kept = file.read_text(encoding="utf-8")
    file.write_text(kept.replace("title: Consultation", "title: Beratungsgespräch zur Donaudampfschifffahrtsgesellschaftsgründung", 1), encoding="utf-8")
    try:
        press("Look now")(page, world)
        page.locator(".config-plan").wait_for()
    finally:
        file.write_text(kept, encoding="utf-8")


def _question(page: Page, _: World) -> None:
    """A new title and a further question, not yet carried out."""
    page.get_by_label("Title").fill("A first conversation")
    page.get_by_text("Add a question").click()
    page.get_by_label("Question", exact=True).last.fill("What is it about?")


def _code(page: Page, world: World) -> None:
    page.get_by_label("E-mail address").fill(COLLEAGUE)
    page.get_by_label("Password").fill(PASSWORD)
    press("Sign in")(page, world)
    page.get_by_label("Code").wait_for()


def _draft(page: Page, world: World) -> None:
    """The preview, in the same tab."""
    page.locator("[name='hero.title'], .settings-form input[type=text]").first.fill("Ein Gespräch, das weiterhilft")
    page.evaluate("document.querySelector('[data-preview-button]').removeAttribute('formtarget')")
    page.evaluate("document.querySelector('form').removeAttribute('data-preview')")
    press("Show a preview")(page, world)
    page.get_by_text("Preview of a draft").wait_for()


def _saved(page: Page, world: World) -> None:
    """A change of the texts, then its line in the history."""
    page.goto(world.address("/admin/settings/home"))
    page.locator(".settings-form input[type=text]").first.fill("Ein ruhiges Gespräch")
    press("Save")(page, world)
    page.goto(world.address("/admin/settings/history"))


def _differs(page: Page, world: World) -> None:
    """Cal.com cancels, and the delivery about it gets lost."""
    made = world.demo.calcom("POST", "/bookings", {"type": "intro", "name": "Lena Lost", "email": "lena@example.org"})["booking"]["uid"]
    world.demo.calcom("GET", "/deliveries?wait=20")
    page.wait_for_timeout(1_500)
    world.demo.calcom("PUT", "/dials", {"loss": 1})
    world.demo.calcom("POST", f"/bookings/{made}/cancel", {"by": "attendee", "reason": "Cannot come"})
    world.demo.calcom("PUT", "/dials", {"loss": 0})
    page.goto(world.address("/admin/calendar?q=lena@example.org"))
    page.get_by_role("link", name="Lena Lost", exact=True).click()
    press("Verify against Cal.com now", role="link")(page, world)
    page.get_by_text("What differs").wait_for()


def _without_reason(page: Page, world: World) -> None:
    press("Cancel the booking")(page, world)
    page.get_by_role("alert").wait_for()


EMPTY = (
    Staff("empty-today", "/admin/", fresh=True),
    Staff("empty-first-run", "/admin/first-run", fresh=True),
    Staff("empty-calendar", "/admin/calendar", fresh=True),
    Staff("empty-week", "/admin/calendar/week", fresh=True),
    Staff("empty-month", "/admin/calendar/month", fresh=True),
    Staff("empty-day", "/admin/calendar/day/2026-12-08", fresh=True),
    Staff("empty-people", "/admin/people", fresh=True),
    Staff("empty-reports", "/admin/reports", fresh=True),
    Staff("empty-inbox", "/admin/inbox", fresh=True),
    Staff("empty-outbox", "/admin/outbox", fresh=True),
    Staff("empty-configuration", "/admin/calcom", fresh=True),
    Staff("empty-settings-history", "/admin/settings/history", fresh=True),
    Staff("empty-doctor", "/admin/doctor", fresh=True),
    Staff("empty-feed", "/admin/feed", fresh=True),
    Staff("empty-tokens", "/admin/tokens", fresh=True),
)

DOOR = (
    Shot("admin-sign-in", "/admin/sign-in"),
    Shot("admin-sign-in-wrong", "/admin/sign-in", act=does(typed("E-mail address", "kim@example.com"), typed("Password", "wrong"), press("Sign in"))),
    Shot("admin-link-asked", "/admin/sign-in", act=does(typed("E-mail address", "nobody@example.com"), press("Mail me a link"))),
    Shot("admin-code", "/admin/sign-in", act=_code, shows="/admin/sign-in/code"),
    Shot("admin-code-wrong", "/admin/sign-in", act=does(_code, typed("Code", "000000"), press("Go on")), shows="/admin/sign-in/code"),
    Shot("admin-sign-in-link", "/admin/sign-in/link/{link}"),
    Shot("admin-link-used", "/admin/sign-in/link/none"),
    Shot("admin-join", "/admin/join/{join}"),
    Shot("admin-join-over", "/admin/join/none"),
)

DESK = (
    Staff("admin-today", "/admin/"),
    Staff("admin-today-troubles", "/admin/", during=states.troubles),
    Staff("admin-menu", "/admin/", act=_menu, anew=True),
    Staff("admin-keys", "/admin/", act=lambda page, _: page.keyboard.press("?"), anew=True),
    Staff("admin-calendar", "/admin/calendar"),
    Staff("admin-calendar-filters", "/admin/calendar?view=all&sort=guest", act=opened("More filters")),
    Staff("admin-calendar-past", "/admin/calendar?view=past"),
    Staff("admin-calendar-nothing-found", "/admin/calendar?q=nobody-of-this-name"),
    Staff("admin-calendar-alarm", "/admin/calendar", during=states.troubles),
    Staff("admin-week", "/admin/calendar/week?day={day}"),
    Staff("admin-month", "/admin/calendar/month?day={day}"),
    Staff("admin-day", "/admin/calendar/day/{day}"),
    Staff("admin-day-print", "/admin/calendar/day/{day}", media="print"),
    Staff("admin-booking", "/admin/calendar/{reference}"),
    Staff("admin-booking-long", "/admin/calendar/{long}"),
    Staff("admin-booking-request", "/admin/calendar/{pending}"),
    Staff("admin-booking-cancelled", "/admin/calendar/{cancelled}"),
    Staff("admin-booking-note", "/admin/calendar/{reference}", act=opened("Add a note")),
    Staff("admin-booking-raw", "/admin/calendar/{reference}", act=opened("Raw body")),
    Staff("admin-booking-cancel", "/admin/calendar/{reference}/act/cancel"),
    Staff("admin-booking-cancel-mistake", "/admin/calendar/{reference}/act/cancel", act=_without_reason),
    Staff("admin-booking-decline", "/admin/calendar/{pending}/act/decline"),
    Staff("admin-booking-ask-to-move", "/admin/calendar/{long}/act/ask-to-move"),
    Staff("admin-booking-verify", "/admin/calendar/{reference}/verify"),
    Staff("admin-booking-differs", "/admin/", act=_differs, shows="/admin/calendar/K7M4QX2R/verify"),
    Staff("admin-booking-calcom-away", "/admin/calendar/{reference}/verify", dials=(("api_500", 1.0),)),
    Staff("admin-note", "/admin/notes/{note}", act=opened("Remove the note")),
    Staff("admin-people", "/admin/people"),
    Staff("admin-people-nothing-found", "/admin/people", act=does(typed("Search", "nobody"), press("Find"))),
    Staff("admin-person", "/admin/people/1"),
    Staff("admin-reports", "/admin/reports?range=ahead"),
    Staff("admin-reports-table", "/admin/reports?range=ahead", act=opened("as a table")),
    Staff("admin-event-types", "/admin/event-types"),
    Staff("admin-event-types-removed", "/admin/event-types?state=removed"),
    Staff("admin-hosts", "/admin/hosts"),
    Staff("admin-feed-made", "/admin/feed", act=press("Make the address")),
    Staff("admin-feed", "/admin/feed"),
    Staff("admin-not-found", "/admin/calendar/NOSUCH00"),
)

POST = (
    Staff("admin-inbox", "/admin/inbox"),
    Staff("admin-inbox-failed", "/admin/inbox", during=states.troubles),
    Staff("admin-inbox-replay-all", "/admin/inbox?state=processed", act=opened("Replay all that match")),
    Staff("admin-inbox-replaying", "/admin/inbox", during=states.errand(ErrandState.RUNNING)),
    Staff("admin-inbox-nothing-found", "/admin/inbox?state=dead"),
    Staff("admin-delivery", "/admin/inbox/1"),
    Staff("admin-delivery-failed", "/admin/inbox/{delivery}", during=states.troubles),
    Staff("admin-outbox", "/admin/outbox"),
    Staff("admin-outbox-failed", "/admin/outbox", during=states.troubles),
    Staff("admin-outbox-choose", "/admin/outbox?state=dead", during=states.troubles, act=opened("Send all that match")),
    Staff("admin-outbox-held", "/admin/outbox", during=states.mail_held),
    Staff("admin-outbox-away", "/admin/outbox", during=states.mail_server_away),
    Staff("admin-outbox-nothing-found", "/admin/outbox?q=nobody@example.org"),
    Staff("admin-mail", "/admin/outbox/{mail}"),
    Staff("admin-mail-failed", "/admin/outbox/{dead_mail}", during=states.troubles),
    Staff("admin-mail-planned", "/admin/outbox/{planned_mail}", act=opened("Cancel this mail")),
    Staff("admin-mail-skipped", "/admin/outbox/{skipped_mail}"),
    Shot("admin-mail-body", "/admin/outbox/{mail}/body", staff=True),
    Staff("admin-mails", "/admin/mails"),
    Staff("admin-mails-german", "/admin/mails/reminder_24h?language=de"),
    *(Staff(f"mail-{kind}", f"/admin/mails/{kind}/body") for kind in ALL_KINDS),
    Staff("errand-waiting", "/admin/errands/{errand}", during=states.errand(ErrandState.RUNNING)),
    Staff("errand-stopped", "/admin/errands/{errand}", during=states.errand(ErrandState.STOPPED)),
    Staff("errand-done", "/admin/errands/{errand}", during=states.errand(ErrandState.DONE)),
    Staff("errand-failed", "/admin/errands/{errand}", during=states.errand(ErrandState.FAILED, error="The database did not answer within 30 seconds.")),
    Staff("admin-sync", "/admin/sync"),
    Staff("admin-sync-running", "/admin/sync", during=states.sync_running),
    Staff("admin-sync-failed", "/admin/sync", during=states.sync_failed),
)

HOUSE = (
    Staff("admin-first-run", "/admin/first-run"),
    Staff(
        "admin-first-run-broken",
        "/admin/first-run",
        during=states.webhook_off,
        act=does(press("Look at all of it"), lambda page, _: page.get_by_text("The doctor looked").wait_for()),
    ),
    Staff("admin-configuration", "/admin/calcom"),
    Staff("admin-configuration-drift", "/admin/calcom", act=_drifted),
    Staff("admin-configuration-apply", "/admin/calcom", act=does(_drifted, opened("Apply the file"))),
    Staff("admin-event-type", "/admin/calcom/event-types/intro"),
    Staff("admin-event-type-preview", "/admin/calcom/event-types/intro", act=does(_question, press("Show what this does"))),
    Staff(
        "admin-event-type-mistakes",
        "/admin/calcom/event-types/project-brief",
        act=does(unchecked, typed("Title", ""), typed("Length", "0"), press("Show what this does")),
    ),
    Staff("admin-doctor", "/admin/doctor", act=_examine),
    Staff("admin-doctor-broken", "/admin/doctor", act=_examine, during=states.webhook_off),
    Staff("admin-settings", "/admin/settings"),
    Staff("admin-settings-home", "/admin/settings/home"),
    Staff("admin-settings-mails", "/admin/settings/mails"),
    Staff("admin-settings-mistakes", "/admin/settings", act=does(typed("Colour", "blue-ish"), press("Save"))),
    Staff("admin-settings-preview", "/admin/settings/home", act=_draft, shows="/admin/settings/preview/home/draft"),
    Staff("admin-settings-history", "/admin/settings/history", act=_saved),
    Staff("admin-staff", "/admin/staff"),
    Staff("admin-staff-mistake", "/admin/staff", act=does(unchecked, typed("E-mail address", "no address"), press("Mail the invitation"))),
    Staff("admin-staff-member", "/admin/staff/{member}"),
    Staff("admin-staff-off", "/admin/staff/{member}", act=opened("Switch off")),
    Staff("admin-account", "/admin/account"),
    Staff(
        "admin-account-mistake",
        "/admin/account",
        act=does(unchecked, typed("Present password", "wrong"), typed("New password", "short"), press("Change the password")),
    ),
    Staff("admin-second-factor", "/admin/account/second-factor"),
    Staff("admin-second-factor-picture", "/admin/account/second-factor", act=press("Begin")),
    Staff("admin-second-factor-mistake", "/admin/account/second-factor", act=does(typed("Code", "000000"), press("Switch it on"))),
    Staff("admin-audit", "/admin/audit"),
    Staff("admin-audit-nothing-found", "/admin/audit?from=2001-01-01&to=2001-01-02"),
    Staff("admin-tokens", "/admin/tokens"),
    Staff("admin-tokens-mistakes", "/admin/tokens", act=does(unchecked, press("Make the token"))),
    Staff(
        "admin-tokens-made",
        "/admin/tokens",
        act=does(typed("What it is for", "Reports"), lambda page, _: page.locator("[name=scopes]").first.check(), press("Make the token")),
    ),
)
ADMIN = (*EMPTY, *DOOR, *DESK, *POST, *HOUSE)
