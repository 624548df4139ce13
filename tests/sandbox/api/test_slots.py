import pytest


def days(api, query, **more):
    return api.get(f"/v2/slots?{query}", key=None, **more)


def starts(found):
    return [one["start"] for day in found.values() for one in day]


def test_day_keys_and_starts_follow_the_zone_that_was_asked_for(api):
    found = days(api, "eventTypeId=101&start=2030-01-07T00:00:00Z&end=2030-01-07T23:59:59Z&timeZone=Pacific/Auckland")
    assert list(found) == ["2030-01-07", "2030-01-08"]
    assert found["2030-01-07"][0]["start"] == "2030-01-07T22:00:00.000+13:00"
    assert starts(days(api, "eventTypeId=101&start=2030-01-07&end=2030-01-07"))[0] == "2030-01-07T09:00:00.000Z"


def test_a_bare_date_means_the_whole_day(api):
    found = days(api, "eventTypeId=101&start=2030-01-08&end=2030-01-09")
    assert list(found) == ["2030-01-08", "2030-01-09"]
    assert days(api, "eventTypeId=101&start=2030-01-12&end=2030-01-13") == {}


def test_a_range_has_ends_and_a_length_can_be_chosen_where_there_are_several(api):
    one = days(api, "eventTypeId=106&start=2030-01-08&end=2030-01-08&format=range&duration=60")["2030-01-08"][0]
    assert one == {"start": "2030-01-08T09:00:00.000Z", "end": "2030-01-08T10:00:00.000Z"}
    fixed = days(api, "eventTypeId=101&start=2030-01-08&end=2030-01-08&format=range&duration=60")["2030-01-08"][0]
    assert fixed["end"] == "2030-01-08T09:30:00.000Z"


def test_a_booking_takes_its_time_away_and_a_move_gets_its_own_back(api):
    uid = api.book()["uid"]
    query = "eventTypeId=101&start=2030-01-07&end=2030-01-07"
    assert "2030-01-07T10:00:00.000Z" not in starts(days(api, query))
    assert "2030-01-07T10:00:00.000Z" in starts(days(api, f"{query}&bookingUidToReschedule={uid}"))
    assert "2030-01-07T10:00:00.000Z" in starts(days(api, "eventTypeId=201&start=2030-01-07&end=2030-01-07"))


def test_buffers_keep_their_distance(api):
    api.book(start="2030-01-08T10:50:00Z")
    free = starts(days(api, "eventTypeId=107&start=2030-01-08&end=2030-01-08"))
    assert "2030-01-08T09:30:00.000Z" in free
    assert not {"2030-01-08T10:00:00.000Z", "2030-01-08T10:30:00.000Z", "2030-01-08T11:00:00.000Z"} & set(free)
    assert "2030-01-08T11:30:00.000Z" in free


def test_the_pauses_of_a_booked_meeting_keep_others_away(api):
    answers = {"people": 1, "goal": "g", "size": "Small", "pace": "This year"}
    api.book(107, "2030-01-08T10:45:00Z", bookingFieldsResponses=answers)
    free = starts(days(api, "eventTypeId=106&duration=15&start=2030-01-08&end=2030-01-08"))
    assert "2030-01-08T10:15:00.000Z" in free
    assert not {"2030-01-08T10:30:00.000Z", "2030-01-08T11:30:00.000Z"} & set(free)
    assert "2030-01-08T11:45:00.000Z" in free


def test_notice_window_and_step_are_kept(api):
    assert (
        starts(
            days(
                api,
                "eventTypeId=201&start=2030-01-07&end=2030-01-08",
            )
        )[0]
        == "2030-01-07T09:00:00.000Z"
    )
    later = starts(days(api, "eventTypeSlug=portfolio-review&username=casey&start=2030-01-07&end=2030-01-09"))
    assert later[:2] == ["2030-01-08T09:00:00.000Z", "2030-01-08T10:00:00.000Z"]
    api.call("PATCH", "/v2/event-types/101", {"bookingWindow": {"type": "businessDays", "value": 2, "rolling": True}})
    assert list(days(api, "eventTypeId=101&start=2030-01-07&end=2030-02-07")) == ["2030-01-07", "2030-01-08", "2030-01-09"]
    api.call("PATCH", "/v2/event-types/101", {"bookingWindow": {"type": "range", "value": ["2030-01-10", "2030-01-11"]}})
    assert list(days(api, "eventTypeId=101&start=2030-01-07&end=2030-02-07")) == ["2030-01-10", "2030-01-11"]
    api.call("PATCH", "/v2/event-types/101", {"bookingWindow": {"disabled": True}})
    assert days(api, "eventTypeId=101&start=2031-01-07&end=2031-01-07")


