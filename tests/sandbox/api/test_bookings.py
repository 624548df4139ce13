import json

import pytest

from tests.sandbox.conftest import wish

ANSWERS = {"people": "12", "goal": "Less paper", "size": "Small", "pace": "This year"}


def message(answer):
    return answer.json["error"]["message"]


def last(told):
    return json.loads(told[-1]["body"])["payload"]


def test_a_booking_made_by_api_is_told_like_one_made_on_the_page(api, told, client):
    api.book(metadata={"ref": "R-1"}, guests=["g@example.org"], bookingFieldsResponses={"notes": "Hello"})
    by_api = json.loads(told[-1]["body"])
    page = {"start": "2030-01-08T10:00:00Z", "name": "Ada", "email": "ada@example.org", "timeZone": "Europe/Berlin", "locale": "de"}
    client.post("/_/book/intro", json=page | {"guests": ["g@example.org"], "notes": "Hello", "metadata": {"ref": "R-1"}})
    by_page = json.loads(told[-1]["body"])
    own = {"uid", "bookingId", "startTime", "endTime", "iCalUID"}
    assert {k: v for k, v in by_api["payload"].items() if k not in own} == {k: v for k, v in by_page["payload"].items() if k not in own}
    assert by_api["triggerEvent"] == by_page["triggerEvent"] == "BOOKING_CREATED"


@pytest.mark.parametrize(("kind", "status"), [(101, "accepted"), (102, "pending"), (103, "pending"), (106, "accepted")])
def test_a_new_booking_has_the_state_that_its_type_gives_it(api, kind, status):
    made = api.book(kind)
    assert made["status"] == status
    assert api.get(f"/v2/bookings/{made['uid']}") == made


def test_a_type_is_found_by_slug_and_name(api):
    body = wish() | {"eventTypeSlug": "studio-visit", "username": "casey"}
    del body["eventTypeId"]
    assert api.post("/v2/bookings", body)["hosts"][0]["username"] == "casey"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"start": "2029-12-01T10:00:00Z"}, 400, "in the past"),
        ({"start": "2030-01-07T07:00:00Z"}, 400, "Minimum booking notice"),
        ({"start": "2031-01-07T10:00:00Z"}, 400, "too far in the future"),
        ({"start": "2030-01-06T10:00:00Z"}, 400, "in the past"),
        ({"start": "2030-01-12T10:00:00Z"}, 400, "not available"),
        ({"eventTypeId": 999}, 404, "not found"),
        ({"eventTypeId": None, "eventTypeSlug": "none", "username": "demo"}, 404, "not found"),
        ({"eventTypeId": None, "eventTypeSlug": "intro", "teamSlug": "team"}, 404, "Team"),
        ({"eventTypeId": None}, 400, "must be provided"),
        ({"lengthInMinutes": 45}, 400, "lengthInMinutes"),
        ({"eventTypeId": 106, "lengthInMinutes": 45}, 400, "possible lengths"),
        ({"recurrenceCount": 2}, 400, "not recurring"),
        ({"eventTypeId": 105, "recurrenceCount": 9}, 400, "at most"),
        ({"instant": True}, 400, "Instant"),
        ({"guests": ["nobody"]}, 400, "email"),
        ({"metadata": {"k" * 41: "v"}}, 400, "Metadata"),
        ({"metadata": {str(n): "v" for n in range(51)}}, 400, "Metadata"),
        ({"location": {"type": "moon"}}, 400, "location"),
        ({"location": {"type": "attendeeAddress"}}, 400, "address"),
        ({"start": "tomorrow"}, 400, "ISO 8601"),
        ({"attendee": {"name": "Ada", "timeZone": "Mars/Olympus", "email": "a@example.org"}}, 400, "time-zone"),
        ({"attendee": {"name": "Ada", "timeZone": "UTC"}}, 400, "email"),
        ({"attendee": {"name": "Ada", "timeZone": "UTC", "phoneNumber": "0123"}}, 400, "phoneNumber"),
        ({"attendee": "Ada"}, 400, "object"),
    ],
)
def test_a_wrong_wish_is_refused_in_words_and_books_nothing(api, told, change, status, words):
    answer = api.call("POST", "/v2/bookings", wish() | change)
    assert (answer.status_code, words in message(answer)) == (status, True), message(answer)
    assert told == []


