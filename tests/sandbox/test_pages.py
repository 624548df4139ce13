import re

import pytest

SLOT = "2030-01-07T10:00:00Z"


def book(client, **more):
    wish = {"start": SLOT, "name": "Ada", "email": "ada@example.org", "timeZone": "Europe/Berlin"}
    return client.post("/_/book/intro", json=wish | more)


@pytest.mark.parametrize("path", ["/demo", "/demo/intro", "/demo/embed", "/demo/intro/embed?embed=x", "/control", "/embed/embed.js"])
def test_pages_answer_under_a_policy_without_inline_code(client, path):
    answer = client.get(path, buffered=True)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert not re.search(rb"<style|<script(?![^>]*src)|\son\w+=|\sstyle=", answer.data) or path.endswith(".js")


def test_anybody_may_frame_a_booking_page_and_nobody_the_control_page(client):
    assert "frame-ancestors http: https:" in client.get("/demo/intro/embed").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get("/control").headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/nobody", "/demo/nothing", "/nobody/intro/embed", "/booking/unknown", "/reschedule/unknown"])
def test_an_unknown_address_is_a_page_that_says_so(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"This page does not exist" in answer.data


def test_a_booking_answers_with_the_data_of_both_events(client):
    answer = book(client).json
    assert answer["short"]["startTime"] == "2030-01-07T10:00:00.000Z"
    assert answer["short"]["status"] == "ACCEPTED"
    assert answer["short"]["uid"] == answer["long"]["booking"]["uid"]
    assert "ada@example.org" not in str(answer["short"])


def test_a_taken_time_is_refused_in_words(client):
    book(client)
    answer = book(client, email="bob@example.org")
    assert answer.status_code == 409
    assert answer.json["error"] == "slot_taken"
    assert "another" in answer.json["words"]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"start": "tomorrow"}, 400),
        ({"start": "2030-01-07T10:00:00"}, 400),
        ({"email": "nobody"}, 400),
        ({"name": " "}, 400),
        ({"timeZone": "Mars/Olympus"}, 400),
        ({"timeZone": "../../etc/passwd"}, 400),
        ({"guests": "x"}, 400),
        ({"length": 31}, 409),
        ({"start": "2030-01-06T10:00:00Z"}, 409),
        ({"start": "2030-01-07T03:00:00Z"}, 409),
    ],
)
def test_a_wrong_wish_is_refused_and_books_nothing(client, wish, status):
    assert book(client, **wish).status_code == status
    assert client.get("/control/api/bookings").json["bookings"] == []


def test_a_foreign_page_cannot_book_or_turn_dials(client):
    for answer in (
        client.post("/_/book/intro", json={}, headers={"Origin": "http://evil.test"}),
        client.put("/control/api/dials", json={}, headers={"Origin": "http://evil.test"}),
    ):
        assert answer.status_code == 403


def test_a_form_without_the_token_changes_nothing(client):
    uid = book(client).json["booking"]["uid"]
    assert client.post(f"/control/bookings/{uid}/cancel").status_code == 403
    assert client.get(f"/control/api/bookings/{uid}").json["booking"]["status"] == "ACCEPTED"


def test_a_reschedule_link_leads_to_the_booking_page_and_keeps_its_query(client):
    uid = book(client).json["booking"]["uid"]
    answer = client.get(f"/reschedule/{uid}/embed?embed=ns&theme=dark")
    assert answer.headers["Location"] == f"/demo/intro/embed?embed=ns&theme=dark&rescheduleUid={uid}"


def test_a_class_shows_a_person_only_to_the_holder_of_the_seat(client):
    made = client.post("/_/book/group-class", json={"start": SLOT, "name": "Ada", "email": "ada@example.org"}).json
    uid, seat = made["booking"]["uid"], made["booking"]["seat"]
    assert b"ada@example.org" not in client.get(f"/booking/{uid}").data
    assert b"ada@example.org" in client.get(f"/booking/{uid}?seatReferenceUid={seat}").data


def test_the_script_can_be_missing_or_something_else(client):
    client.put("/control/api/dials", json={"script": "missing"})
    assert client.get("/embed/embed.js").status_code == 404
    client.put("/control/api/dials", json={"script": "html"})
    assert client.get("/embed/embed.js").content_type.startswith("text/html")
    client.post("/control/api/reset")
    assert "javascript" in client.get("/embed/embed.js", buffered=True).content_type


