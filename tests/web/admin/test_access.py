import pytest

from app.accounts.customers import with_email
from app.accounts.models import Role
from app.accounts.staff import create
from app.bookings import queries
from app.db import transaction
from app.desk import notes
from app.desk.wishes import Staff
from app.web.access import OPEN, RULES

GETS = [
    "/admin/",
    "/admin/pulse",
    "/admin/event-types",
    "/admin/hosts",
    "/admin/calendar",
    "/admin/calendar/{reference}",
    "/admin/calendar/{reference}/act/cancel",
    "/admin/calendar/{reference}/verify",
    "/admin/notes/{note}",
    "/admin/people",
    "/admin/people/{person}",
    "/admin/calendar.csv",
    "/admin/calendar.xlsx",
    "/admin/feed",
    "/admin/reports",
    "/admin/inbox",
    "/admin/inbox/{delivery}",
    "/admin/outbox",
    "/admin/outbox/{mail}",
    "/admin/mails",
    "/admin/mails/confirmation",
    "/admin/mails/confirmation/body",
    "/admin/doctor",
    "/admin/sync",
    "/admin/tokens",
]
POSTS = [
    "/admin/calendar/{reference}/act/cancel",
    "/admin/calendar/{reference}/verify",
    "/admin/calendar/{reference}/notes",
    "/admin/notes/{note}",
    "/admin/notes/{note}/remove",
    "/admin/people",
    "/admin/people/{person}/mails",
    "/admin/people/{person}/notes",
    "/admin/feed",
    "/admin/feed/revoke",
    "/admin/inbox/{delivery}/replay",
    "/admin/outbox/{mail}/send",
    "/admin/outbox/release",
    "/admin/doctor",
    "/admin/sync",
    "/admin/tokens",
    "/admin/tokens/{token}/revoke",
    "/admin/sign-out",
]
WALK = [("get", pattern) for pattern in GETS] + [("post", pattern) for pattern in POSTS]
DESK_AND_HOST = {
    "/admin/calendar/{reference}/act/cancel",
    "/admin/calendar/{reference}/verify",
    "/admin/calendar/{reference}/notes",
    "/admin/notes/{note}",
    "/admin/notes/{note}/remove",
}
"""What a host may do to the own bookings, and who may only read may not."""
HOST_MAY = {
    "/admin/",
    "/admin/pulse",
    "/admin/calendar",
    "/admin/calendar/{reference}",
    "/admin/calendar.csv",
    "/admin/calendar.xlsx",
    "/admin/feed",
    "/admin/reports",
}
MISSING = {
    "/admin/tokens": 422,
    "/admin/feed": 200,
    "/admin/notes/{note}": 422,
    "/admin/calendar/{reference}/notes": 422,
    "/admin/people/{person}/mails": 404,
    "/admin/people/{person}/notes": 422,
}
"""How an empty form is answered where it comes back with what is missing."""
OWNER_ONLY = {"/admin/tokens", "/admin/tokens/{token}/revoke"}


@pytest.fixture
def paths(book, delivered, mailed, noted):
    reference = book(host_email="host@example.com")
    known = {"reference": reference, "delivery": delivered(), "mail": mailed(state="dead"), "token": 1, "note": noted(reference, "host@example.com")}
    with transaction() as session:
        known["person"] = with_email(session, email="ines@example.org", name="Ines Example", time_zone="", locale="")
    return lambda pattern: pattern.format(**known)


@pytest.fixture
def noted(app):
    """`noted(reference, email)`: a note of this staff member on a booking; returns its number."""

    def make(reference, email):
        with transaction() as session:
            author = create(session, email=email, password="a good password").id
            booking_id = queries.by_reference(reference).id
            return notes.add(session, notes.seal_of(["k" * 40]), "Ring twice", by=Staff(author, "Hosting"), subject=reference, booking_id=booking_id)

    return make


@pytest.fixture
def without_csrf(app):
    """The forms' tokens have tests of their own; here the guard is asked."""
    app.config["WTF_CSRF_ENABLED"] = False


def test_the_walk_names_every_route(app):
    admin = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")}
    assert admin == set(RULES)
    assert len(WALK) == len([name for name, roles in RULES.items() if roles is not OPEN])


@pytest.mark.parametrize(("method", "pattern"), WALK)
def test_without_signing_in_every_page_leads_to_the_door_and_nothing_is_kept(method, pattern, paths, client, without_csrf):
    answer = client.open(paths(pattern), method=method.upper())
    assert answer.status_code == 302
    assert answer.location.startswith("/admin/sign-in?next=/admin/")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_what_the_table_says(role, paths, sign_in, without_csrf, app):
    app.config["WTF_CSRF_ENABLED"] = True
    browser = sign_in(role=role, email="host@example.com")
    app.config["WTF_CSRF_ENABLED"] = False
    for pattern in GETS:
        answer = browser.get(paths(pattern))
        closed = (role == Role.HOST and pattern not in HOST_MAY | DESK_AND_HOST) or (role != Role.OWNER and pattern in OWNER_ONLY)
        closed = closed or (role == Role.READ_ONLY and pattern in DESK_AND_HOST and not pattern.endswith("verify"))
        expected = 403 if closed else 200
        assert (answer.status_code, answer.headers["Cache-Control"]) == (expected, "no-store"), pattern
    for pattern in POSTS:
        own = pattern.endswith("sign-out") or pattern.startswith("/admin/feed")
        allowed = own or role in ({Role.OWNER} if pattern in OWNER_ONLY else {Role.OWNER, Role.MANAGER})
        allowed = allowed or (role == Role.HOST and pattern in DESK_AND_HOST) or (role == Role.READ_ONLY and pattern == "/admin/people")
        assert browser.post(paths(pattern)).status_code == (MISSING.get(pattern, 302) if allowed else 403), pattern


def test_a_host_sees_the_own_bookings_only(book, sign_in):
    own, foreign = book(host_email="Host@example.com"), book(host_email="other@example.com")
    browser = sign_in(role=Role.HOST, email="host@example.com")
    assert browser.get(f"/admin/calendar/{own}").status_code == 200
    assert browser.get(f"/admin/calendar/{foreign}").status_code == 404
    for path in ("act/cancel", "act/absent", "verify"):
        assert browser.get(f"/admin/calendar/{foreign}/{path}").status_code == 404
    assert foreign not in browser.get("/admin/calendar").text


def test_who_may_only_read_gets_no_link_that_moves_or_cancels(book, delivered, sign_in):
    reference, number = book(), delivered(body=b'{"uid":"longuid1000abcdef"}')
    browser = sign_in(role=Role.READ_ONLY)
    page = browser.get(f"/admin/calendar/{reference}").text + browser.get(f"/admin/inbox/{number}").text
    assert "longuid1000abcdef" not in page
    assert "Replay" not in page


def test_a_rule_that_is_missing_closes_the_page(app, sign_in, monkeypatch):
    browser = sign_in()
    monkeypatch.setattr("app.web.access.RULES", {name: roles for name, roles in RULES.items() if name != "admin.today"})
    assert browser.get("/admin/").status_code == 403


def test_what_is_not_there_is_said_in_the_look_of_the_admin_area(sign_in):
    browser = sign_in()
    for path in ("/admin/inbox/77", "/admin/outbox/77", "/admin/calendar/NOTHERE", "/admin/calendar/%00"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
        assert "Sign out" in answer.text
    assert browser.get("/admin/inbox/99999999999999999999").status_code == 404