def test_the_same_wish_twice_fails_because_the_time_is_taken(api):
    api.book()
    again = api.call("POST", "/v2/bookings", wish())
    assert again.status_code == 400
    assert "not available" in message(again)


def test_a_validation_fault_names_property_and_rule(api):
    answer = api.call("POST", "/v2/bookings", {"attendee": {}})
    details = answer.json["error"]["details"]["errors"]
    assert [one["property"] for one in details] == ["start"]
    assert "should not be null" in next(iter(details[0]["constraints"].values()))


def test_a_body_that_is_no_object_is_refused(api):
    assert api.call("POST", "/v2/bookings", ["x"]).status_code == 400


def test_properties_that_nobody_declared_are_lost_without_a_word(api):
    made = api.book(lenghtInMinutes=60, note="typo")
    assert made["duration"] == 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"goal": ""}, "goal is required"),
        ({"people": "many"}, "number"),
        ({"people": True}, "number"),
        ({"size": "Huge"}, "one of"),
        ({"topics": "Design"}, "array"),
        ({"topics": ["Knitting"]}, "one of"),
        ({"colleagues": ["nobody"]}, "email"),
        ({"recording": "yes"}, "boolean"),
        ({"website": "example"}, "URL"),
        ({"mobile": "0123"}, "phone"),
        ({"company": 7}, "string"),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_refused_by_name(api, change, words):
    answer = api.call("POST", "/v2/bookings", wish(107, bookingFieldsResponses=ANSWERS | change))
    assert answer.status_code == 400
    assert words in message(answer)
    assert next(iter(change)) in message(answer)


def test_answers_of_every_kind_come_back_and_are_told(api, told):
    given = ANSWERS | {
        "company": "Acme",
        "mobile": "+441234567890",
        "office": "1 High Street",
        "topics": ["Design", "Training"],
        "colleagues": ["b@example.org"],
        "consents": ["Call me"],
        "recording": False,
        "website": "https://example.org",
        "campaign": "spring",
    }
    made = api.book(107, bookingFieldsResponses=given | {"unknown": "lost"})
    assert {name: made["bookingFieldsResponses"].get(name) for name in given} == given
    assert "unknown" not in made["bookingFieldsResponses"]
    told_answers = last(told)["userFieldsResponses"]
    assert told_answers["topics"] == {"label": "Topics", "value": ["Design", "Training"], "isHidden": False}
    assert told_answers["campaign"]["isHidden"] is True
    api.post(f"/v2/bookings/{made['uid']}/cancel", {"cancellationReason": "x"})
    assert last(told)["userFieldsResponses"]["goal"] == {"label": "What should be better afterwards?", "value": "Less paper"}


def test_a_phone_number_can_stand_for_an_address_and_a_place_be_brought_along(api):
    body = wish(location={"type": "attendeeAddress", "address": "1 My Street"}) | {"attendee": {"name": "Ada", "timeZone": "UTC", "phoneNumber": "+441234"}}
    made = api.post("/v2/bookings", body)
    assert made["attendees"][0]["email"] == "441234@sms.cal.com"
    assert made["attendees"][0]["phoneNumber"] == "+441234"
    assert made["location"] == "1 My Street"
    assert "meetingUrl" not in made


def test_a_series_is_a_list_and_its_own_uid_answers_all_of_it(api, told):
    made = api.book(105, recurrenceCount=3)
    assert [one["start"][:10] for one in made] == ["2030-01-07", "2030-01-14", "2030-01-21"]
    assert len(told) == 3
    series = made[0]["recurringBookingUid"]
    assert api.get(f"/v2/bookings/{series}") == made
    assert api.get(f"/v2/bookings/{made[1]['uid']}") == made[1]
    after = api.post(f"/v2/bookings/{series}/cancel", {"cancellationReason": "all"}, key=None)
    assert {one["status"] for one in after} == {"cancelled"}
    assert len(told) == 4


