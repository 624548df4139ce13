"""Every route of the app, walked by every role and by nobody, over things of their own and of others: nothing leaks.

The walk is made of the URL map. A new route turns it red until its rule stands in `RULES`, until the walk knows what to
put into its address, and, where a host may use it, what a host finds there about the booking of somebody else.
"""

import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field

import pytest

from app import clock
from app.accounts import customers, sessions
from app.accounts.models import AdminUser, Role
from app.accounts.sessions import Browser
from app.bookings import queries
from app.db import transaction
from app.desk import notes
from app.desk.wishes import Staff
from app.web.access import OPEN, RULES

NOBODY = "nobody"
VISITORS = [*Role, NOBODY]
HOST, OTHER = "host@example.com", "other@example.com"
MARK = "Zelda-Foreign"
"""Stands in everything about the booking of somebody else."""
UID = "longuid"
"""Begins every uid: who may only read gets none, anywhere."""

IN_ADDRESS = {
    "/admin/inbox/<": "delivery", "/admin/outbox/<": "mail", "/admin/notes/<": "note", "/admin/people/<": "customer", "/admin/staff/<": "person",
    "/admin/account/sessions/<": "session", "/admin/tokens/<": "nothing", "/admin/errands/<": "nothing", "/admin/calcom/edits/<": "nothing", "/api/": "nothing",
    "/admin/settings/": "nothing",
}  # fmt: skip
"""What the number in an address is the number of, by the beginning of the address."""
WORDS = {
    "kind": "confirmation",
    "act": "cancel",
    "token": "nothing",
    "wanted": "2026-12-08",
    "username": "acme",
    "slug": "intro",
    "step": "mail",
    "page": "home",
    "name": "nothing",
    "filename": "site.css",
}
"""What stands in the other parts of addresses."""

POSTED = {"admin.invite": {"email": "new@example.com", "role": "host"}, "admin.change_role": {"role": "manager"}}
"""What a form needs for the act to happen."""
ANSWERS = {
    "admin.settings_part": 404, "admin.save_settings": 404, "admin.undo_settings": 404, "admin.preview_settings": 404,
    "admin.settings_preview": 404, "admin.settings_preview_colour": 404,
    "admin.change_opt_out": 404, "admin.change_password": 400, "admin.remove_second_factor": 400, "admin.renew_recovery_codes": 400,
    "admin.confirm_second_factor": 400, "admin.end_session": 404, "admin.invite_again": 404,
    "admin.add_note": 422, "admin.add_person_note": 422, "admin.change_note": 422, "admin.make_token": 422, "admin.renew_feed": 200,
    "admin.drift_look": 422, "admin.drift_apply": 422, "admin.drift_adopt": 422, "admin.calcom_event_type": 302,
    "admin.errand": 404, "admin.stop_errand": 404, "admin.resume_errand": 404,
}  # fmt: skip
"""What those get who may, where it is not the page (GET) and the way on (POST)."""
AUTHOR = {"admin.note", "admin.change_note", "admin.remove_note"}
"""Only the author and owners: here the host wrote the note."""
FOREIGN_OPEN = {
    "admin.day": "a day without the bookings of others",
    "admin.end_session": "a session of somebody else is a 404 for every role",
}
"""Addresses with a part that hosts may use, and that is about no booking."""
OUTSIDE = {
    "public.home": 200, "public.consultation": 200, "public.book": 200, "public.book_host": 200, "public.book_event": 200, "public.times": 200,
    "public.times_chosen": 200, "public.success": 200, "public.success_status": 204, "public.error": 200, "public.manage": 404,
    "public.calendar_file": 404, "public.moments": 403, "public.unsubscribe": 404, "public.unsubscribe_now": 404, "public.robots": 200, "public.sitemap": 200,
    "api.event_types": 503, "api.availability": 400, "api.document": 200, "api.bookings": 401, "api.booking": 401, "api.sync_bookings": 401,
    "api.newest_booking_sync": 401, "api.booking_sync": 401, "api.sync_event_types": 401, "api.newest_event_type_sync": 401,
    "api.event_type_sync": 401, "feeds.calendar": 404, "webhooks.deliver": 401, "webhooks.health": 200, "health.alive": 200, "health.ready": 200,
    "metrics.metrics": 200, "asset": 404, "static": 200, "favicon": 200,
}  # fmt: skip
"""Outside the admin area everybody gets the same, signed in or not."""


