import pytest

from app.sandbox.questions import CUSTOM_TYPES
from tests.sandbox.conftest import wish

FULL = {
    "title": "Workshop",
    "slug": "workshop",
    "lengthInMinutes": 60,
    "lengthInMinutesOptions": [30, 60],
    "description": "Hands on",
    "locations": [{"type": "address", "address": "Room 4", "public": True}],
    "minimumBookingNotice": 60,
    "beforeEventBuffer": 5,
    "afterEventBuffer": 10,
    "slotInterval": 20,
    "scheduleId": 12,
    "hidden": False,
    "customName": "{Event type title}",
    "color": {"lightThemeHex": "#000000", "darkThemeHex": "#ffffff"},
    "seats": {"seatsPerTimeSlot": 3, "showAttendeeInfo": True, "showAvailabilityCount": True},
    "confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": True},
    "bookingWindow": {"type": "calendarDays", "value": 10, "rolling": True},
}


def change(api, number, body, **more):
    return api.call("PATCH", f"/v2/event-types/{number}", body, **more)


def slugs(found):
    return [one["slug"] for one in found]


def test_own_types_are_all_listed_and_those_of_others_only_when_public(api):
    assert slugs(api.get("/v2/event-types"))[:2] == ["intro", "consultation"]
    assert slugs(api.get("/v2/event-types?username=casey", key=None)) == ["studio-visit", "portfolio-review"]
    assert "friends" in slugs(api.get("/v2/event-types?username=casey", key="cal_casey_x"))
    assert slugs(api.get("/v2/event-types?username=casey&eventSlug=studio-visit", key=None)) == ["studio-visit"]
    assert api.get("/v2/event-types?username=casey&eventSlug=friends", key=None) == []
    assert api.get("/v2/event-types?username=nobody", key=None) == []


def test_one_type_is_for_its_owner_only(api):
    assert api.get("/v2/event-types/103")["price"] == 9000
    assert api.call("GET", "/v2/event-types/201").status_code == 404
    assert api.call("GET", "/v2/event-types/999").status_code == 404
    assert api.get("/v2/event-types/101", version="2024-04-15")["eventType"]["length"] == 30


def test_there_is_a_question_of_every_type(api):
    fields = api.get("/v2/event-types/107")["bookingFields"]
    assert set(CUSTOM_TYPES) <= {one["type"] for one in fields if not one["isDefault"]}
    assert [one["slug"] for one in fields if one["isDefault"]] == ["name", "email", "location", "title", "notes", "guests", "rescheduleReason"]


def test_settings_that_are_off_read_back_as_disabled_and_windows_as_a_list(api):
    found = api.get("/v2/event-types/101")
    assert found["seats"] == found["confirmationPolicy"] == found["bookingLimitsCount"] == {"disabled": True}
    assert found["bookingWindow"] == [{"type": "calendarDays", "value": 60, "rolling": True}]
    assert found["recurrence"] is None
    assert api.get("/v2/event-types/105")["recurrence"] == {"interval": 1, "occurrences": 4, "frequency": "weekly"}


def test_a_new_type_reads_back_as_it_was_written_but_for_what_can_only_be_read(api):
    made = api.post("/v2/event-types", FULL | {"price": 5000, "currency": "eur", "metadata": {"x": 1}, "colour": "typo"})
    for name in set(FULL) - {"bookingWindow", "seats"}:
        assert made[name] == FULL[name], name
    assert made["bookingWindow"] == [FULL["bookingWindow"]]
    assert made["seats"]["seatsPerTimeSlot"] == 3
    assert (made["price"], made["currency"], "x" in made["metadata"]) == (0, "usd", False)
    assert "colour" not in made
    assert api.get(f"/v2/event-types/{made['id']}") == made
    assert made["bookingUrl"] == "http://sandbox.test/demo/workshop"


def test_a_change_touches_only_what_it_names(api):
    before = api.get("/v2/event-types/104")
    after = change(api, 104, {"title": "Big class", "seats": {"disabled": True}}).json["data"]
    assert {name for name in before if before[name] != after[name]} == {"title", "seats", "seatsPerTimeSlot", "seatsShowAvailabilityCount", "disableGuests"}
    api.post("/v2/bookings", wish(104))
    assert "seatUid" not in api.book(104, "2030-01-07T11:00:00Z")


