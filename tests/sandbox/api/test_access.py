import pytest

PUBLIC = [
    ("GET", "/v2/event-types?username=demo"),
    ("GET", "/v2/slots?eventTypeId=101&start=2030-01-07&end=2030-01-08"),
    ("POST", "/v2/bookings"),
    ("POST", "/v2/slots/reservations"),
    ("GET", "/v2/slots/reservations/none"),
]
CLOSED = [
    ("GET", "/v2/me"),
    ("GET", "/v2/bookings"),
    ("GET", "/v2/event-types"),
    ("GET", "/v2/event-types/101"),
    ("POST", "/v2/event-types"),
    ("GET", "/v2/schedules"),
    ("GET", "/v2/webhooks"),
    ("GET", "/v2/teams"),
    ("GET", "/v2/calendars"),
    ("POST", "/v2/api-keys/refresh"),
]


@pytest.mark.parametrize(("method", "address"), PUBLIC)
def test_what_is_public_needs_no_key(api, method, address):
    assert api.call(method, address, {} if method == "POST" else None, key=None, version=None if "slots" in address else "").status_code != 401


@pytest.mark.parametrize(("method", "address"), CLOSED)
def test_what_is_not_public_needs_a_key(api, method, address):
    answer = api.call(method, address, {} if method == "POST" else None, key=None)
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "UnauthorizedException")


@pytest.mark.parametrize("key", ["sk_live_1", "cal", "cal_ with blanks", ""])
def test_a_key_that_does_not_begin_as_keys_do_is_refused_everywhere(api, key):
    header = {"Authorization": f"Bearer {key}"}
    answer = api._client.get("/v2/event-types?username=demo", headers=header)
    assert answer.status_code == 401
    assert answer.json["error"]["message"] == "CustomThrottlerGuard - Invalid API Key"


def test_a_key_acts_as_the_first_host_or_as_the_one_it_names(api):
    assert api.get("/v2/me")["username"] == "demo"
    assert api.get("/v2/me", key="cal_casey_x")["username"] == "casey"


def test_a_refreshed_key_takes_the_place_of_the_old_one(api):
    fresh = api.post("/v2/api-keys/refresh", key="cal_casey_x")["apiKey"]
    assert api.call("GET", "/v2/me", key="cal_casey_x").status_code == 401
    assert api.get("/v2/me", key=fresh)["username"] == "casey"
    both = {"apiKeyDaysValid": 3, "apiKeyNeverExpires": True}
    assert api.call("POST", "/v2/api-keys/refresh", both).status_code == 400


def test_the_account_changes_and_an_address_waits_for_its_verification(api):
    changed = api.call("PATCH", "/v2/me", {"name": "R. Meyer", "timeFormat": 24, "email": "new@example.com", "username": "x", "defaultScheduleId": 12})
    told = changed.json["data"]
    assert (told["name"], told["timeFormat"], told["defaultScheduleId"]) == ("R. Meyer", 24, 12)
    assert (told["email"], told["username"]) == ("robin@example.com", "demo")
    assert api.call("PATCH", "/v2/me", {"defaultScheduleId": 21}).status_code == 404
    assert api.call("PATCH", "/v2/me", {"timeZone": "Mars/Olympus"}).status_code == 400


def test_an_unknown_address_says_so_in_json(api):
    for method, address in (("GET", "/v2/nothing"), ("PUT", "/v2/me"), ("DELETE", "/v2/bookings")):
        answer = api.call(method, address)
        assert answer.status_code == 404
        assert answer.json["error"]["message"] == f"Cannot {method} {address}"


def test_teams_are_empty_and_one_calendar_receives_what_is_booked(api):
    assert api.get("/v2/teams") == []
    assert api.get("/v2/calendars")["destinationCalendar"]["externalId"] == "robin@example.com"
