"""Teams of the simulated account: as Cal.com's document says, for whoever is in them."""

import pytest

NEW = {"name": "Acme", "slug": "acme"}
KIND = {"title": "Together", "slug": "together", "lengthInMinutes": 30, "schedulingType": "collective", "hosts": [{"userId": 1}]}


@pytest.fixture
def team(api):
    return api.post("/v2/teams", NEW)


def test_whoever_makes_a_team_owns_it(api, team):
    assert api.get("/v2/teams") == [team]
    (member,) = api.get(f"/v2/teams/{team['id']}/memberships")
    assert (member["role"], member["accepted"], member["user"]["email"]) == ("OWNER", True, "robin@example.com")
    assert api.call("POST", "/v2/teams", NEW).status_code == 400


def test_others_do_not_know_it(api, team):
    assert api.get("/v2/teams", key="cal_casey_x") == []
    assert api.call("GET", f"/v2/teams/{team['id']}", key="cal_casey_x").status_code == 404


def test_people_come_change_and_go(api, team):
    path = f"/v2/teams/{team['id']}/memberships"
    made = api.post(path, {"userId": 2, "role": "ADMIN"})
    assert (made["role"], made["accepted"]) == ("ADMIN", False)
    assert api.call("PATCH", f"{path}/{made['id']}", {"accepted": True}).json["data"]["accepted"] is True
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 200
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 404
    assert api.call("POST", path, {"userId": 99}).status_code == 404
    assert api.call("POST", path, {"userId": 2, "role": "KING"}).status_code == 400


def test_event_types_of_a_team_have_hosts(api, team):
    path = f"/v2/teams/{team['id']}/event-types"
    made = api.post(path, KIND)
    assert [host["userId"] for host in made["hosts"]] == [1]
    assert [kind["slug"] for kind in api.get(path)] == ["together"]
    changed = api.call("PATCH", f"{path}/{made['id']}", {"title": "All", "hosts": [], "assignAllTeamMembers": True}).json["data"]
    assert (changed["title"], changed["assignAllTeamMembers"], len(changed["hosts"])) == ("All", True, 1)
    assert api.call("POST", path, KIND).status_code == 400
    assert api.call("POST", path, KIND | {"slug": "x", "hosts": [{"userId": 2}]}).status_code == 400
    assert api.call("POST", path, KIND | {"slug": "x", "assignAllTeamMembers": True}).status_code == 400
    assert "together" not in [kind["slug"] for kind in api.get("/v2/event-types")]
    assert api.get(f"{path}/{made['id']}")["title"] == "All"
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 200
    assert api.call("GET", f"{path}/{made['id']}").status_code == 404


def test_a_team_changes_and_goes(api, team):
    path = f"/v2/teams/{team['id']}"
    assert api.call("PATCH", path, {"bio": "We", "isPrivate": True}).json["data"]["bio"] == "We"
    assert api.get(path)["isPrivate"] is True
    assert api.call("DELETE", path).status_code == 200
    assert api.get("/v2/teams") == []