def test_the_list_of_questions_is_replaced_as_a_whole(api):
    asked = [
        {"type": "boolean", "slug": "ok", "label": "OK?", "required": True, "hidden": False},
        {"slug": "notes", "label": "Anything else?", "required": True},
    ]
    change(api, 107, {"bookingFields": asked})
    fields = {one["slug"]: one for one in api.get("/v2/event-types/107")["bookingFields"]}
    assert "goal" not in fields
    assert (fields["ok"]["type"], fields["notes"]["label"], fields["notes"]["required"]) == ("boolean", "Anything else?", True)
    assert api.call("POST", "/v2/bookings", wish(107, bookingFieldsResponses={"ok": True})).status_code == 400
    assert api.book(107, bookingFieldsResponses={"ok": True, "notes": "no"})["bookingFieldsResponses"]["ok"] is True
    change(api, 107, {"bookingFields": []})
    assert api.get("/v2/event-types/107")["bookingFields"][4]["required"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"slug": "consultation"}, 400),
        ({"lengthInMinutesOptions": [15, 45]}, 400),
        ({"lengthInMinutesOptions": ["15"]}, 400),
        ({"lengthInMinutes": "30"}, 400),
        ({"scheduleId": 21}, 404),
        ({"scheduleId": 999}, 404),
        ({"bookingWindow": {"type": "always"}}, 400),
        ({"bookingWindow": {"type": "range", "value": ["x", "y"]}}, 400),
        ({"bookingWindow": {"type": "calendarDays", "value": "x"}}, 400),
        ({"seats": {"seatsPerTimeSlot": 0}}, 400),
        ({"seats": {}}, 400),
        ({"recurrence": {"interval": 0, "occurrences": 3, "frequency": "weekly"}}, 400),
        ({"recurrence": {"interval": 1, "occurrences": 3, "frequency": "hourly"}}, 400),
        ({"confirmationPolicy": {"type": "never"}}, 400),
        ({"bookerActiveBookingsLimit": {"maximumActiveBookings": "x"}}, 400),
        ({"bookingFields": ["x"]}, 400),
        ({"bookingFields": [{"type": "colour", "slug": "c", "label": "C", "required": True}]}, 400),
        ({"bookingFields": [{"type": "select", "slug": "s", "label": "S", "required": True, "placeholder": ""}]}, 400),
        ({"bookingFields": [{"type": "text", "slug": "s", "label": "S", "required": True, "placeholder": ""}] * 2}, 400),
        ({"bookingFields": [{"type": "email", "label": "E", "placeholder": "", "required": False}]}, 400),
        ({"locations": [{"type": "address"}]}, 400),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(api, body, status):
    before = api.get("/v2/event-types/101")
    assert change(api, 101, body).status_code == status
    assert api.get("/v2/event-types/101") == before


def test_others_types_cannot_be_changed_or_deleted(api):
    assert change(api, 201, {"title": "x"}).status_code == 403
    assert api.call("DELETE", "/v2/event-types/201").status_code == 403
    assert change(api, 999, {"title": "x"}).status_code == 404


def test_a_deleted_type_is_gone_and_its_slug_free(api):
    assert api.call("DELETE", "/v2/event-types/106").json["data"]["slug"] == "flexible"
    assert api.call("GET", "/v2/event-types/106").status_code == 404
    assert api.post("/v2/event-types", {"title": "F", "slug": "flexible", "lengthInMinutes": 20})["id"] != 106


def test_places_read_back_as_they_were_written(api):
    several = [{"type": "attendeePhone"}, {"type": "integration", "integration": "cal-video"}, {"type": "link", "link": "https://a.example", "public": False}]
    assert change(api, 101, {"locations": several}).json["data"]["locations"] == several
    assert change(api, 101, {"locations": [{"type": "moon"}]}).status_code == 400
    assert change(api, 101, {"locations": [{"type": "link"}]}).status_code == 400


def test_details_of_settings_read_back_as_they_were_written(api):
    seats = {"seatsPerTimeSlot": 3, "showAttendeeInfo": True, "showAvailabilityCount": False}
    policy = {"type": "time", "noticeThreshold": {"unit": "hours", "count": 4}, "blockUnconfirmedBookingsInBooker": False}
    limit = {"maximumActiveBookings": 2, "offerReschedule": True}
    found = change(api, 101, {"seats": seats, "confirmationPolicy": policy, "bookerActiveBookingsLimit": limit}).json["data"]
    assert (found["seats"], found["confirmationPolicy"], found["bookerActiveBookingsLimit"]) == (seats, policy, limit)
    assert change(api, 101, {"confirmationPolicy": {"type": "time", "blockUnconfirmedBookingsInBooker": True}}).status_code == 400


def test_what_an_installation_does_not_know_is_dropped_without_a_word(api, sandbox):
    sandbox.extensions["sandbox"].turn({"api_unknown": "hidden, showOptimizedSlots"})
    found = change(api, 101, {"hidden": True, "showOptimizedSlots": True, "title": "T"})
    assert (found.status_code, found.json["data"]["hidden"], found.json["data"]["title"]) == (200, False, "T")
    assert "showOptimizedSlots" not in found.json["data"]


def test_a_place_that_the_booker_names_leaves_where_the_host_is(api):
    change(api, 101, {"locations": [{"type": "attendeePhone"}]})
    phone = {"type": "phone", "phone": "+441234", "public": True}
    assert change(api, 101, {"locations": [phone]}).json["data"]["locations"] == [phone]


def test_weekly_series_are_switched_on_and_off(api):
    assert change(api, 101, {"recurrence": {"interval": 1, "occurrences": 3, "frequency": "weekly"}}).json["data"]["recurrence"]["occurrences"] == 3
    assert len(api.book()) == 3
    assert change(api, 101, {"recurrence": {"disabled": True}}).json["data"]["recurrence"] is None


def test_hours_of_its_own_decide_when_a_type_can_be_booked(api):
    change(api, 101, {"scheduleId": 12})
    found = api.get("/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-01-09", key=None)
    assert list(found) == ["2030-01-08"]
    assert found["2030-01-08"][0]["start"] == "2030-01-08T18:00:00.000Z"
