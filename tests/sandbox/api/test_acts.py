import json

import pytest

from tests.sandbox.conftest import wish

LATER = "2030-01-09T10:00:00Z"


def act(api, uid, name, body=None, **more):
    return api.call("POST", f"/v2/bookings/{uid}/{name}", body or {}, **more)


def triggers(told):
    return [one["trigger"].removeprefix("BOOKING_") for one in told]


def message(answer):
    return answer.json["error"]["message"]


def test_a_move_gives_a_new_uid_and_the_old_one_points_to_it(api, told):
    old = api.book()
    new = api.post(f"/v2/bookings/{old['uid']}/reschedule", {"start": LATER, "reschedulingReason": "ill"}, key=None)
    assert (new["rescheduledFromUid"], new["reschedulingReason"], new["start"]) == (old["uid"], "ill", "2030-01-09T10:00:00.000Z")
    assert new["icsUid"] == old["icsUid"]
    after = api.get(f"/v2/bookings/{old['uid']}")
    assert (after["status"], after["rescheduledToUid"]) == ("cancelled", new["uid"])
    assert triggers(told) == ["CREATED", "RESCHEDULED"]


def test_a_moved_booking_is_moved_by_its_new_uid_only(api):
    old = api.book()
    new = api.post(f"/v2/bookings/{old['uid']}/reschedule", {"start": LATER})
    refused = act(api, old["uid"], "reschedule", {"start": "2030-01-10T10:00:00Z"})
    assert (refused.status_code, new["uid"] in message(refused)) == (400, True)


@pytest.mark.parametrize(("who", "key", "status"), [("ada@example.org", None, "pending"), ("robin@example.com", None, "accepted"), (None, "cal_x", "accepted")])
def test_the_hosts_address_or_key_confirms_a_move_at_once(api, who, key, status):
    old = api.book(102)
    act(api, old["uid"], "confirm")
    body = {"start": LATER} | ({"rescheduledBy": who} if who else {})
    assert api.post(f"/v2/bookings/{old['uid']}/reschedule", body, key=key)["status"] == status


def test_a_move_to_a_taken_time_or_without_one_is_refused(api):
    api.book(start=LATER)
    old = api.book()
    assert act(api, old["uid"], "reschedule", {"start": LATER}).status_code == 400
    assert act(api, old["uid"], "reschedule", {}).status_code == 400
    assert api.get(f"/v2/bookings/{old['uid']}")["status"] == "accepted"


def test_a_cancel_tells_once_and_cannot_be_repeated(api, told):
    uid = api.book()["uid"]
    after = api.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "ill"}, key=None)
    assert (after["status"], after["cancellationReason"], after["cancelledByEmail"]) == ("cancelled", "ill", "ada@example.org")
    assert act(api, uid, "cancel").status_code == 400
    assert triggers(told) == ["CREATED", "CANCELLED"]


def test_requests_are_confirmed_and_declined_by_their_host_only(api, told):
    first, second = api.book(102)["uid"], api.book(102, LATER)["uid"]
    assert act(api, first, "confirm", key=None).status_code == 401
    assert act(api, first, "confirm", key="cal_casey_x").status_code == 403
    assert api.post(f"/v2/bookings/{first}/confirm")["status"] == "accepted"
    declined = api.post(f"/v2/bookings/{second}/decline", {"reason": "full"})
    assert (declined["status"], "cancellationReason" in declined) == ("rejected", False)
    again = act(api, first, "confirm")
    assert (again.status_code, again.json["error"]["code"]) == (400, "TRPCError")
    assert triggers(told) == ["REQUESTED", "REQUESTED", "CREATED", "REJECTED"]


def test_absence_is_noted_once_the_meeting_has_begun(api, told):
    uid = api.book(guests=["g@example.org"])["uid"]
    body = {"attendees": [{"email": "ada@example.org", "absent": True}], "host": True}
    assert act(api, uid, "mark-absent", body).status_code == 400
    api.later(hours=5)
    marked = api.post(f"/v2/bookings/{uid}/mark-absent", body)
    assert (marked["absentHost"], [one["absent"] for one in marked["attendees"]]) == (True, [True, False])
    payload = json.loads(told[-1]["body"])["payload"]
    assert payload["attendees"] == [{"email": "ada@example.org", "noShow": True}]
    assert (payload["bookingUid"], "uid" in payload) == (uid, False)
    back = api.post(f"/v2/bookings/{uid}/mark-absent", {"attendees": [{"email": "ada@example.org", "absent": False}]})
    assert back["attendees"][0]["absent"] is False
    assert "unmarked" in json.loads(told[-1]["body"])["payload"]["message"]


