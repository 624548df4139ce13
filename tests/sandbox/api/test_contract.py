"""The judge itself is tried: it has to find what is wrong, or every contract test would be worth nothing."""

import copy
import re

import pytest

from tests import calcom_document
from tests.sandbox.conftest import wish

NEWER_THAN_THE_DOCUMENT = {"POST /v2/bookings/<uid>/request-reschedule"}
OPERATION = ("GET", "POST", "PATCH", "DELETE", "PUT")


def test_every_page_of_the_simulation_is_one_of_cal_coms(sandbox):
    calcom_document.document()
    unknown = set()
    for rule in sandbox.url_map.iter_rules():
        if not rule.rule.startswith("/v2/") or rule.rule == "/v2/<path:rest>":
            continue
        example = re.sub(r"<int:[^>]+>", "7", re.sub(r"<(?!int)[^>]+>", "x", rule.rule))
        unknown |= {f"{method} {rule.rule}" for method in OPERATION if method in rule.methods and calcom_document.operation(method, example) is None}
    assert unknown == NEWER_THAN_THE_DOCUMENT


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda one: one.pop("hosts"), "hosts is missing"),
        (lambda one: one.update(status="confirmed"), "none of"),
        (lambda one: one.update(duration="30"), "no number"),
        (lambda one: one.update(absentHost=None), "null"),
        (lambda one: one["attendees"][0].pop("timeZone"), "timeZone is missing"),
        (lambda one: one.update(attendees={}), "no array"),
    ],
)
def test_a_spoilt_booking_is_found_out(api, spoil, words):
    made = copy.deepcopy(api.book())
    spoil(made)
    found = calcom_document.faults_of_answer("POST", "/v2/bookings", 201, {"status": "success", "data": made})
    assert len(found) == 1
    assert words in found[0]


def test_a_spoilt_answer_of_another_kind_is_found_out(api):
    listed = api.call("GET", "/v2/schedules").json
    listed["data"][0]["availability"][0]["days"] = ["Someday"]
    assert calcom_document.faults_of_answer("GET", "/v2/schedules", 200, listed)
    assert calcom_document.faults_of_answer("GET", "/v2/schedules", 201, listed) == ["GET /v2/schedules does not answer 201"]
    assert calcom_document.faults_of_answer("GET", "/v2/nothing", 200, {}) == ["GET /v2/nothing is not in the document"]


def test_a_request_with_a_wrong_or_unknown_property_is_found_out():
    assert calcom_document.faults_of_request("POST", "/v2/bookings", wish()) == []
    assert calcom_document.faults_of_request("POST", "/v2/bookings", wish(lenght=3)) == ["lenght is not declared"]
    assert calcom_document.faults_of_request("POST", "/v2/bookings", {"start": "2030-01-07T10:00:00Z"}) == [
        ".attendee is missing (CreateBookingInput_2024_08_13)"
    ]
    assert calcom_document.faults_of_request("GET", "/v2/me", {"x": 1}) == ["GET /v2/me takes no body"]
    assert calcom_document.faults_of_request("GET", "/v2/nothing", None) == ["GET /v2/nothing is not in the document"]
