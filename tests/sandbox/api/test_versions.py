import pytest


@pytest.mark.parametrize("version", [None, "2024-04-15", "2099-01-01", '"2024-08-13"', "2026-05-01"])
def test_a_missing_or_unknown_version_silently_gives_the_old_shape(api, version):
    api.book()
    data = api.get("/v2/bookings", version=version)
    assert data["bookings"][0]["startTime"] == "2030-01-07T10:00:00.000Z"
    assert data["nextCursor"] is None
    assert "eventTypeGroups" in api.get("/v2/event-types", version=version)
    assert "workingHours" in api.get("/v2/schedules", version=version)[0]


def test_where_the_old_version_had_no_page_there_is_none(api):
    uid = api.book()["uid"]
    for address in ("/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-01-08", f"/v2/bookings/{uid}/attendees", f"/v2/bookings/{uid}/references"):
        assert api.call("GET", address, version=None).status_code == 404
    for act in ("cancel", "reschedule", "confirm"):
        assert api.call("POST", f"/v2/bookings/{uid}/{act}", {"start": "2030-01-08T10:00:00Z"}, version=None).status_code == 404
    assert api.call("PATCH", "/v2/event-types/101", {"title": "x"}, version=None).status_code == 404
    assert api.get(f"/v2/bookings/{uid}")["status"] == "accepted"


def test_without_a_version_the_wanted_length_is_ignored(api):
    wish = {
        "eventTypeId": 106,
        "start": "2030-01-07T10:00:00Z",
        "lengthInMinutes": 60,
        "attendee": {"name": "Ada", "email": "a@example.org", "timeZone": "UTC"},
    }
    old = api.post("/v2/bookings", wish, version=None)
    assert (old["startTime"], old["endTime"]) == ("2030-01-07T10:00:00.000Z", "2030-01-07T10:30:00.000Z")
    assert api.get(f"/v2/bookings/{old['uid']}", version=None)["status"] == "ACCEPTED"


def test_a_version_that_another_resource_needs_counts_from_its_day_on(api):
    assert isinstance(api.get("/v2/schedules", version="2024-09-04"), list)
    assert "eventTypeGroups" in api.get("/v2/event-types", version="2024-06-11")
    assert isinstance(api.get("/v2/event-types", version="2024-08-13"), list)


def test_asking_for_a_new_date_needs_the_newest_version(api, told):
    uid = api.book()["uid"]
    assert api.call("POST", f"/v2/bookings/{uid}/request-reschedule", {}).status_code == 404
    after = api.post(f"/v2/bookings/{uid}/request-reschedule", {"rescheduleReason": "Room flooded"}, version="2026-02-25")
    assert after["status"] == "cancelled"
    assert b"Please reschedule. Room flooded" in told[-1]["body"]
    moved = api.post(f"/v2/bookings/{uid}/reschedule", {"start": "2030-01-08T10:00:00Z"}, key=None)
    assert moved["rescheduledFromUid"] == uid
