import pytest

from app.sandbox.limits import Limiter


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def take(limiter, times=1, caller="cal_a", *, limit=3, scale=1.0):
    return [limiter.take(caller, limit=limit, scale=scale) for _ in range(times)][-1]


def test_the_lock_lasts_a_whole_minute_and_not_until_the_window_ends(clock):
    limiter = Limiter(clock=clock)
    take(limiter, 3)
    clock.now = 59
    assert take(limiter).refused
    clock.now = 61
    assert take(limiter).refused
    clock.now = 118.9
    assert take(limiter).refused
    clock.now = 119
    assert not take(limiter).refused


def test_a_new_window_begins_after_a_minute_without_a_lock(clock):
    limiter = Limiter(clock=clock)
    assert take(limiter, 3).remaining == 0
    clock.now = 60
    assert take(limiter).remaining == 2


def test_each_key_has_a_pace_of_its_own(clock):
    limiter = Limiter(clock=clock)
    take(limiter, 4)
    assert not take(limiter, caller="cal_b").refused


def test_the_faster_clock_shortens_window_and_lock(clock):
    limiter = Limiter(clock=clock)
    assert take(limiter, 4, scale=20).reset == 3
    clock.now = 2.9
    assert take(limiter, scale=20).refused
    clock.now = 3
    assert not take(limiter, scale=20).refused


def test_the_headers_tell_the_pace_and_the_refusal_says_wait(api):
    api.desk.turn({"api_limit": 2})
    first = api.call("GET", "/v2/me")
    assert [first.headers[f"X-RateLimit-{name}-Default"] for name in ("Limit", "Remaining")] == ["2", "1"]
    assert 1 <= int(first.headers["X-RateLimit-Reset-Default"]) <= 60
    api.call("GET", "/v2/me")
    refused = api.call("GET", "/v2/me")
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "ThrottlerException")
    assert "Retry-After" not in refused.headers
    assert int(refused.headers["X-RateLimit-Reset-Default"]) > 50


def test_who_has_no_key_is_counted_by_network_address(api):
    api.desk.turn({"api_limit": 1})
    free = "/v2/event-types?username=demo"
    assert [api.call("GET", free, key=None).status_code for _ in range(2)] == [200, 429]
    assert api.call("GET", free).status_code == 200


def test_requests_are_counted_for_benchmarks(api, client):
    api.desk.turn({"api_limit": 1})
    api.call("GET", "/v2/me")
    api.call("GET", "/v2/me")
    counted = client.get("/control/api/requests").json
    assert counted == {"requests": 2, "overLimit": 1, "answers": {"GET /v2/me 200": 1, "GET /v2/me 429": 1}}
    client.post("/control/api/reset")
    assert client.get("/control/api/requests").json["requests"] == 0
    assert api.call("GET", "/v2/me").status_code == 200
