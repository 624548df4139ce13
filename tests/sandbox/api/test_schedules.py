import pytest

NEW = {"name": "Weekends", "timeZone": "Europe/Paris", "isDefault": False}


def change(api, number, body):
    return api.call("PATCH", f"/v2/schedules/{number}", body)


def test_the_hosts_hours_are_listed_and_one_is_the_default(api):
    found = api.get("/v2/schedules")
    assert [(one["name"], one["isDefault"]) for one in found] == [("Working hours", True), ("Evenings", False)]
    assert api.get("/v2/schedules/default") == found[0] == api.get("/v2/schedules/11")
    assert api.call("GET", "/v2/schedules/21").status_code == 404


def test_new_hours_are_weekdays_from_nine_to_five_unless_said_otherwise(api):
    usual = api.post("/v2/schedules", NEW)
    assert usual["availability"] == [{"days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "startTime": "09:00", "endTime": "17:00"}]
    own = [{"days": ["Saturday"], "startTime": "10:00", "endTime": "12:00"}]
    assert api.post("/v2/schedules", NEW | {"availability": own})["availability"] == own
    assert len(api.get("/v2/schedules")) == 4


def test_a_default_takes_the_place_of_the_former_one_and_counts(api):
    hours = [{"days": ["Monday"], "startTime": "20:00", "endTime": "21:00"}]
    made = api.post("/v2/schedules", {"name": "N", "timeZone": "UTC", "isDefault": True, "availability": hours})
    assert api.get("/v2/schedules/default")["id"] == made["id"]
    found = api.get("/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-01-13", key=None)
    assert [one["start"] for one in found["2030-01-07"]] == ["2030-01-07T20:00:00.000Z", "2030-01-07T20:30:00.000Z"]
    assert list(found) == ["2030-01-07"]


def test_a_given_list_replaces_the_stored_one_and_others_stay(api):
    closed = [{"date": "2030-01-08", "startTime": "00:00", "endTime": "00:00"}, {"date": "2030-01-12", "startTime": "10:00", "endTime": "11:00"}]
    after = change(api, 11, {"overrides": closed}).json["data"]
    assert (after["overrides"], after["name"], len(after["availability"])) == (closed, "Working hours", 2)
    found = api.get("/v2/slots?eventTypeId=101&start=2030-01-08&end=2030-01-13", key=None)
    assert list(found) == ["2030-01-09", "2030-01-10", "2030-01-11", "2030-01-12"]
    assert change(api, 11, {"overrides": []}).json["data"]["overrides"] == []


def test_hours_can_last_until_midnight(api):
    change(api, 11, {"availability": [{"days": ["Monday"], "startTime": "23:00", "endTime": "00:00"}]})
    found = api.get("/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-01-07", key=None)
    assert [one["start"][11:16] for one in found["2030-01-07"]] == ["23:00", "23:30"]


@pytest.mark.parametrize(
    "body",
    [
        {"timeZone": "Mars"},
        {"availability": "always"},
        {"availability": [{"days": ["Someday"], "startTime": "09:00", "endTime": "10:00"}]},
        {"availability": [{"days": [], "startTime": "09:00", "endTime": "10:00"}]},
        {"availability": ["x"]},
        {"availability": [{"days": ["Monday"], "startTime": "9", "endTime": "10:00"}]},
        {"overrides": [{"date": "soon", "startTime": "09:00", "endTime": "10:00"}]},
        {"overrides": [{"startTime": "09:00", "endTime": "10:00"}]},
    ],
)
def test_wrong_hours_are_refused(api, body):
    before = api.get("/v2/schedules/11")
    assert change(api, 11, body).status_code == 400
    assert api.get("/v2/schedules/11") == before


def test_hours_go_but_never_the_default(api):
    assert api.call("DELETE", "/v2/schedules/11").status_code == 400
    api.call("PATCH", "/v2/event-types/101", {"scheduleId": 12})
    assert api.call("DELETE", "/v2/schedules/12").json == {"status": "success"}
    assert api.get("/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-01-07", key=None)
    assert change(api, 11, {"isDefault": True}).status_code == 200