def test_absence_of_the_host_alone_tells_nobody(api, told):
    uid = api.book()["uid"]
    api.later(hours=5)
    api.post(f"/v2/bookings/{uid}/mark-absent", {"host": True})
    assert triggers(told) == ["CREATED"]
    wrong = {"attendees": [{"email": "stranger@example.org", "absent": True}]}
    assert act(api, uid, "mark-absent", wrong).status_code == 400
    assert act(api, uid, "mark-absent", {"attendees": ["x"]}).status_code == 400
    assert act(api, uid, "mark-absent", {"attendees": [{"email": "ada@example.org"}]}).status_code == 400


def test_guests_and_place_change_without_a_webhook(api, told):
    before = api.book()
    uid = before["uid"]
    api.later(minutes=1)
    with_guest = api.post(f"/v2/bookings/{uid}/guests", {"guests": [{"email": "g@example.org", "name": "Gil"}, {"email": "ada@example.org"}]})
    assert with_guest["guests"] == ["g@example.org"]
    assert with_guest["updatedAt"] == before["updatedAt"]
    elsewhere = api.call("PATCH", f"/v2/bookings/{uid}/location", {"location": {"type": "address", "address": "Room 3"}}).json["data"]
    assert elsewhere["location"] == "Room 3"
    assert elsewhere["updatedAt"] > before["updatedAt"]
    assert triggers(told) == ["CREATED"]
    assert act(api, uid, "guests", {"guests": []}).status_code == 400
    assert act(api, uid, "guests", {"guests": ["g@example.org"]}).status_code == 400


@pytest.fixture
def seats(api):
    first = api.book(104)
    second = api.book(104, email="two@example.org", bookingFieldsResponses={"notes": "n"}, metadata={"ref": "S2"})
    return first["uid"], first["seatUid"], second["seatUid"]


def test_a_seat_shares_the_uid_and_shows_all_people_to_the_host_only(api, seats):
    uid, one, two = seats
    host = api.get(f"/v2/bookings/{uid}")
    assert [each["seatUid"] for each in host["attendees"]] == [one, two]
    assert host["attendees"][1]["metadata"] == {"ref": "S2"}
    assert "guests" not in host
    assert api.get(f"/v2/bookings/{uid}", key=None)["attendees"] == []
    assert [each["email"] for each in api.get(f"/v2/bookings/by-seat/{two}", key=None)["attendees"]] == ["two@example.org"]


def test_the_same_address_in_a_class_is_a_conflict_of_the_database(api, seats):
    answer = api.call("POST", "/v2/bookings", wish(104))
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "CONFLICT")
    assert "details" not in answer.json["error"]


def test_one_seat_leaves_and_the_class_goes_on(api, seats, told):
    uid, one, two = seats
    assert act(api, uid, "cancel", {"cancellationReason": "x"}, key=None).status_code == 400
    after = api.post(f"/v2/bookings/{uid}/cancel", {"seatUid": one}, key=None)
    assert after["status"] == "accepted"
    assert act(api, uid, "cancel", {"seatUid": one}, key=None).status_code == 400
    assert api.call("GET", f"/v2/bookings/by-seat/{one}").status_code == 404
    assert [each["seatUid"] for each in api.get(f"/v2/bookings/{uid}")["attendees"]] == [two]
    assert triggers(told) == ["CREATED", "CREATED", "CANCELLED"]


def test_the_host_cancels_the_whole_class_which_then_shows_nobody_except_to_the_newest_version(api, seats):
    after = api.post(f"/v2/bookings/{seats[0]}/cancel", {"cancellationReason": "ill"})
    assert (after["status"], after["attendees"]) == ("cancelled", [])
    assert len(api.get(f"/v2/bookings/{seats[0]}", version="2026-02-25")["attendees"]) == 2


def test_guests_are_added_five_times_a_minute(api):
    uid = api.book()["uid"]
    answers = [act(api, uid, "guests", {"guests": [{"email": f"g{n}@example.org"}]}).status_code for n in range(6)]
    assert answers == [200] * 5 + [429]
    assert len(api.get(f"/v2/bookings/{uid}")["guests"]) == 5


def test_one_seat_moves_by_its_own_address(api, seats):
    uid, one, _ = seats
    assert act(api, uid, "reschedule", {"start": LATER}, key=None).status_code == 400
    assert act(api, uid, "reschedule", {"start": LATER, "seatUid": "none"}, key=None).status_code == 400
    moved = api.post(f"/v2/bookings/{one}/reschedule", {"start": LATER}, key=None)
    assert (moved["seatUid"], moved["uid"] != uid) == (one, True)
    assert len(api.get(f"/v2/bookings/{uid}")["attendees"]) == 1


def test_the_host_moves_the_whole_class_under_its_uid(api, seats):
    moved = api.post(f"/v2/bookings/{seats[0]}/reschedule", {"start": LATER})
    assert (moved["uid"], len(moved["attendees"])) == (seats[0], 2)


def test_a_payment_that_is_due_stands_in_the_way(api):
    uid = api.book(103)["uid"]
    for name, body in (("confirm", {}), ("decline", {}), ("reschedule", {"start": LATER})):
        assert (name, act(api, uid, name, body).json["error"]["code"]) == (name, "TRPCError")
