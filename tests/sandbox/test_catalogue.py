import pytest

from app.sandbox.errors import SlugTaken, UnknownEventType, UnknownHost
from app.sandbox.offer import opening_catalogue


def test_the_first_type_is_the_plain_one_and_there_are_several_hosts():
    catalogue = opening_catalogue()
    assert [one.username for one in catalogue.hosts] == ["demo", "casey"]
    plain = catalogue.event_types(catalogue.first_host())[0]
    assert (plain.slug, plain.minutes, plain.price, plain.seats, plain.confirm_first) == ("intro", 30, 0, None, False)


def test_a_slug_belongs_to_one_host_and_is_found_without_a_name_as_well():
    catalogue = opening_catalogue()
    assert catalogue.find("studio-visit").host.username == "casey"
    with pytest.raises(UnknownEventType):
        catalogue.find("studio-visit", username="demo")
    with pytest.raises(UnknownHost):
        catalogue.host("nobody")
    with pytest.raises(SlugTaken):
        catalogue.check_slug(catalogue.first_host(), "intro")


def test_what_one_simulation_changes_no_other_sees():
    first, second = opening_catalogue(), opening_catalogue()
    first.remove_type(101)
    assert second.event_type(101).slug == "intro"


def test_the_second_host_has_a_page_and_hides_what_is_hidden(client):
    page = client.get("/casey").get_data(as_text=True)
    assert "Studio visit" in page
    assert "For friends" not in page
    assert client.get("/casey/friends").status_code == 200
    assert client.get("/demo/studio-visit").status_code == 404


def test_a_renamed_host_or_type_leads_nowhere_under_the_old_name(client):
    assert client.patch("/control/api/hosts/casey", json={"username": "kay", "name": "Kay"}).json["host"]["name"] == "Kay"
    assert (client.get("/casey").status_code, client.get("/kay").status_code) == (404, 200)
    client.patch("/control/api/event-types/201", json={"slug": "visit", "title": "A visit"})
    assert (client.get("/kay/studio-visit").status_code, client.get("/kay/visit").status_code) == (404, 200)
    assert client.patch("/control/api/hosts/nobody", json={"name": "x"}).status_code == 404
    assert client.patch("/control/api/hosts/kay", json={"username": "demo"}).status_code == 400


def test_a_type_can_be_hidden_priced_and_deleted(client, api):
    changed = client.patch("/control/api/event-types/101", json={"hidden": True, "price": 1500, "currency": "eur", "length": 20, "metadata": {"a": 1}})
    assert changed.json["eventType"] == changed.json["eventType"] | {"hidden": True, "price": 1500, "currency": "eur", "length": 20}
    found = api.get("/v2/event-types/101")
    assert (found["price"], found["currency"], found["hidden"], found["metadata"]["a"]) == (1500, "eur", True, 1)
    assert client.delete("/control/api/event-types/101").json["eventType"]["gone"] is True
    assert client.patch("/control/api/event-types/101", json={}).status_code == 404
    assert client.patch("/control/api/event-types/102", json={"slug": "flexible"}).status_code == 409
    listed = client.get("/control/api/hosts").json["hosts"]
    assert [one["slug"] for one in listed[1]["eventTypes"]] == ["studio-visit", "portfolio-review", "friends"]


def test_a_reset_brings_the_first_offer_back(client):
    client.delete("/control/api/event-types/101")
    client.post("/control/api/reset")
    assert client.get("/demo/intro").status_code == 200


def test_bookings_with_the_second_host_are_told_in_their_name(client, api, told):
    made = client.post("/control/api/bookings", json={"type": "studio-visit", "username": "casey"}).json["booking"]
    assert made["host"] == "casey"
    assert made["title"] == "Studio visit between Casey Lindqvist and Alex Example"
    assert b'"username":"casey"' in told[0]["body"]
