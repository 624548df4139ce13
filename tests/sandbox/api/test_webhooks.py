import pytest

HOOK = {"subscriberUrl": "http://127.0.0.1:9/other", "triggers": ["BOOKING_CREATED"], "active": True, "secret": "another"}


def addresses(told):
    return [one["address"] for one in told]


def test_the_sites_own_webhook_is_there_from_the_start_with_its_secret_in_clear(api):
    (own,) = api.get("/v2/webhooks")
    assert (own["subscriberUrl"], own["secret"], own["active"]) == ("http://127.0.0.1:9/webhooks/calcom", "a-secret-for-tests", True)
    assert "BOOKING_CREATED" in own["triggers"]
    assert isinstance(own["id"], str)


def test_a_registered_webhook_is_told_what_it_wants_to_hear(api, told):
    made = api.post("/v2/webhooks", HOOK)
    uid = api.book()["uid"]
    api.post(f"/v2/bookings/{uid}/cancel")
    site = "http://127.0.0.1:9/webhooks/calcom"
    assert addresses(told) == [site, HOOK["subscriberUrl"], site]
    assert told[1]["secret"] == "another"
    api.call("PATCH", f"/v2/webhooks/{made['id']}", {"active": False})
    api.book(start="2030-01-08T10:00:00Z")
    api.call("DELETE", f"/v2/webhooks/{made['id']}")
    api.book(start="2030-01-09T10:00:00Z")
    assert addresses(told)[3:] == [site, site]


def test_without_the_sites_webhook_the_site_hears_nothing(api, told):
    api.call("DELETE", f"/v2/webhooks/{api.get('/v2/webhooks')[0]['id']}")
    api.book()
    assert told == []
    api.desk.reset()
    assert len(api.get("/v2/webhooks")) == 1


def test_each_host_has_webhooks_of_their_own(api, told):
    api.post("/v2/webhooks", HOOK, key="cal_casey_x")
    api.book()
    assert HOOK["subscriberUrl"] not in addresses(told)
    api.book(201)
    assert HOOK["subscriberUrl"] in addresses(told)


def test_the_same_address_twice_is_a_conflict_for_an_account_and_none_for_a_type(api, told):
    api.post("/v2/webhooks", HOOK)
    again = api.call("POST", "/v2/webhooks", HOOK)
    assert (again.status_code, again.json["error"]["code"]) == (409, "ConflictException")
    own = api.get("/v2/webhooks")[0]["id"]
    assert api.call("PATCH", f"/v2/webhooks/{own}", {"subscriberUrl": HOOK["subscriberUrl"]}).status_code == 409
    api.post("/v2/event-types/101/webhooks", HOOK)
    api.post("/v2/event-types/101/webhooks", HOOK)
    api.book()
    assert addresses(told).count(HOOK["subscriberUrl"]) == 3


def test_webhooks_of_a_type_hear_of_that_type_and_go_all_at_once(api, told):
    made = api.post("/v2/event-types/101/webhooks", HOOK)
    assert api.get(f"/v2/event-types/101/webhooks/{made['id']}") == made
    assert api.get("/v2/event-types/102/webhooks") == []
    api.book(102)
    assert HOOK["subscriberUrl"] not in addresses(told)
    assert api.call("DELETE", "/v2/event-types/101/webhooks").json["data"].startswith("1 ")
    assert api.get("/v2/event-types/101/webhooks") == []
    assert api.call("POST", "/v2/event-types/201/webhooks", HOOK).status_code == 404


@pytest.mark.parametrize("wrong", [{"triggers": ["BOOKING_CONFIRMED"]}, {"triggers": "all"}, {"subscriberUrl": "ftp://x"}, {"active": "yes"}, {"version": "1"}])
def test_a_wrong_webhook_is_refused_and_the_words_name_the_fault(api, wrong):
    answer = api.call("POST", "/v2/webhooks", HOOK | wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json["error"]["message"]
    assert len(api.get("/v2/webhooks")) == 1


def test_a_change_keeps_what_it_does_not_name_and_an_empty_secret_means_none(api):
    made = api.post("/v2/webhooks", HOOK)
    after = api.call("PATCH", f"/v2/webhooks/{made['id']}", {"secret": "", "payloadTemplate": "{}"}).json["data"]
    assert after == made | {"secret": None, "payloadTemplate": "{}"}
    assert api.get("/v2/webhooks?skip=1&take=1") == [after]
    assert api.call("GET", "/v2/webhooks/none").status_code == 404
