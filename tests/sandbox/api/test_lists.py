import pytest

from app.sandbox import loading


@pytest.fixture
def loaded(api):
    loading.load(api.desk.engine, 600, seed=7)
    return api


def rows(api, query):
    return api.get(f"/v2/bookings?{query}")


def uids(found):
    return [one["uid"] for one in found]


@pytest.mark.parametrize(("parameter", "field"), [("sortStart", "start"), ("sortEnd", "end"), ("sortCreated", "createdAt"), ("sortUpdatedAt", "updatedAt")])
def test_a_list_is_sorted_both_ways(loaded, parameter, field):
    up = [one[field] for one in rows(loaded, f"{parameter}=asc&take=250")]
    down = [one[field] for one in rows(loaded, f"{parameter}=desc&take=250")]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert up[0] <= down[-1]


@pytest.mark.parametrize("query", ["sortUpdatedAt=asc", "sortUpdatedAt=desc&status=past,upcoming,cancelled", "sortStart=desc&afterStart=2000-01-01"])
def test_pages_give_every_row_once_while_nothing_changes(loaded, query):
    pages = [rows(loaded, f"{query}&take=250&skip={skip}") for skip in (0, 250, 500, 750)]
    seen = [uid for page in pages for uid in uids(page)]
    assert (len(seen), len(set(seen))) == (600, 600)
    assert pages[3] == []


def test_a_row_that_changes_between_two_pages_shifts_the_others(loaded):
    first = uids(rows(loaded, "sortUpdatedAt=asc&take=100"))
    loaded.desk.engine.change_place(first[0], None)
    second = uids(rows(loaded, "sortUpdatedAt=asc&take=100&skip=100"))
    everything = uids(rows(loaded, "sortUpdatedAt=asc&take=250")) + uids(rows(loaded, "sortUpdatedAt=asc&take=250&skip=250"))
    missed = everything[99]
    assert missed not in first
    assert missed not in second


def test_the_dial_changes_rows_after_each_page(loaded):
    before = rows(loaded, "sortUpdatedAt=desc&take=1")[0]["updatedAt"]
    loaded.desk.turn({"api_churn": 5})
    rows(loaded, "take=1")
    assert sum(one["updatedAt"] > before for one in rows(loaded, "sortUpdatedAt=desc&take=20")) == 5


@pytest.mark.parametrize(("after", "before", "field"), [("afterUpdatedAt", "beforeUpdatedAt", "updatedAt"), ("afterCreatedAt", "beforeCreatedAt", "createdAt")])
def test_moments_are_included_on_both_ends(loaded, after, before, field):
    moment = sorted(one[field] for one in rows(loaded, "take=250"))[120]
    found = rows(loaded, f"{after}={moment}&{before}={moment}")
    assert found
    assert {one[field] for one in found} == {moment}


def test_start_and_end_filter(loaded):
    middle = sorted(one["start"] for one in rows(loaded, "take=250"))[120]
    assert all(one["start"] >= middle for one in rows(loaded, f"afterStart={middle}&take=250"))
    assert all(one["end"] <= middle for one in rows(loaded, f"beforeEnd={middle}&take=250"))


def test_the_count_ignores_the_filters_by_change_and_creation(loaded):
    latest = rows(loaded, "sortUpdatedAt=desc&take=1")[0]["updatedAt"]
    answer = loaded.call("GET", f"/v2/bookings?afterUpdatedAt={latest}&take=250").json
    assert len(answer["data"]) < 10
    assert (answer["pagination"]["totalItems"], answer["pagination"]["hasNextPage"]) == (600, True)


@pytest.mark.parametrize("status", ["upcoming", "past", "cancelled", "unconfirmed"])
def test_filter_words_differ_from_those_of_the_rows(loaded, status):
    words = {"upcoming": {"accepted", "pending"}, "past": {"accepted", "pending"}, "cancelled": {"cancelled", "rejected"}, "unconfirmed": {"pending"}}
    found = rows(loaded, f"status={status}&take=250")
    assert found
    assert {one["status"] for one in found} <= words[status]


