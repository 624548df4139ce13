"""Every shape of failure is one of a few exceptions that say whose turn it is, in words without secrets."""

import json
from typing import Any

import pytest

from app.calcom.answers import understand
from app.calcom.errors import Away, CalcomError, NotAllowed, NotFound, Reason, Refused, Wait
from app.calcom.protocol import Call

LIST = Call("list bookings", "GET", "/bookings")
MAKE = Call("make a booking", "POST", "/bookings")
HOLD = Call("hold a time", "POST", "/slots/reservations")
CANCEL = Call("cancel a booking", "POST", "/bookings/abc/cancel")


def failure(message: object = "Nope", code: str = "BadRequestException", **details: object) -> dict[str, Any]:
    """The ordinary shape."""
    error = {"code": code, "message": message, "details": {"message": message, "error": "Bad Request", "statusCode": 400, **details}}
    return {"status": "error", "timestamp": "2030-01-01T00:00:00.000Z", "path": "/v2/bookings", "error": error}


def outcome(status: int, body: object, call: Call = LIST, *, blocked: float = 0.0) -> CalcomError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(CalcomError) as caught:
        understand(call, status=status, body=raw, blocked=blocked)
    assert status in {caught.value.status, 200}
    return caught.value


def test_the_good_part_of_an_answer_is_its_data_and_its_paging() -> None:
    said = understand(LIST, status=200, body=b'{"status": "success", "data": [1], "pagination": {"hasMore": false}}')
    assert (said.data, said.pagination) == ([1], {"hasMore": False})


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"data": {"id": 1}}', {"id": 1}),
        (b'{"status": "success"}', None),
        (b'{"status": "success", "data": null}', None),
        (b'{"id": 1}', {"id": 1}),
        (b"[1, 2]", [1, 2]),
        (b'{"status": "success", "data": [], "pagination": null}', []),
    ],
)
def test_neither_status_nor_data_has_to_be_there(body: bytes, data: object) -> None:
    said = understand(LIST, status=200, body=body)
    assert said.data == data
    assert said.pagination == {}


def test_a_write_may_be_answered_with_nothing() -> None:
    assert understand(CANCEL, status=204, body=b"").data is None


def test_a_read_may_not() -> None:
    assert isinstance(outcome(200, b""), Away)


@pytest.mark.parametrize("body", [b"<html>502 Bad Gateway</html>", b"upstream connect error", b"\xff\xfe\x00", b"[" * 100_000, b'{"status": "succ'])
@pytest.mark.parametrize("status", [200, 500, 502, 503, 504, 520, 524])
def test_pages_of_whatever_stands_in_front_are_no_answer(body: bytes, status: int) -> None:
    assert type(outcome(status, body)) is Away


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_points_at_a_wrong_setting(status: int) -> None:
    error = outcome(status, b"")
    assert type(error) is Away
    assert "CALCOM_API_URL" in str(error)


def test_an_unhandled_error_has_no_status_inside() -> None:
    error = outcome(500, {"statusCode": 500, "message": "Internal server error"})
    assert type(error) is Away
    assert str(error) == "Cal.com failed to list bookings (500): Internal server error."


def test_the_ordinary_error_is_told_in_its_own_words() -> None:
    error = outcome(400, failure("The event type is not active."), MAKE)
    assert type(error) is Refused
    assert str(error) == "Cal.com refused to make a booking: The event type is not active."
    assert error.reason is Reason.OTHER


def test_validation_names_each_field_however_deep() -> None:
    errors = [
        {"property": "attendee", "children": [{"property": "timeZone", "constraints": {"isTimeZone": "timeZone must be a time zone"}}]},
        {"property": "start", "constraints": {"a": "must be a date", "b": "must be in UTC"}, "children": []},
        {"property": 7},
        "noise",
    ]
    error = outcome(400, failure("Validation failed", errors=errors), MAKE)
    assert isinstance(error, Refused)
    assert error.fields == {"attendee.timeZone": "timeZone must be a time zone", "start": "must be a date; must be in UTC"}


def test_validation_without_end_does_not_go_on_without_end() -> None:
    deep: dict[str, Any] = {"property": "leaf", "constraints": {"a": "deep"}}
    for _ in range(200):
        deep = {"property": "x", "children": [deep]}
    assert isinstance(outcome(400, failure("Validation failed", errors=[deep])), Refused)


def test_a_missing_answer_to_a_question_names_the_question() -> None:
    words = "Missing required booking field response: company-size - it is required by the event type booking fields, but missing."
    error = outcome(400, failure(words), MAKE)
    assert isinstance(error, Refused)
    assert list(error.fields) == ["company-size"]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (409, {"status": "error", "error": {"code": "CONFLICT", "message": "Unique constraint failed"}}, Refused),
        (404, {"status": "error", "error": {"code": "NOT_FOUND", "message": "No row"}}, NotFound),
        (400, {"status": "error", "error": {"code": "BAD_REQUEST", "message": "Bad"}}, Refused),
        (500, {"status": "error", "error": {"code": "INTERNAL_SERVER_ERROR", "message": "Oh"}}, Away),
        (501, {"status": "error", "error": {"code": "TRPCError", "message": "Something"}}, Away),
        (400, {"error": "invalid_grant", "error_description": "The token is gone"}, Refused),
        (401, {"error": "invalid_client"}, NotAllowed),
        (401, failure("CustomThrottlerGuard - Invalid API Key", "UnauthorizedException"), NotAllowed),
        (403, failure("Forbidden", "ForbiddenException"), NotAllowed),
        (498, {"status": "error", "error": {"code": "ACCESS_TOKEN_IS_EXPIRED"}}, NotAllowed),
        (422, {"status": "error", "error": "a plain text"}, Refused),
        (422, {"message": ["one", "two"]}, Refused),
        (408, b"", Away),
        (418, b"null", Refused),
        (400, b"[]", Refused),
        (400, b'"text"', Refused),
        (400, {"error": None, "message": None}, Refused),
        (400, {"error": {"details": "text", "message": {"a": 1}}}, Refused),
    ],
)
def test_each_shape_is_somebodys_turn(status: int, body: object, kind: type[CalcomError]) -> None:
    assert type(outcome(status, body, CANCEL)) is kind


