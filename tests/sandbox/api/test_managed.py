import pytest

from tests import calcom_document

SECRET = {"x-cal-secret-key": "a-client-secret", "x-cal-client-id": "client-1"}
USERS = "/v2/oauth-clients/client-1/users"


def ask(api, method, path, body=None, *, headers=SECRET):
    answer = api._client.open(path, method=method, json=body, headers=headers)
    if answer.status_code < 300 and (calcom_document.FIXTURES / "openapi.json").exists():
        assert calcom_document.faults_of_answer(method, path.partition("?")[0], answer.status_code, answer.json) == []
    return answer


@pytest.fixture
def person(api):
    answer = ask(api, "POST", USERS, {"email": "ada@example.org", "name": "Ada", "timeZone": "Europe/Berlin"})
    assert answer.status_code == 201
    return answer.json["data"]


def test_a_managed_user_acts_with_a_token_and_sees_only_what_is_theirs(api, person):
    api.book()
    assert person["user"]["email"] == "ada+client-1@example.org"
    assert api.get("/v2/me", key=person["accessToken"])["name"] == "Ada"
    assert api.get("/v2/bookings", key=person["accessToken"]) == []
    made = api.post("/v2/event-types", {"title": "T", "slug": "talk", "lengthInMinutes": 30}, key=person["accessToken"])
    booked = api.book(made["id"], "2030-01-08T09:00:00Z")
    assert [one["uid"] for one in api.get("/v2/bookings", key=person["accessToken"])] == [booked["uid"]]


def test_an_expired_token_answers_498_and_a_refresh_replaces_both(api, person):
    api.later(minutes=61)
    expired = api.call("GET", "/v2/me", key=person["accessToken"])
    assert (expired.status_code, expired.json["error"]["message"]) == (498, "ACCESS_TOKEN_IS_EXPIRED")
    fresh = ask(api, "POST", "/v2/oauth/client-1/refresh", {"refreshToken": person["refreshToken"]}).json["data"]
    assert api.get("/v2/me", key=fresh["accessToken"])["name"] == "Ada"
    again = ask(api, "POST", "/v2/oauth/client-1/refresh", {"refreshToken": person["refreshToken"]})
    assert (again.status_code, again.json["error"]["message"]) == (401, "Invalid refresh token")


def test_a_lost_pair_is_renewed_by_number(api, person):
    number = person["user"]["id"]
    forced = ask(api, "POST", f"{USERS}/{number}/force-refresh").json["data"]
    assert api.call("GET", "/v2/me", key=person["accessToken"]).status_code == 401
    assert api.get("/v2/me", key=forced["accessToken"])["id"] == number
    assert ask(api, "POST", f"{USERS}/999/force-refresh").status_code == 404


def test_the_same_address_twice_is_a_conflict_and_is_found_by_either_spelling(api, person):
    body = {"email": "ada@example.org", "name": "Ada"}
    assert ask(api, "POST", USERS, body).status_code == 409
    for address in ("ada@example.org", "ada%2Bclient-1@example.org"):
        assert len(ask(api, "GET", f"{USERS}?emails={address}&limit=10").json["data"]) == 1
    assert ask(api, "GET", f"{USERS}?emails=bob@example.org").json["data"] == []
    assert ask(api, "GET", "/v2/oauth-clients/client-2/users", headers={"x-cal-secret-key": "a-client-secret"}).json["data"] == []


@pytest.mark.parametrize("headers", [{}, {"x-cal-secret-key": "short"}, SECRET | {"x-cal-client-id": "client-2"}])
def test_without_the_clients_secret_nothing_is_told(api, headers):
    assert ask(api, "GET", USERS, headers=headers).status_code == 401
    assert ask(api, "POST", "/v2/oauth/client-1/refresh", {"refreshToken": "x"}, headers=headers).status_code == 401


def test_a_token_may_ask_more_often_than_a_key(api, person):
    answer = api.call("GET", "/v2/me", key=person["accessToken"])
    assert answer.headers["X-RateLimit-Limit-Default"] == "500"