@dataclass
class World:
    """Numbers of the things that one host owns, and of the same things of another."""

    own: dict[str, object] = field(default_factory=dict)
    foreign: dict[str, object] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def app(make_app):
    """One database is enough: who may what does not depend on it. Forms need no token here; that has a test of its own."""
    app = make_app(SERVICE_TOKEN="s" * 40)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        yield app


@pytest.fixture
def world(app, book, delivered, mailed):
    found = World()
    with transaction() as session:
        for role in Role:
            email = HOST if role == Role.HOST else f"{role}@example.com"
            found.people[role] = joined(session, email, role)
        found.people["other"] = joined(session, OTHER, Role.HOST)
        spare = joined(session, "spare@example.com", Role.READ_ONLY)
    for kept, host, mark, author in ((found.own, HOST, "Ines", Role.HOST), (found.foreign, OTHER, MARK, "other")):
        reference = book(host_email=host, booker_name=mark, booker_email=f"{mark}@example.org", title=f"Intro with {mark}", answers={"q": {"value": mark}})
        with transaction() as session:
            booking_id = queries.by_reference(reference).id
            seal = notes.seal_of([app.extensions["settings"].SECRET_KEY])
            note = notes.add(session, seal, f"{mark} rings twice", by=Staff(found.people[author], author), subject=reference, booking_id=booking_id)
            sessions.begin(session, staff_id=found.people[author], how="password", browser=Browser("Firefox", "192.0.2.0/24"))
        with transaction() as session:
            customer = customers.with_email(session, email=f"{mark}@example.org", name=mark, time_zone="Europe/London", locale="en")
        theirs = sessions.open_of(found.people["other"])
        kept |= {
            "reference": reference, "note": note, "customer": customer, "delivery": delivered(body=f'{{"uid": "{UID}9", "who": "{mark}"}}'.encode()),
            "mail": mailed(state="dead", recipient=f"{mark}@example.org", booking_id=booking_id), "person": spare,
            "session": theirs[0].id if theirs else 0, "nothing": 77,
        }  # fmt: skip
    found.own["session"] = found.foreign["session"]
    return found


def joined(session, email, role):
    """Somebody who may sign in; that nobody knows the password saves its digest."""
    user = AdminUser(email=email, name=role, role=role, password_hash="unknown", active=True, created_at=clock.now())
    session.add(user)
    session.flush()
    return user.id


@pytest.fixture
def browser_of(app, world):
    """`browser_of(role)`: a browser in which somebody with this role is signed in, in a session of its own."""

    def make(visitor):
        browser = app.test_client()
        if visitor != NOBODY:
            with transaction() as session:
                token = sessions.begin(session, staff_id=world.people[visitor], how="password", browser=Browser("Firefox", "192.0.2.0/24"))
            with browser.session_transaction() as session:
                session["_user_id"] = token
        return browser

    return make


