import re

from app.accounts.models import Role
from app.bookings import queries
from app.sandbox.orders import Cancel, Move
from tests.conftest import refresh, token_in
from tests.factories.orders import next_free


def shown_in(page):
    return re.search(r'name="shown" value="([^"]+)"', page)[1]


def test_both_sides_alike_say_so(booked, desk):
    reference, _ = booked()
    page = desk.get(f"/admin/calendar/{reference}").text
    assert f'href="/admin/calendar/{reference}/verify"' in page
    page = desk.get(f"/admin/calendar/{reference}/verify").text
    assert "Both say the same." in page
    assert "Take over" not in page


def test_a_difference_is_shown_and_taken_over(booked, desk, far):
    reference, made = booked()
    far.desk.engine.move(Move(uid=made.uid, start=next_free(far.desk.engine)))
    page = desk.get(f"/admin/calendar/{reference}/verify").text
    assert '<th scope="row">Start</th>' in page
    assert "Take over what Cal.com says" in page
    answer = desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(page), "shown": shown_in(page)})
    assert answer.status_code == 302
    page = desk.get(answer.location).text
    assert "Taken over" in page
    assert "owner took over what Cal.com says" in page
    refresh()
    assert queries.by_reference(reference).moved == 1


def test_a_page_that_is_not_true_any_more_takes_nothing_over(booked, desk, far):
    reference, made = booked()
    far.desk.engine.move(Move(uid=made.uid, start=next_free(far.desk.engine)))
    page = desk.get(f"/admin/calendar/{reference}/verify").text
    far.desk.engine.cancel(Cancel(uid=far.desk.engine.booking(made.uid).to_uid))
    answer = desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(page), "shown": shown_in(page)})
    assert answer.status_code == 409
    assert "Cal.com has changed since you looked" in answer.text
    again = desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(page), "shown": shown_in(answer.text)})
    assert again.status_code == 302
    late = desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(page), "shown": shown_in(answer.text)})
    assert "nothing to take over any more" in desk.get(late.location).text


def test_what_is_missing_there_is_explained(booked, desk, far):
    reference, _ = booked()
    far.desk.reset()
    page = desk.get(f"/admin/calendar/{reference}/verify").text
    assert "Cal.com does not know this booking" in page
    assert "belongs to another account" in page
    answer = desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(page), "shown": shown_in(page)})
    assert "Cal.com does not know this booking any more." in desk.get(answer.location).text
    assert "This is known since" in desk.get(f"/admin/calendar/{reference}/verify").text


def test_a_calcom_that_cannot_be_asked_is_said_to_be_away(booked, desk, far):
    reference, _ = booked()
    far.turn(api_next="500*2")
    answer = desk.get(f"/admin/calendar/{reference}/verify")
    assert answer.status_code == 503
    assert "Cal.com could not be asked" in answer.text
    far.turn(api_next="500*2")
    assert desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(desk.get("/admin/calendar").text)}).status_code == 503


def test_who_may_only_read_sees_the_difference_and_no_button(booked, sign_in, far):
    reference, made = booked()
    far.desk.engine.cancel(Cancel(uid=made.uid, reason="Ill"))
    page = sign_in(role=Role.READ_ONLY, email="reader@example.com").get(f"/admin/calendar/{reference}/verify").text
    assert "<del>Confirmed</del>" in page
    assert "Take over" not in page