def test_a_flag_in_the_query_wins_over_the_dial(client):
    client.put("/control/api/dials", json={"fail": "500", "pending": True})
    page = client.get("/demo/intro/embed?fail=403&pending=0").data.decode()
    assert "&#34;fail&#34;: &#34;403&#34;" in page
    assert "&#34;pending&#34;: false" in page


@pytest.mark.parametrize("wrong", [{"loss": 2}, {"fail": "teapot"}, {"script": "x"}, {"unknown": 1}, {"delay": -1}, {"silent": "maybe"}])
def test_a_wrong_dial_is_refused_by_name(client, wrong):
    answer = client.put("/control/api/dials", json=wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json["words"]


def test_the_control_api_makes_moves_and_ends_a_booking(client):
    made = client.post("/control/api/bookings", json={"type": "consultation"}).json["booking"]
    path = f"/control/api/bookings/{made['uid']}"
    assert made["status"] == "PENDING"
    assert client.post(f"{path}/confirm").json["booking"]["status"] == "ACCEPTED"
    moved = client.post(f"{path}/move", json={"start": "2030-01-08T10:00:00Z"}).json["booking"]
    assert moved["rescheduledFrom"] == made["uid"]
    ended = client.post(f"/control/api/bookings/{moved['uid']}/cancel", json={"by": "attendee", "reason": "x"}).json["booking"]
    assert ended["status"] == "CANCELLED"
    assert client.post(f"{path}/dance").status_code == 400
    assert client.post("/control/api/bookings/none/cancel").status_code == 404


def test_a_form_of_our_own_is_accepted_under_a_policy_that_lets_browsers_name_its_origin(client):
    uid = book(client).json["booking"]["uid"]
    page = client.get("/control")
    token = re.search(r'name="token" value="([^"]+)"', page.get_data(as_text=True))[1]
    assert page.headers["Referrer-Policy"] == "same-origin"
    answer = client.post(f"/control/bookings/{uid}/cancel", data={"token": token}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303
    assert client.get(f"/control/api/bookings/{uid}").json["booking"]["status"] == "CANCELLED"
    assert client.post("/control/reset", data={"token": token}, headers={"Origin": "null"}).status_code == 403


def test_held_deliveries_are_sent_by_a_button(sandbox, client):
    courier = sandbox.extensions["sandbox"].courier
    assert "Send what is held back" not in client.get("/control").get_data(as_text=True)
    del courier.send
    client.put("/control/api/dials", json={"held": 1})
    book(client)
    page = client.get("/control").get_data(as_text=True)
    assert "Send what is held back: 1" in page
    assert client.get("/control/api/deliveries").json["held"] == 1
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    client.post("/control/release", data={"token": token})
    assert courier.wait_until_idle(seconds=10)
    assert [one.result for one in courier.log()] == ["no answer (ConnectionError)"]
    assert "Sent what was held back: 1." in client.get("/control").get_data(as_text=True)


def test_the_hosts_own_questions_are_asked_and_told(client, api, told):
    page = client.get("/demo/project-brief/embed").get_data(as_text=True)
    assert "What should be better afterwards?" in page
    wish = {"start": SLOT, "name": "Ada", "email": "ada@example.org", "timeZone": "UTC"}
    good = {"people": "3", "goal": "Less paper", "size": "Small", "pace": "No hurry", "topics": ["Design"], "unknown": "lost"}
    refused = client.post("/_/book/project-brief", json=wish | {"answers": good | {"size": "Huge"}})
    assert (refused.status_code, refused.json["words"]) == (400, "Budget: must be one of: Small, Medium, Large.")
    assert client.post("/_/book/project-brief", json=wish).status_code == 400
    assert client.post("/_/book/project-brief", json=wish | {"answers": ["x"]}).status_code == 400
    uid = client.post("/_/book/project-brief", json=wish | {"answers": good}).json["booking"]["uid"]
    found = api.get(f"/v2/bookings/{uid}")["bookingFieldsResponses"]
    assert (found["topics"], found["people"], "unknown" in found) == (["Design"], "3", False)
    assert b'"value":"Less paper"' in told[-1]["body"]
