from app.accounts.models import Role
from tests.conftest import token_in

WORDS = "Ring the bell twice"


def written(browser, reference, text=WORDS):
    token = token_in(browser.get(f"/admin/calendar/{reference}").text)
    return browser.post(f"/admin/calendar/{reference}/notes", data={"csrf_token": token, "text": text})


def test_a_note_is_written_changed_and_removed(booked, desk):
    reference, _ = booked()
    answer = written(desk, reference)
    assert (answer.status_code, answer.location) == (302, f"/admin/calendar/{reference}#story")
    page = desk.get(f"/admin/calendar/{reference}").text
    assert "Note by owner" in page
    assert WORDS in page
    form = desk.get("/admin/notes/1").text
    assert WORDS in form
    assert desk.post("/admin/notes/1", data={"csrf_token": token_in(form), "text": "Knock"}).status_code == 302
    page = desk.get(f"/admin/calendar/{reference}").text
    assert "Knock" in page
    assert "Changed since." in page
    assert "owner changed a note" in page
    assert desk.post("/admin/notes/1/remove", data={"csrf_token": token_in(form)}).status_code == 302
    page = desk.get(f"/admin/calendar/{reference}").text
    assert "Knock" not in page
    assert "owner removed a note" in page
    assert desk.get("/admin/notes/1").status_code == 404


def test_a_note_that_is_too_long_comes_back_as_it_was_typed(booked, desk):
    reference, _ = booked()
    for path in (None, "/admin/notes/1"):
        text = "y" * 10_001
        answer = written(desk, reference, text) if path is None else desk.post(path, data={"csrf_token": token_in(desk.get(path).text), "text": text})
        assert answer.status_code == 422
        assert "at most 10,000 characters" in answer.text
        assert text in answer.text
        written(desk, reference)


def test_only_the_author_and_owners_change_a_note(booked, desk, sign_in):
    reference, made = booked()
    host = sign_in(role=Role.HOST, email=made.host.email)
    manager = sign_in(role=Role.MANAGER, email="manager@example.com")
    written(host, reference)
    assert WORDS in manager.get(f"/admin/calendar/{reference}").text
    assert "/admin/notes/1" not in manager.get(f"/admin/calendar/{reference}").text
    token = token_in(manager.get(f"/admin/calendar/{reference}").text)
    assert manager.get("/admin/notes/1").status_code == 403
    assert manager.post("/admin/notes/1/remove", data={"csrf_token": token}).status_code == 403
    assert host.get("/admin/notes/1").status_code == 200
    assert desk.get("/admin/notes/1").status_code == 200


def test_a_host_reads_no_note_on_a_foreign_booking(booked, desk, sign_in):
    reference, _ = booked()
    written(desk, reference)
    other = sign_in(role=Role.HOST, email="other@example.com")
    assert other.get("/admin/notes/1").status_code == 404
    assert other.get("/admin/notes/77").status_code == 404
