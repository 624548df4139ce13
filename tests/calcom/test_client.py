"""The client against a server that misbehaves: reads are repeated, writes are looked after, nothing is done twice."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app import log
from app.calcom import calling
from app.calcom.client import Client, client_of
from app.calcom.errors import Away, NotAllowed, NotFound, Reason, Refused, Unsure, Wait
from app.calcom.pace import SharedPace
from app.calcom.pace_store import Memory
from app.calcom.types import NewBooking
from app.config import Settings
from tests.calcom.conftest import KEY
from tests.calcom.misbehaving import Behaviour, Server, answer, drip, good, hang_up, packed, reset, silence

NINE = datetime(2030, 1, 7, 9, tzinfo=UTC)
TEN = datetime(2030, 1, 7, 10, tzinfo=UTC)
Row = Callable[..., dict[str, Any]]

ME = good({"id": 7, "username": "hal", "email": "hal@example.com", "name": None, "timeZone": "Europe/Rome", "weekStart": "Monday", "organizationId": None})
TAKEN = answer(400, {"status": "error", "error": {"message": "User either already has booking at this time or is not available"}})
CRASH = answer(500, {"statusCode": 500, "message": "Internal server error"})
GATEWAY = answer(502, "<html>Bad gateway</html>")


def wanted(**more: Any) -> NewBooking:
    return NewBooking(event_type_id=5, start=NINE, name="Ada", email="ada@example.org", time_zone="Asia/Kolkata", attempt="try-1", **more)


# Reads ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [CRASH, GATEWAY, reset, hang_up, packed(b'{"data": 1}', keep=0.6), answer(200, "<html>"), answer(524, "error code: 524")])
def test_a_read_is_repeated_after_a_fault_of_the_moment(client: Client, server: Server, fault: Behaviour) -> None:
    server.will(fault, ME)
    assert client.people.me().username == "hal"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (answer(302, "", Location="/"), Away),
        (answer(200, b" " * (11 * 1024 * 1024)), Away),
        (answer(401, {"error": {"message": "Invalid API Key"}}), NotAllowed),
        (answer(404, {"error": {"message": "No such"}}), NotFound),
        (answer(400, {"error": {"message": "Bad"}}), Refused),
        (answer(429, {}), Wait),
    ],
)
def test_what_would_be_the_same_again_is_not_asked_again(
    client: Client, server: Server, fault: Behaviour, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "CALL_SECONDS", 10.0)
    server.will(fault, ME)
    with pytest.raises(error):
        client.people.me()
    assert len(server.asked) == 1


def test_somebody_who_waits_is_told_after_two_tries(client: Client, server: Server) -> None:
    server.will(CRASH)
    with pytest.raises(Away, match="failed to read the profile"):
        client.people.me()
    assert len(server.asked) == 2


def test_work_in_the_background_tries_four_times(client: Client, server: Server) -> None:
    server.will(CRASH, GATEWAY, reset, ME)
    assert client.unhurried().people.me().id == 7
    server.will(CRASH)
    server.asked.clear()
    with pytest.raises(Away):
        client.unhurried().people.me()
    assert len(server.asked) == 4


def test_nobody_waits_longer_than_ten_seconds_for_a_read(client: Client, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PERSON_SECONDS", 1.4)
    server.will(silence)
    with pytest.raises(Away, match="could not be asked to read the profile"):
        client.people.me()
    assert len(server.asked) == 1, "less than a second was left for a second try"


def test_the_background_waits_a_block_out_and_a_person_does_not(client: Client, server: Server, pauses: list[float]) -> None:
    server.will(answer(429, {}, X_RateLimit_Limit_Default="120", X_RateLimit_Remaining_Default="0", X_RateLimit_Reset_Default="0.3"), ME)
    assert client.unhurried().people.me().id == 7
    assert sum(pauses) > 0, "it waited at the pace"
    server.will(answer(429, {}))
    with pytest.raises(Wait) as caught:
        client.people.me()
    assert caught.value.seconds == 60
    with pytest.raises(Wait):
        client.people.me()
    assert len(server.asked) == 3, "after the block is known nobody is asked"


def test_work_that_should_stop_does_not_wait_for_the_end_of_a_block(client: Client, server: Server) -> None:
    server.will(answer(429, {}))
    with pytest.raises(Wait):
        client.unhurried(lambda: True).people.me()
    assert len(server.asked) == 1


def test_a_list_is_read_to_its_short_page_and_not_to_where_it_says_it_ends(client: Client, server: Server, row: Row) -> None:
    lying = {"totalItems": 900, "hasNextPage": True, "itemsPerPage": 2}
    pages = [[row(), row()], [row(), {"id": 1, "noise": True}], [row()]]
    server.will(*(answer(200, {"status": "success", "data": data, "pagination": lying}) for data in pages))
    found = list(client.bookings.pages(take=2, after_updated=NINE))
    assert [(page.skip, len(page.bookings), page.unreadable, page.last) for page in found] == [(0, 2, 0, False), (2, 1, 1, False), (4, 1, 0, True)]
    assert "afterUpdatedAt=2030-01-07T09%3A00%3A00.000Z&sortUpdatedAt=asc&take=2&skip=4" in server.asked[2].target


def test_the_newer_way_of_paging_is_followed_as_well(client: Client, server: Server, row: Row) -> None:
    def page(more: bool, cursor: str | None) -> Behaviour:
        return answer(200, {"status": "success", "data": [row()], "pagination": {"hasMore": more, "nextCursor": cursor}})

    server.will(page(True, "next one"), page(False, None))
    assert len(list(client.bookings.all())) == 2
    assert "cursor=next+one" in server.asked[1].target


def test_a_server_that_gives_out_smaller_pages_is_read_to_the_end(client: Client, server: Server, row: Row) -> None:
    small = {"itemsPerPage": 1}
    server.will(*(answer(200, {"data": data, "pagination": small}) for data in ([row()], [row()], [])))
    assert len(list(client.bookings.all(take=250))) == 2


def test_something_else_than_a_list_is_no_list(client: Client, server: Server) -> None:
    server.will(good({"bookings": []}))
    with pytest.raises(Away, match="something else"):
        list(client.bookings.all())


def test_an_empty_uid_never_asks_for_the_whole_list(client: Client, server: Server) -> None:
    for uid in ("", "..", ".", "a b", "a/b"):
        with pytest.raises(NotFound):
            client.bookings.get(uid)
    assert not server.asked


def test_without_a_key_there_is_no_client_and_with_one_it_asks_where_it_should(settings: Callable[..., Settings], server: Server) -> None:
    pace = SharedPace(Memory(), KEY)
    assert client_of(settings(), pace=pace) is None
    server.will(ME)
    known = client_of(settings(CALCOM_API_URL=server.url, CALCOM_API_KEY=KEY), pace=pace)
    assert known is not None
    assert known.people.me().id == 7
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


# A booking made ---------------------------------------------------------------------------------------------------------


def test_a_booking_is_made_once(client: Client, server: Server, row: Row) -> None:
    server.will(answer(201, {"status": "success", "data": row()}))
    (made,) = client.bookings.create(wanted(answers={"company": "Acme"}, guests=("bo@example.org",), metadata={"source": "site"}))
    assert (made.start, made.status) == (NINE, "accepted")
    assert server.asked[0].json == {
        "start": "2030-01-07T09:00:00.000Z",
        "eventTypeId": 5,
        "attendee": {"name": "Ada", "email": "ada@example.org", "timeZone": "Asia/Kolkata", "language": "en"},
        "metadata": {"source": "site", "frontdesk_attempt": "try-1"},
        "bookingFieldsResponses": {"company": "Acme"},
        "guests": ["bo@example.org"],
    }


@pytest.mark.parametrize("fault", [silence, drip, reset, hang_up, CRASH, GATEWAY, answer(201, "<html>"), answer(201, {"data": {"uid": 1}}), answer(302, "")])
def test_a_booking_whose_answer_got_lost_is_found_again(client: Client, server: Server, row: Row, fault: Behaviour) -> None:
    noise = [row(metadata={"frontdesk_attempt": "another"}), row(metadata={"frontdesk_attempt": "try-1"}, status="cancelled"), row()]
    server.will(fault, good(noise), good([*noise, row(uid="ours", metadata={"frontdesk_attempt": "try-1"})]))
    (made,) = client.bookings.create(wanted())
    assert made.uid == "ours"
    assert server.targets == ["POST /v2/bookings", "GET /v2/bookings", "GET /v2/bookings"]
    for part in ("attendeeEmail=ada%40example.org", "eventTypeId=5", "afterStart=2030-01-07T09%3A00%3A00.000Z"):
        assert part in server.asked[1].target


@pytest.mark.parametrize("fault", [CRASH, answer(503, "<html>")])
def test_a_booking_that_cal_com_failed_to_make_was_not_made(client: Client, server: Server, fault: Behaviour) -> None:
    server.will(fault, good([]))
    with pytest.raises(Away, match="nothing was changed there"):
        client.bookings.create(wanted())
    assert server.targets.count("POST /v2/bookings") == 1


@pytest.mark.parametrize("fault", [silence, reset, GATEWAY, answer(524, "")])
def test_a_booking_that_may_still_be_made_is_unsure(client: Client, server: Server, fault: Behaviour) -> None:
    server.will(fault, good([]))
    with pytest.raises(Unsure, match="whether it did is not known yet"):
        client.bookings.create(wanted())
    assert server.targets == ["POST /v2/bookings"] + 3 * ["GET /v2/bookings"]


def test_a_booking_nobody_can_look_for_is_unsure(client: Client, server: Server) -> None:
    server.will(hang_up, CRASH)
    with pytest.raises(Unsure):
        client.bookings.create(wanted())


def test_a_time_that_we_have_taken_ourselves_is_no_refusal(client: Client, server: Server, row: Row) -> None:
    server.will(TAKEN, good([row(uid="ours", metadata={"frontdesk_attempt": "try-1"})]))
    assert client.bookings.create(wanted())[0].uid == "ours"


@pytest.mark.parametrize("looked", [good([]), CRASH])
def test_a_time_that_somebody_else_has_taken_is_one(client: Client, server: Server, looked: Behaviour) -> None:
    server.will(TAKEN, looked)
    with pytest.raises(Refused) as caught:
        client.bookings.create(wanted())
    assert caught.value.reason is Reason.TAKEN


def test_a_seat_is_found_by_the_metadata_of_its_holder(client: Client, server: Server, row: Row) -> None:
    seat = {"name": "Ada", "email": "ada@example.org", "timeZone": "UTC", "absent": False, "seatUid": "s1", "metadata": {"frontdesk_attempt": "try-1"}}
    server.will(hang_up, good([row(uid="class", attendees=[seat])]))
    (made,) = client.bookings.create(wanted())
    assert (made.uid, made.seated, made.attendees[0].seat_uid) == ("class", True, "s1")


def test_a_write_that_never_left_did_nothing(client: Client, server: Server) -> None:
    server.close()
    with pytest.raises(Away, match="could not be asked to make a booking: it does not answer"):
        client.bookings.create(wanted())


def test_a_write_is_not_repeated_while_the_key_is_blocked(client: Client, server: Server) -> None:
    server.will(answer(429, {}))
    with pytest.raises(Wait):
        client.bookings.create(wanted())
    assert len(server.asked) == 1


# What is done with a booking --------------------------------------------------------------------------------------------


def cancelled(row: Row) -> Behaviour:
    return good(row(status="cancelled"))


@pytest.mark.parametrize("fault", [silence, reset, CRASH, GATEWAY])
def test_each_act_whose_answer_got_lost_is_looked_up(client: Client, server: Server, row: Row, fault: Behaviour) -> None:
    acts: list[tuple[Callable[[], Any], list[Behaviour]]] = [
        (lambda: client.bookings.cancel("u", reason="Ill"), [good(row(status="cancelled"))]),
        (lambda: client.bookings.cancel("u", reason="Ill", seat_uid="s1"), [good(row(attendees=[{"email": "x@example.org", "seatUid": "s2"}]))]),
        (lambda: client.bookings.confirm("u"), [good(row(status="accepted"))]),
        (lambda: client.bookings.decline("u", reason="No"), [good(row(status="rejected"))]),
        (lambda: client.bookings.mark_absent("u", host=True), [good(row(absentHost=True))]),
        (
            lambda: client.bookings.reschedule("u", start=TEN),
            [good(row(status="cancelled", rescheduledToUid="v")), good(row(uid="v", start="2030-01-07T10:00:00Z"))],
        ),
        (lambda: client.bookings.reschedule("u", start=TEN, seat_uid="s1"), [good(row(start="2030-01-07T10:00:00Z"))]),
    ]
    for act, seen in acts:
        server.asked.clear()
        server.will(fault, *seen)
        assert act()
        assert [target.split()[0] for target in server.targets] == ["POST"] + ["GET"] * len(seen)


def test_an_act_that_reading_does_not_show_did_not_happen(client: Client, server: Server, row: Row) -> None:
    server.will(CRASH, good(row(status="pending")))
    with pytest.raises(Away, match="nothing was changed"):
        client.bookings.confirm("u")
    server.will(hang_up, good(row(status="accepted")))
    with pytest.raises(Unsure):
        client.bookings.cancel("u", reason="Ill")
    server.will(hang_up, good(row()))
    with pytest.raises(Unsure):
        client.bookings.reschedule("u", start=TEN)
    server.will(hang_up, answer(404, {"error": {"message": "gone"}}))
    with pytest.raises(Unsure):
        client.bookings.decline("u")


def test_a_move_is_only_the_move_that_was_asked_for(client: Client, server: Server, row: Row) -> None:
    server.will(hang_up, good(row(status="cancelled", rescheduledToUid="v")), good(row(uid="v", start="2030-01-08T10:00:00Z")))
    with pytest.raises(Unsure):
        client.bookings.reschedule("u", start=TEN)


def test_what_is_sent_with_an_act(client: Client, server: Server, row: Row) -> None:
    server.will(good(row()))
    client.bookings.cancel("u", reason="", following=True)
    client.bookings.cancel("u", reason="Ill", seat_uid="s1")
    client.bookings.reschedule("u", start=TEN, by="hal@example.com", reason="Later")
    client.bookings.reschedule("u", start=TEN, seat_uid="s1", reason="Later")
    client.bookings.mark_absent("u", host=False, attendees=[("ada@example.org", True)])
    client.bookings.confirm("u")
    assert [json.loads(asked.body or b"null") for asked in server.asked] == [
        {"cancellationReason": "Cancelled", "cancelSubsequentBookings": True},
        {"cancellationReason": "Ill", "seatUid": "s1"},
        {"start": "2030-01-07T10:00:00.000Z", "rescheduledBy": "hal@example.com", "reschedulingReason": "Later"},
        {"start": "2030-01-07T10:00:00.000Z", "seatUid": "s1"},
        {"host": False, "attendees": [{"email": "ada@example.org", "absent": True}]},
        None,
    ]


# Other writes -----------------------------------------------------------------------------------------------------------


def test_a_held_time_is_given_back_even_if_it_is_gone(client: Client, server: Server) -> None:
    server.will(answer(201, {"data": {"reservationUid": "h1", "reservationUntil": "2030-01-07T08:05:00Z"}}))
    hold = client.slots.hold(event_type_id=5, start=NINE, duration=30)
    assert (hold.uid, hold.until) == ("h1", datetime(2030, 1, 7, 8, 5, tzinfo=UTC))
    server.will(answer(404, {"error": {"message": "Not found"}}))
    client.slots.let_go("h1")
    assert server.targets == ["POST /v2/slots/reservations", "DELETE /v2/slots/reservations/h1"]


def test_a_hold_whose_answer_got_lost_runs_out_by_itself(client: Client, server: Server) -> None:
    server.will(hang_up)
    with pytest.raises(Away):
        client.slots.hold(event_type_id=5, start=NINE)
    with pytest.raises(Away):
        client.slots.let_go("h1")
    server.will(answer(422, {"error": {"message": "Slot already reserved"}}))
    with pytest.raises(Refused) as caught:
        client.slots.hold(event_type_id=5, start=NINE)
    assert caught.value.reason is Reason.TAKEN


def test_a_webhook_and_an_event_type_whose_answers_got_lost_are_found_by_their_natural_keys(client: Client, server: Server) -> None:
    hook = {"id": 3, "subscriberUrl": "https://site.example/w", "triggers": ["BOOKING_CREATED"], "active": True, "secret": None}
    server.will(hang_up, good([hook]))
    assert client.webhooks.create(url="https://site.example/w", triggers=["BOOKING_CREATED"], secret="s" * 8).id == "3"
    kind = {"id": 9, "slug": "intro", "title": "Intro", "lengthInMinutes": 30}
    server.will(hang_up, good([kind]))
    assert client.event_types.create({"slug": "intro", "title": "Intro", "lengthInMinutes": 30}).id == 9
    server.will(hang_up, good([]))
    with pytest.raises(Unsure):
        client.webhooks.create(url="https://site.example/w", triggers=[], secret="")
    with pytest.raises(Unsure):
        client.event_types.create({"slug": "intro"}, team_id=3)


def test_changes_are_sent_twice_and_removals_are_content_with_gone(client: Client, server: Server) -> None:
    schedule = {"id": 2, "name": "Work", "timeZone": "Europe/Rome"}
    server.will(hang_up, good(schedule))
    assert client.schedules.update(2, name="Work").name == "Work"
    server.will(hang_up, answer(404, {"error": {"message": "gone"}}))
    client.schedules.delete(2)
    server.will(answer(404, {"error": {"message": "gone"}}))
    with pytest.raises(NotFound):
        client.webhooks.delete("3")
    server.will(hang_up)
    for act in (
        lambda: client.schedules.update(2, name="Work"),
        lambda: client.event_types.delete(9),
        lambda: client.schedules.create(name="Work", time_zone="UTC"),
    ):
        with pytest.raises(Unsure):
            act()


def test_a_property_that_cal_com_would_drop_without_a_word_is_refused_here(client: Client, server: Server) -> None:
    with pytest.raises(Refused, match="cannot write price of an event type") as caught:
        client.event_types.update(9, {"title": "Intro", "price": 900})
    assert caught.value.fields == {"price": "cannot be written by the API"}
    assert not server.asked


def test_lists_that_take_no_notice_of_skip_end(client: Client, server: Server) -> None:
    member = {"id": 1, "userId": 1, "role": "MEMBER", "accepted": False, "user": {"email": "a@example.com"}}
    rows = [member | {"id": number, "userId": number} for number in range(250)]
    server.will(good(rows))
    assert len(client.people.memberships(3)) == 250
    assert len(server.asked) == 2


# What is written down ---------------------------------------------------------------------------------------------------


def test_neither_the_key_nor_uids_nor_people_reach_the_log(
    client: Client, server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("handlers", "level"):  # as they were, afterwards
        monkeypatch.setattr(logging.getLogger(), name, getattr(logging.getLogger(), name))
    uid = "bgDC7wT6JHcJ1qmrcLrZuz"
    leaky = answer(500, {"error": {"message": f"no {uid} of ada@example.org with {KEY}"}}, Odd_Header="x\r\nno header at all")
    log.configure(readable=False, level="DEBUG")
    server.will(leaky)
    for act in (
        lambda: client.bookings.get(uid),
        lambda: client.bookings.cancel(uid, reason="Ill"),
        lambda: client.bookings.create(wanted()),
        lambda: list(client.bookings.all(attendee_email="ada@example.org")),
    ):
        with pytest.raises((Away, Unsure)) as caught:
            act()
        for secret in (uid, "ada@example.org", KEY, KEY[-16:]):
            assert secret not in str(caught.value)
    written = capsys.readouterr()
    assert "repeated" in written.err
    for secret in (uid, "ada", KEY, KEY[-16:], "Bearer"):
        assert secret not in written.err + written.out