def test_an_error_that_came_with_200_is_an_error() -> None:
    assert type(outcome(200, failure("Nope"))) is Refused
    assert type(outcome(200, {"status": "error", "error": {"message": "x", "statusCode": 404}})) is NotFound
    assert type(outcome(200, {"status": "error"})) is Away


def test_the_limit_says_how_long_to_wait() -> None:
    body = failure("CustomThrottlerGuard - Too many requests. Please try again later.", "ThrottlerException")
    error = outcome(429, body, blocked=12.0)
    assert isinstance(error, Wait)
    assert error.seconds == 12
    assert isinstance(without := outcome(429, b"<html>"), Wait)
    assert without.seconds == 60


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("User either already has booking at this time or is not available", Reason.TAKEN),
        ("One of the hosts either already has booking at this time or is not available", Reason.TAKEN),
        ("no_available_users_found_error", Reason.TAKEN),
        ("booking_conflict_error", Reason.TAKEN),
        ("Booking seats are full", Reason.TAKEN),
        ("You are already signed up for this booking.", Reason.TAKEN),
        ("Attempting to book a meeting in the past.", Reason.PAST),
        (
            "The event type can't be booked at the start. This could be because it's too soon (violating the minimum booking notice)",
            Reason.NOTICE,
        ),
        ("booking_time_out_of_bounds_error", Reason.NOTICE),
        ("Attendee with this email can't book because the maximum number of active bookings has been reached.", Reason.LIMIT),
        ("booker_limit_exceeded_error", Reason.LIMIT),
        ("The booking limit for this day has been reached", Reason.LIMIT),
        ("Can't book with metadata of 51 keys", Reason.OTHER),
    ],
)
def test_why_a_booking_is_refused_is_read_from_the_words(words: str, reason: Reason) -> None:
    error = outcome(400, failure(words), MAKE)
    assert isinstance(error, Refused)
    assert error.reason is reason


def test_a_clash_is_a_taken_time_only_where_a_time_is_taken() -> None:
    clash = {"status": "error", "error": {"code": "CONFLICT", "message": "Unique constraint failed"}}
    assert [getattr(outcome(409, clash, call), "reason", None) for call in (MAKE, HOLD, CANCEL)] == [Reason.TAKEN, Reason.TAKEN, Reason.OTHER]
    assert getattr(outcome(422, failure("This slot"), HOLD), "reason", None) is Reason.TAKEN
    assert getattr(outcome(422, failure("No hosts"), MAKE), "reason", None) is Reason.OTHER


@pytest.mark.parametrize("path", ["/teams", "/teams/3/memberships", "/organizations/7/users"])
@pytest.mark.parametrize("body", [b"Cannot GET /v2/teams", failure("Cannot GET /v2/teams", "NotFoundException"), b""])
def test_an_installation_without_teams_is_told_as_such(path: str, body: object) -> None:
    error = outcome(404, body, Call("list teams", "GET", path))
    assert type(error) is NotFound
    assert str(error) == "This Cal.com installation knows no teams and organisations: the self-hosted edition has none."


def test_a_wrong_address_is_told_from_a_missing_row() -> None:
    assert "has no endpoint to list bookings: check CALCOM_API_URL" in str(outcome(404, failure("Cannot GET /v3/bookings", "NotFoundException")))
    assert str(outcome(404, failure("Team with id 3 not found", "NotFoundException"), Call("list", "GET", "/teams/3"))).endswith(": Team with id 3 not found.")


@pytest.mark.parametrize(
    "secret",
    [
        "bgDC7wT6JHcJ1qmrcLrZuz",
        "3be561a9-31f1-4b8e-aefc-9d9a085f0dd1",
        "ada.lovelace+x@example.org",
        "cal_live_0123456789abcdef",
        "+44 20 7946 0958",
        "uid=abcdefgh",
    ],
)
@pytest.mark.parametrize("status", [400, 401, 404, 409, 500])
def test_words_of_cal_com_reach_the_owner_without_secrets(secret: str, status: int) -> None:
    errors = [{"property": "uid", "constraints": {"a": f"{secret} is wrong"}}]
    error = outcome(status, failure(f"Can't do that with {secret}, because of {secret}.", errors=errors), CANCEL)
    assert secret not in str(error)
    assert secret not in str(getattr(error, "fields", {}))


def test_long_words_are_shortened_and_stand_in_one_line() -> None:
    said = str(outcome(400, failure("so\nlong " * 1000)))
    assert len(said) < 400
    assert "\n" not in said
