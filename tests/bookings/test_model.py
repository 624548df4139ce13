"""The real thing, over HTTP and through the database, against the reference model."""

import itertools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.bookings import queries
from app.bookings.fold import fold
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db, transaction
from app.outbox import queries as outbox
from app.sync.translate import facts_of
from tests.bookings import reference_model

SECRET = "a-secret-for-the-tests"
BEGIN = datetime(2026, 11, 20, 9, tzinfo=UTC)
Delivery = tuple[int, str, str, str, str, str]


def body(delivery: Delivery) -> dict[str, Any]:
    """The delivery as Cal.com would word it."""
    at, trigger, uid, old, seat, ical = delivery
    start = BEGIN + timedelta(days=60 + sum(uid.encode()) % 200)
    email = seat or "ada@example.org"
    payload = {
        "uid": uid, "title": "Intro", "type": "intro", "startTime": start.isoformat(), "endTime": (start + timedelta(hours=1)).isoformat(),
        "organizer": {"name": "Host", "email": "host@example.com"}, "attendees": [{"name": "Ada", "email": email}],
        "responses": {"email": {"label": "email", "value": email}}, "seatsPerTimeSlot": 5 if seat else None,
        "attendeeSeatId": f"{uid}-{seat}" if seat and trigger != "BOOKING_CANCELLED" else None, "iCalUID": f"{ical}@Cal.com" if ical else None,
    }  # fmt: skip
    if old:
        payload["rescheduleUid"] = old
    return {"triggerEvent": trigger, "createdAt": (BEGIN + timedelta(seconds=at)).isoformat(), "payload": payload}


def real(app: Flask, deliveries: list[Delivery]) -> dict[Any, str]:
    """What the site makes of the deliveries, posted one after the other to the receiver."""
    with transaction() as session:
        for table in reversed(db.metadata.sorted_tables):
            session.execute(table.delete())
    client = app.test_client()
    for delivery in deliveries:
        raw = json.dumps(body(delivery)).encode()
        assert client.post("/webhooks/calcom", data=raw, headers={SIGNATURE_HEADER: sign(SECRET, raw)}).status_code == 200
    while app.extensions["works"].process_inbox():
        pass
    db.session.rollback()
    return {(tuple(row.uids), row.addresses[0].seat): row.status for row in queries.everything()}


def pure(deliveries: list[Delivery]) -> dict[Any, str]:
    """What the fold alone makes of them."""
    folded = fold([fact for delivery in deliveries for fact in facts_of(body(delivery))])
    return {(tuple(address.uid for address in found.addresses), found.addresses[0].seat): str(found.status) for found in folded}


