"""The fold alone: facts made by hand, no database."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bookings.facts import Fact, Kind
from app.bookings.fold import Folded, fold
from app.bookings.models import Payment, Status

BEGIN = datetime(2026, 12, 1, 9, tzinfo=UTC)


def said(uid: str, kind: Kind, minute: int, *, to: str = "", seat: str = "", **values: Any) -> Fact:
    """A fact so many minutes after the beginning; `to` is its link."""
    start = BEGIN + timedelta(days=7, hours=len(uid))
    content = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat(), "attendees": []} | values
    return Fact(uid, seat, kind, BEGIN + timedelta(minutes=minute), to, {} if kind is Kind.MOVED else content)


def move(old: str, new: str, minute: int, kind: Kind = Kind.CONFIRMED, seat: str = "") -> list[Fact]:
    """What a reschedule says: the old uid moved, the new one is there."""
    return [said(old, Kind.MOVED, minute, to=new, seat=seat), said(new, kind, minute, seat=seat, moved_in=kind is Kind.CONFIRMED)]


def shape(bookings: list[Folded]) -> list[tuple[list[str], Status]]:
    return [([address.uid for address in booking.addresses], booking.status) for booking in bookings]


def test_a_chain_of_moves_is_one_booking() -> None:
    facts = [said("a", Kind.CONFIRMED, 0), *move("a", "b", 1), *move("b", "c", 2)]
    assert shape(fold(facts)) == [(["a", "b", "c"], Status.CONFIRMED)]
    assert fold(facts)[0].moved == 2


def test_every_order_and_every_repeat_gives_the_same_bookings() -> None:
    facts = [said("a", Kind.REQUESTED, 0), said("a", Kind.CONFIRMED, 1), *move("a", "b", 2), said("b", Kind.CANCELLED, 3)]
    expected = fold(facts)
    for order in itertools.permutations(facts):
        assert fold([*order, order[0]]) == expected


def test_a_cancel_through_the_old_link_leaves_the_successor_alive() -> None:
    facts = [said("a", Kind.CONFIRMED, 0), *move("a", "b", 1), said("a", Kind.CANCELLED, 2)]
    assert shape(fold(facts)) == [(["a", "b"], Status.CONFIRMED)]


def test_two_moves_through_one_old_link_leave_two_bookings() -> None:
    facts = [said("a", Kind.CONFIRMED, 0), *move("a", "b", 1), *move("a", "c", 2)]
    first, second = fold(facts)
    assert shape([first, second]) == [(["a", "b"], Status.CONFIRMED), (["c"], Status.CONFIRMED)]
    assert second.split_from == first.addresses[0]


def test_an_old_request_confirmed_after_its_move_lives_beside_its_successor() -> None:
    facts = [said("a", Kind.REQUESTED, 0), *move("a", "b", 1, Kind.REQUESTED), said("a", Kind.CONFIRMED, 2)]
    assert shape(fold(facts)) == [(["a"], Status.CONFIRMED), (["b"], Status.PENDING)]


def test_nothing_is_final_a_cancelled_request_can_still_be_confirmed() -> None:
    facts = [said("a", Kind.REQUESTED, 0), said("a", Kind.CANCELLED, 1), said("a", Kind.CONFIRMED, 2)]
    assert shape(fold(facts)) == [(["a"], Status.CONFIRMED)]


def test_a_lost_move_is_found_by_the_calendar_uid_of_the_cancellation() -> None:
    facts = [said("a", Kind.CONFIRMED, 0), *move("a", "b", 1), said("d", Kind.CANCELLED, 5, to="a")]
    (booking,) = fold(facts)
    assert shape([booking]) == [(["a", "b", "d"], Status.CANCELLED)]
    assert booking.ical_uid == "a@Cal.com"


def test_at_equal_time_the_higher_rank_wins() -> None:
    assert shape(fold([said("a", Kind.CANCELLED, 0), said("a", Kind.CONFIRMED, 0)])) == [(["a"], Status.CANCELLED)]


def test_seats_of_one_class_are_bookings_of_their_own() -> None:
    facts = [
        said("k", Kind.CONFIRMED, 0, seat="one@example.org"),
        said("k", Kind.CONFIRMED, 1, seat="two@example.org"),
        said("k", Kind.CANCELLED, 2, seat="one@example.org"),
        *move("k", "l", 3, seat="two@example.org"),
    ]
    assert shape(fold(facts)) == [(["k"], Status.CANCELLED), (["k", "l"], Status.CONFIRMED)]


def test_a_class_moved_by_its_host_keeps_its_uid_and_counts_as_moved() -> None:
    later = (BEGIN + timedelta(days=9)).isoformat()
    facts = [said("k", Kind.CONFIRMED, 0, seat="one@example.org"), said("k", Kind.CONFIRMED, 1, seat="one@example.org", start=later)]
    (booking,) = fold(facts)
    assert (booking.moved, booking.values["start"]) == (1, later)


def test_a_payment_that_was_asked_for_waits_until_it_is_confirmed() -> None:
    due = [said("a", Kind.PAYMENT_DUE, 0)]
    assert (fold(due)[0].status, fold(due)[0].payment) == (Status.AWAITING_PAYMENT, Payment.DUE)
    paid = [*due, said("a", Kind.CONFIRMED, 1)]
    assert (fold(paid)[0].status, fold(paid)[0].payment) == (Status.CONFIRMED, Payment.PAID)


def test_metadata_is_kept_from_first_sight() -> None:
    first = said("a", Kind.REQUESTED, 0, metadata={"order": "1"})
    later = said("a", Kind.CONFIRMED, 1, metadata={"order": "2", "call": "x"})
    assert fold([later, first])[0].metadata == {"order": "1", "call": "x"}


def test_a_move_resets_the_place_but_keeps_the_answers() -> None:
    first = said("a", Kind.CONFIRMED, 0, location="Room 1", answers={"topic": {"value": "tax"}})
    old, new = move("a", "b", 1)
    booking = fold([first, old, new])[0]
    assert booking.values.get("location", "") == ""
    assert booking.answers == {"topic": {"value": "tax"}}


def test_links_in_a_circle_end() -> None:
    facts = [*move("a", "b", 1), *move("b", "a", 2)]
    assert sum(len(booking.addresses) for booking in fold(facts)) == 2


def test_a_uid_that_is_only_named_shows_nothing() -> None:
    assert fold([said("a", Kind.MOVED, 0, to="b")]) == []


KINDS = st.sampled_from([Kind.REQUESTED, Kind.CONFIRMED, Kind.CANCELLED, Kind.REJECTED])
UIDS = st.sampled_from(["a", "b", "c", "d"])
STATES = st.builds(said, UIDS, KINDS, st.integers(0, 30))
MOVES = st.builds(lambda old, new, minute: said(old, Kind.MOVED, minute, to=new), UIDS, UIDS, st.integers(0, 30))


@given(st.lists(STATES | MOVES.filter(lambda fact: fact.uid != fact.linked_uid), min_size=1, max_size=12), st.randoms())
def test_any_facts_in_any_order_give_the_same_bookings_and_each_address_once(facts: list[Fact], random: Any) -> None:
    expected = fold(facts)
    shuffled = [*facts, *facts[:3]]
    random.shuffle(shuffled)
    assert fold(shuffled) == expected
    addresses = [address for booking in expected for address in booking.addresses]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize(("kinds", "first"), [([Kind.CONFIRMED], True), ([Kind.REQUESTED, Kind.CONFIRMED], True)])
def test_the_first_confirmation_is_news(kinds: list[Kind], *, first: bool) -> None:
    milestones = fold([said("a", kind, minute) for minute, kind in enumerate(kinds)])[0].milestones
    assert milestones[-1].first is first


def test_a_confirmation_after_a_move_is_not_news_but_a_change() -> None:
    facts = [said("a", Kind.CONFIRMED, 0), *move("a", "b", 1, Kind.REQUESTED), said("b", Kind.CONFIRMED, 2)]
    assert [milestone.first for milestone in fold(facts)[0].milestones] == [True, False, False]