def test_a_class_says_how_many_come_until_it_is_full(api):
    uid = {api.book(104, email=f"p{n}@example.org")["uid"] for n in range(3)}.pop()
    query = "eventTypeId=104&start=2030-01-07&end=2030-01-07"
    found = {one["start"]: one for one in days(api, query)["2030-01-07"]}
    assert found["2030-01-07T10:00:00.000Z"] == {"start": "2030-01-07T10:00:00.000Z", "attendeesCount": 3, "bookingUid": uid}
    assert found["2030-01-07T11:00:00.000Z"] == {"start": "2030-01-07T11:00:00.000Z", "attendeesCount": 0}
    api.book(104, email="p3@example.org")
    assert "2030-01-07T10:00:00.000Z" not in starts(days(api, query))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("eventTypeId=999&start=2030-01-07&end=2030-01-08", 404),
        ("eventTypeSlug=x&username=demo&start=2030-01-07&end=2030-01-08", 404),
        ("start=2030-01-07&end=2030-01-08", 400),
        ("eventTypeId=101&end=2030-01-08", 400),
        ("eventTypeId=101&start=2030-01-09&end=2030-01-07", 400),
        ("eventTypeId=101&start=2030-01-07&end=2030-01-08&timeZone=Mars", 400),
        ("eventTypeId=106&start=2030-01-07&end=2030-01-08&duration=17", 400),
    ],
)
def test_a_wrong_question_is_refused(api, query, status):
    assert api.call("GET", f"/v2/slots?{query}", key=None).status_code == status


def keep(api, kind=101, start="2030-01-07T10:00:00Z", **more):
    return api.call("POST", "/v2/slots/reservations", {"eventTypeId": kind, "slotStart": start, **more.pop("body", {})}, key=more.pop("key", None))


def test_a_kept_time_is_hidden_from_others_and_refused_to_them(api):
    hold = keep(api).json["data"]
    assert (hold["slotEnd"], hold["reservationUntil"]) == ("2030-01-07T10:30:00.000Z", "2030-01-07T06:05:00.000Z")
    query = "eventTypeId=101&start=2030-01-07&end=2030-01-07"
    assert "2030-01-07T10:00:00.000Z" not in starts(days(api, query))
    assert keep(api).status_code == 422
    assert api.get(f"/v2/slots/reservations/{hold['reservationUid']}") == hold
    api.call("DELETE", f"/v2/slots/reservations/{hold['reservationUid']}", key=None)
    assert api.get(f"/v2/slots/reservations/{hold['reservationUid']}") is None
    assert "2030-01-07T10:00:00.000Z" in starts(days(api, query))


def test_a_hold_runs_out(api):
    hold = keep(api).json["data"]
    api.later(minutes=6)
    assert api.get(f"/v2/slots/reservations/{hold['reservationUid']}") is None
    assert keep(api).status_code == 201


def test_a_hold_can_be_changed_with_the_whole_body(api):
    uid = keep(api).json["data"]["reservationUid"]
    body = {"eventTypeId": 101, "slotStart": "2030-01-07T11:00:00Z"}
    changed = api.call("PATCH", f"/v2/slots/reservations/{uid}", body, key=None).json["data"]
    assert (changed["reservationUid"], changed["slotStart"]) == (uid, "2030-01-07T11:00:00.000Z")
    assert api.call("PATCH", f"/v2/slots/reservations/{uid}", {"slotStart": "2030-01-07T11:00:00Z"}).status_code == 400
    assert api.call("PATCH", "/v2/slots/reservations/none", body).status_code == 404
    assert keep(api).status_code == 201


def test_what_is_booked_or_unknown_cannot_be_kept(api):
    api.book()
    assert keep(api).status_code == 422
    assert keep(api, 999).status_code == 404
    assert keep(api, start="2030-01-08T10:00:00Z", body={"slotDuration": 60}).status_code == 400
    assert keep(api, 106, "2030-01-08T10:00:00Z", body={"slotDuration": 60}).json["data"]["slotDuration"] == 60


def test_only_the_host_decides_how_long_a_time_is_kept(api):
    for key, status in ((None, 401), ("cal_casey_x", 403), ("cal_x", 201)):
        assert keep(api, body={"reservationDuration": 30}, key=key).status_code == status


def test_seats_of_a_class_are_kept_one_by_one(api):
    for _ in range(4):
        assert keep(api, 104).status_code == 201
    assert keep(api, 104).status_code == 422
    assert "2030-01-07T10:00:00.000Z" not in starts(days(api, "eventTypeId=104&start=2030-01-07&end=2030-01-07"))