def test_the_first_page_is_called_1_and_0_where_no_page_was_asked_for(loaded):
    def page(query):
        return loaded.call("GET", f"/v2/bookings?{query}").json["pagination"]

    assert page("")["currentPage"] == 0
    third = page("take=250&skip=500")
    assert (third["currentPage"], third["totalPages"], third["returnedItems"]) == (3, 3, 100)
    assert (third["remainingItems"], third["hasNextPage"], third["hasPreviousPage"]) == (0, False, True)


def test_several_statuses_are_joined(loaded):
    joined = loaded.call("GET", "/v2/bookings?status=past,cancelled&take=1").json["pagination"]["totalItems"]
    single = [loaded.call("GET", f"/v2/bookings?status={one}&take=1").json["pagination"]["totalItems"] for one in ("past", "cancelled")]
    assert joined == sum(single)


def test_people_types_and_uids_can_be_asked_for(loaded):
    one = rows(loaded, "take=1")[0]
    assert one["uid"] in uids(rows(loaded, f"attendeeEmail={one['attendees'][0]['email']}"))
    assert uids(rows(loaded, f"bookingUid={one['uid']}")) == [one["uid"]]
    assert {each["eventTypeId"] for each in rows(loaded, "eventTypeIds=101,106&take=250")} == {101, 106}
    assert {each["eventTypeId"] for each in rows(loaded, "eventTypeId=102&take=250")} == {102}
    assert all(each["attendees"][0]["name"] == "Ada Moreau" for each in rows(loaded, "attendeeName=Ada Moreau&eventTypeId=101"))
    assert rows(loaded, "attendeeEmail=nobody@example.org") == []
    assert rows(loaded, "teamId=5") == []


@pytest.mark.parametrize("query", ["take=0", "take=251", "take=x", "skip=-1", "status=open", "sortUpdatedAt=up", "afterUpdatedAt=yesterday"])
def test_a_wrong_parameter_is_refused(api, query):
    assert api.call("GET", f"/v2/bookings?{query}").status_code == 400


def test_rows_of_others_are_in_the_list_where_the_host_attends(api):
    own = api.book()
    foreign = api.book(201, "2030-01-08T10:00:00Z", email="robin@example.com")
    assert uids(rows(api, "sortCreated=asc")) == [own["uid"], foreign["uid"]]
    assert [one["hosts"][0]["username"] for one in rows(api, "sortCreated=asc")] == ["demo", "casey"]
    assert uids(api.get("/v2/bookings", key="cal_casey_x")) == [foreign["uid"]]


def test_a_row_without_a_time_of_change_falls_out_of_that_filter_only(api):
    kept, lost = api.book()["uid"], api.book(start="2030-01-07T11:00:00Z")["uid"]
    store = api.desk.engine.store
    with store.changing(store.get(lost)):
        store.get(lost).updated_at = None
    assert uids(rows(api, "sortUpdatedAt=asc")) == [kept, lost]
    assert uids(rows(api, "sortUpdatedAt=asc&afterUpdatedAt=2000-01-01")) == [kept]
    assert uids(rows(api, "sortUpdatedAt=asc&beforeUpdatedAt=2100-01-01")) == [kept]
    assert uids(rows(api, "afterUpdatedAt=2000-01-01")) == [kept]
    assert set(uids(rows(api, "afterCreatedAt=2000-01-01"))) == {kept, lost}


def test_a_seat_does_not_touch_the_time_of_the_row(api):
    first = api.book(104)
    api.later(minutes=5)
    api.book(104, email="two@example.org")
    assert api.get(f"/v2/bookings/{first['uid']}")["updatedAt"] == first["updatedAt"]
    api.post(f"/v2/bookings/{first['uid']}/cancel", {"cancellationReason": "ill"})
    assert api.get(f"/v2/bookings/{first['uid']}")["updatedAt"] > first["updatedAt"]


def test_a_deleted_type_leaves_its_bookings_without_one(api):
    uid = api.book()["uid"]
    api.call("DELETE", "/v2/event-types/101")
    found = api.get(f"/v2/bookings/{uid}")
    assert (found["eventType"], found["eventTypeId"]) == (None, None)
    assert rows(api, "eventTypeId=101") == []