def routes(app, *, admin):
    """Endpoint, method and rule of every route inside or outside the admin area."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin.") == admin:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, rule


def path_of(rule, things):
    """The address with its parts filled in; a part that the walk does not know fails the test."""
    values = {}
    for name in rule.arguments:
        if name == "number":
            known = [thing for begin, thing in IN_ADDRESS.items() if rule.rule.startswith(begin)]
            assert known, f"say in IN_ADDRESS what the number in {rule.rule} is"
            values[name] = things[known[0]]
        else:
            assert name == "reference" or name in WORDS, f"say in WORDS what {name} in {rule.rule} is"
            values[name] = things["reference"] if name == "reference" else WORDS[name]
    return rule.build(values)[1]


def ask(browser, method, path, endpoint):
    return browser.open(path, method=method, data=POSTED.get(endpoint, {}) if method == "POST" else None)


def body_of(answer):
    """What can be read in the answer, also in a spreadsheet."""
    if answer.data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
            return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return answer.data.decode("utf-8", "replace")


def expected(visitor, endpoint, method):
    if RULES[endpoint] == OPEN:
        return None
    if visitor == NOBODY:
        return 302
    if visitor not in RULES[endpoint]:
        return 403
    if endpoint in AUTHOR and visitor not in {Role.OWNER, Role.HOST}:
        return 403
    return ANSWERS.get(endpoint, 200 if method == "GET" else 302)


def test_no_route_is_outside_the_walk(app, world):
    assert {endpoint for endpoint, _, _ in routes(app, admin=True)} == set(RULES)
    assert {endpoint for endpoint, _, _ in routes(app, admin=False)} == {*OUTSIDE, "tokens.managed_user"}
    for endpoint, _, rule in [*routes(app, admin=True), *routes(app, admin=False)]:
        path_of(rule, world.own)
        if endpoint.startswith("admin.") and Role.HOST in RULES[endpoint] and rule.arguments:
            assert "reference" in rule.arguments or endpoint in AUTHOR or endpoint in FOREIGN_OPEN, f"what does a host find at {rule.rule} of somebody else?"


@pytest.mark.parametrize("visitor", VISITORS)
def test_each_gets_what_the_table_says_and_nothing_of_others(visitor, app, world, browser_of):
    walked, leaks, wrong, reader = Counter(), [], [], browser_of(visitor)
    for endpoint, method, rule in sorted(routes(app, admin=True), key=lambda found: (found[1], found[0])):
        due = expected(visitor, endpoint, method)
        answer = ask(reader if method == "GET" else browser_of(visitor), method, path_of(rule, world.own), endpoint)
        text, walked[method] = body_of(answer), walked[method] + 1
        if due is not None and answer.status_code != due:
            wrong.append((endpoint, method, answer.status_code, due))
        if visitor == NOBODY and due is not None and not (answer.location or "").startswith("/admin/sign-in"):
            wrong.append((endpoint, method, answer.location, "the door"))
        if answer.headers["Cache-Control"] not in {"no-store", "private, no-store"}:
            wrong.append((endpoint, method, answer.headers["Cache-Control"], "kept by nobody"))
        leaks += [(endpoint, mark) for mark in marks_against(visitor, world) if mark in text]
    assert (wrong, leaks) == ([], [])
    assert walked["GET"] > 25
    assert walked["POST"] > 25


@pytest.mark.parametrize("visitor", VISITORS)
def test_things_of_others_are_not_there_for_a_host_and_nobody_sees_more_by_a_number(visitor, app, world, browser_of):
    walked, leaks, wrong, reader = 0, [], [], browser_of(visitor)
    for endpoint, method, rule in routes(app, admin=True):
        if not rule.arguments or expected(visitor, endpoint, method) is None:
            continue
        answer = ask(reader, method, path_of(rule, world.foreign), endpoint)
        walked += 1
        due = expected(visitor, endpoint, method)
        if visitor == Role.HOST and visitor in RULES[endpoint] and endpoint not in FOREIGN_OPEN:
            due = 404
        if answer.status_code != due:
            wrong.append((endpoint, method, answer.status_code, due))
        leaks += [(endpoint, mark) for mark in marks_against(visitor, world) if mark in body_of(answer) and mark not in answer.request.path]
    assert (wrong, leaks) == ([], [])
    assert walked > 20


@pytest.mark.parametrize("visitor", VISITORS)
def test_outside_the_admin_area_everybody_gets_the_same(visitor, app, world, browser_of):
    browser, leaks, wrong = browser_of(visitor), [], []
    for endpoint, method, rule in routes(app, admin=False):
        if endpoint in OUTSIDE:
            answer = ask(browser, method, path_of(rule, world.foreign), endpoint)
            due = OUTSIDE[endpoint] if endpoint != "webhooks.health" else (404 if rule.arguments else 200)
            if answer.status_code != due:
                wrong.append((endpoint, method, answer.status_code, due))
            leaks += [(endpoint, mark) for mark in (MARK, str(world.foreign["reference"])) if mark in body_of(answer) and mark not in answer.request.path]
            answer.close()
    assert (wrong, leaks) == ([], [])


@pytest.mark.parametrize("visitor", VISITORS)
def test_the_address_for_programs_takes_the_token_or_the_desk(visitor, browser_of):
    answer = browser_of(visitor).post("/tokens/cal/managed-user", json={})
    assert answer.status_code == {NOBODY: 401, Role.HOST: 403, Role.READ_ONLY: 403}.get(visitor, 400)


def marks_against(visitor, world):
    """What this visitor must never read."""
    if visitor in {Role.OWNER, Role.MANAGER}:
        return []
    if visitor == Role.READ_ONLY:
        return [UID]
    return [MARK, str(world.foreign["reference"])]


def test_the_walk_would_find_a_leak(app, world, browser_of):
    """The marks do stand where they may be read, so that their absence elsewhere says something."""
    owner = browser_of(Role.OWNER)
    for path in ("/admin/calendar", "/admin/calendar.csv", "/admin/calendar.xlsx", f"/admin/calendar/{world.foreign['reference']}"):
        assert MARK in body_of(owner.get(path)), path
    assert UID in owner.get(f"/admin/inbox/{world.foreign['delivery']}").text
    assert "Ines" in browser_of(Role.HOST).get("/admin/calendar").text
