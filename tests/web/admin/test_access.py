"""What a role sees on a page. Who may use which route at all is walked in `test_walk.py`, which is made of the URL map."""

from app.accounts.models import Role
from app.web.access import RULES


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