A, B, C, D = "aaaaaaaa1", "bbbbbbbb2", "cccccccc3", "dddddddd4"
LIVES: dict[str, list[Delivery]] = {
    "moved twice and cancelled": [
        (1, "BOOKING_REQUESTED", A, "", "", A), (2, "BOOKING_CREATED", A, "", "", ""), (3, "BOOKING_RESCHEDULED", B, A, "", ""),
        (4, "BOOKING_RESCHEDULED", C, B, "", ""), (5, "BOOKING_CANCELLED", C, "", "", A), (6, "BOOKING_CANCELLED", A, "", "", A),
    ],
    "a fork": [
        (1, "BOOKING_CREATED", A, "", "", A), (2, "BOOKING_RESCHEDULED", B, A, "", ""), (3, "BOOKING_RESCHEDULED", C, A, "", ""),
        (4, "BOOKING_CANCELLED", B, "", "", A), (5, "BOOKING_RESCHEDULED", D, C, "", ""), (6, "BOOKING_CANCELLED", A, "", "", A),
    ],
    "an old request confirmed after its move": [
        (1, "BOOKING_REQUESTED", A, "", "", A), (2, "BOOKING_REQUESTED", B, A, "", ""), (3, "BOOKING_REQUESTED", C, B, "", ""),
        (4, "BOOKING_CREATED", C, "", "", ""), (5, "BOOKING_CREATED", B, "", "", ""), (6, "BOOKING_CANCELLED", C, "", "", A),
    ],
    "a lost move": [
        (1, "BOOKING_CREATED", A, "", "", A), (2, "BOOKING_RESCHEDULED", B, A, "", ""), (5, "BOOKING_CANCELLED", D, "", "", A),
        (6, "BOOKING_CREATED", D, "", "", ""), (7, "BOOKING_REJECTED", D, "", "", ""), (8, "BOOKING_CANCELLED", B, "", "", A),
    ],
    "paid": [
        (1, "BOOKING_PAYMENT_INITIATED", A, "", "", A), (2, "BOOKING_CREATED", A, "", "", ""), (3, "BOOKING_REQUESTED", B, A, "", ""),
        (4, "BOOKING_CREATED", B, "", "", ""), (5, "BOOKING_CANCELLED", B, "", "", A), (6, "BOOKING_CREATED", B, "", "", ""),
    ],
    "a class": [
        (1, "BOOKING_CREATED", A, "", "one@example.org", ""), (2, "BOOKING_CREATED", A, "", "two@example.org", ""),
        (3, "BOOKING_CANCELLED", A, "", "one@example.org", C), (4, "BOOKING_RESCHEDULED", B, A, "two@example.org", ""),
        (5, "BOOKING_CREATED", A, "", "one@example.org", ""), (6, "BOOKING_CANCELLED", B, "", "two@example.org", ""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("life", LIVES)
def test_every_order_of_a_six_event_life_folds_as_the_model_says(life: str) -> None:
    expected = reference_model.bookings(LIVES[life])
    for order in itertools.permutations(LIVES[life]):
        assert pure([*order, order[2]]) == expected


@pytest.mark.parametrize("life", LIVES)
def test_a_life_in_any_order_over_http_ends_as_the_model_says(life: str, app: Flask) -> None:
    expected = reference_model.bookings(LIVES[life])
    orders = list(itertools.permutations(LIVES[life]))
    for order in random.Random(life).sample(orders, 3):
        assert real(app, [*order, *order[:2]]) == expected


@pytest.mark.soak
@pytest.mark.parametrize("life", LIVES)
def test_every_order_of_a_life_over_http_ends_as_the_model_says(life: str, app: Flask) -> None:
    expected = reference_model.bookings(LIVES[life])
    for order in itertools.permutations(LIVES[life]):
        assert real(app, [*order, order[3]]) == expected


UIDS = st.sampled_from([A, B, C, D])
TIMES, NONE = st.integers(0, 40), st.just("")
PEOPLE = st.sampled_from(["one@example.org", "two@example.org"])
STATES = st.sampled_from(["BOOKING_PAYMENT_INITIATED", "BOOKING_REQUESTED", "BOOKING_CREATED", "BOOKING_REJECTED", "BOOKING_CANCELLED"])
STATED = st.tuples(TIMES, STATES, UIDS, NONE, NONE, NONE)
ENDED = st.tuples(TIMES, st.just("BOOKING_CANCELLED"), UIDS, NONE, NONE, UIDS)
MOVED = st.tuples(TIMES, st.sampled_from(["BOOKING_RESCHEDULED", "BOOKING_REQUESTED"]), UIDS, UIDS, NONE, NONE)
SEATED = st.tuples(TIMES, st.sampled_from(["BOOKING_CREATED", "BOOKING_CANCELLED"]), UIDS, NONE, PEOPLE, NONE)
# A uid is always new: moves lead from an earlier to a later one, and the first of a chain is an earlier one.
EVENTS = STATED | SEATED | ENDED.filter(lambda one: one[5] <= one[2]) | MOVED.filter(lambda one: one[3] < one[2])
HISTORIES = st.lists(EVENTS, min_size=1, max_size=10, unique_by=lambda one: one[0])


TWO_WAYS_TO_ONE = [
    (0, "BOOKING_CANCELLED", C, "", "", A), (1, "BOOKING_RESCHEDULED", D, C, "", ""),
    (2, "BOOKING_RESCHEDULED", B, A, "", ""), (3, "BOOKING_RESCHEDULED", D, A, "", ""),
]  # fmt: skip


@given(HISTORIES)
@example(TWO_WAYS_TO_ONE)
@settings(max_examples=150, deadline=None)
def test_any_history_folds_as_the_model_says(history: list[Delivery]) -> None:
    assert pure(history) == reference_model.bookings(history)


@pytest.fixture
def one_app(make_app: Callable[..., Flask], sqlite_url: str) -> Any:
    """One site for all examples; each begins with empty tables."""
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        yield app


@given(history=HISTORIES, order=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_over_http_in_any_order_with_repeats_ends_as_the_model_says(one_app: Flask, history: list[Delivery], order: Any) -> None:
    shuffled = [*history, *history[:3]]
    order.shuffle(shuffled)
    assert real(one_app, shuffled) == reference_model.bookings(history)


@given(history=HISTORIES, order=st.randoms(use_true_random=False))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_leaves_the_same_mails_due(one_app: Flask, history: list[Delivery], order: Any) -> None:
    def due(deliveries: list[Delivery]) -> set[tuple[str, str]]:
        real(one_app, deliveries)
        return {(row.key, row.kind) for row in outbox.everything() if row.state == "planned"}

    expected = due(history)
    shuffled = list(history)
    order.shuffle(shuffled)
    assert due(shuffled) == expected