def test_this_date_and_the_following_are_cancelled_with_one_delivery_that_does_not_say_so(api, told):
    made = api.book(105)
    api.post(f"/v2/bookings/{made[1]['uid']}/cancel", {"cancelSubsequentBookings": True})
    states = [api.get(f"/v2/bookings/{one['uid']}")["status"] for one in made]
    assert states == ["accepted", "cancelled", "cancelled", "cancelled"]
    assert len(told) == 5
    assert "recurringEvent" not in last(told)


def test_as_many_bookings_ahead_as_the_type_allows(api):
    api.call("PATCH", "/v2/event-types/101", {"bookerActiveBookingsLimit": {"maximumActiveBookings": 1, "offerReschedule": False}})
    first = api.book()
    refused = api.call("POST", "/v2/bookings", wish(start="2030-01-08T10:00:00Z"))
    assert (refused.status_code, "maximum number" in message(refused)) == (400, True)
    api.book(start="2030-01-08T10:00:00Z", email="other@example.org")
    api.post(f"/v2/bookings/{first['uid']}/cancel")
    api.book(start="2030-01-09T10:00:00Z")


@pytest.mark.parametrize(
    ("period", "full", "free"), [("day", "07T11", "08T10"), ("week", "11T10", "14T10"), ("month", "31T10", "2030-02-01T10"), ("year", "31T10", "")]
)
def test_as_many_bookings_in_a_period_as_the_host_wants(api, period, full, free):
    api.call("PATCH", "/v2/event-types/101", {"bookingLimitsCount": {period: 1}})
    assert api.get("/v2/event-types/101")["bookingLimitsCount"] == {period: 1}
    first = api.book()
    slots = api.get("/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-02-05", key=None)
    refused = api.call("POST", "/v2/bookings", wish(start=f"2030-01-{full}:00:00Z"))
    assert (refused.status_code, message(refused)) == (400, "booking_limit_reached")
    assert f"2030-01-{full}:00:00.000Z" not in [one["start"] for day in slots.values() for one in day]
    if free:
        start = f"{free if len(free) > 6 else '2030-01-' + free}:00:00Z"
        assert start.replace("Z", ".000Z") in [one["start"] for day in slots.values() for one in day]
        api.book(start=start, email="b@example.org")
    moved = api.post(f"/v2/bookings/{first['uid']}/reschedule", {"start": "2030-01-07T14:00:00Z"})
    assert moved["status"] == "accepted"
    api.call("PATCH", "/v2/event-types/101", {"bookingLimitsCount": {"disabled": True}})
    api.book(start="2030-01-07T11:00:00Z", email="c@example.org")


def test_a_type_that_needs_a_sign_in_is_not_booked_without(api):
    api.call("PATCH", "/v2/event-types/101", {"bookingRequiresAuthentication": True})
    assert api.call("POST", "/v2/bookings", wish(), key=None).status_code == 401
    assert api.call("POST", "/v2/bookings", wish()).status_code == 201


def test_an_unknown_uid_is_not_found(api):
    for method, address in (("GET", "/v2/bookings/none"), ("POST", "/v2/bookings/none/cancel"), ("GET", "/v2/bookings/by-seat/none")):
        assert api.call(method, address, {} if method == "POST" else None).status_code == 404


def test_links_references_and_attendees_are_for_the_host(api):
    uid = api.book(guests=["g@example.org"])["uid"]
    assert [one["email"] for one in api.get(f"/v2/bookings/{uid}/attendees")] == ["ada@example.org", "g@example.org"]
    assert api.get(f"/v2/bookings/{uid}/references")[0]["eventUid"].endswith("@Cal.com")
    assert "20300107T100000Z" in api.get(f"/v2/bookings/{uid}/calendar-links")[0]["link"]
    assert api.call("GET", f"/v2/bookings/{uid}/attendees", key=None).status_code == 401
    assert api.call("GET", f"/v2/bookings/{uid}/attendees", key="cal_casey_x").status_code == 404
