"""Any history with gaps, and a comparison at its end: our record is the simulated Cal.com's, and what the reference model makes of all deliveries."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.bookings import queries
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db, transaction
from app.sandbox.errors import Refused
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sync.comparisons import Comparisons
from tests.bookings import reference_model
from tests.conftest import SECRET, in_worker
from tests.factories.near_calcom import NearCalcom
from tests.factories.orders import person
from tests.sync.lives import at_calcom, here

ACTS = st.tuples(
    st.sampled_from(["book", "ask", "pay for", "join", "move", "move", "cancel", "confirm", "reject", "pay", "leave"]), st.integers(0, 30), st.booleans()
)
KINDS = {"book": "intro", "ask": "consultation", "pay for": "paid-session", "join": "group-class"}


@pytest.fixture
def one_app(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Flask]:
    """One site for all examples; each begins with empty tables."""
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        yield app


def act(near: NearCalcom, what: str, number: int) -> None:
    """Does it to one of the bookings; what is not allowed does not happen."""
    engine, made = near.engine, near.engine.bookings()
    at = clock.now() + timedelta(days=30, hours=2 * len(near.told))
    one = made[number % len(made)] if made else None
    try:
        if what in KINDS:
            running = next((row for row in made if row.event_type.slug == "group-class" and row.holds_time), None) if what == "join" and number % 2 else None
            guest = person(f"Guest {number}", f"guest{len(near.told)}@example.org")
            engine.create(NewBooking(slug=KINDS[what], start=running.start if running else at, booker=guest))
        elif one is None:
            return
        elif what == "leave":
            engine.cancel(Cancel(uid=one.uid, seat_id=one.seats[0].id if one.seats else ""))
        elif what == "move":
            engine.move(Move(uid=one.uid, start=at, by_host=number % 2 == 0, seat_id=one.seats[-1].id if one.seats and number % 3 else None))
        elif what == "cancel":
            engine.cancel(Cancel(uid=one.uid))
        else:
            getattr(engine, what)(one.uid)
    except Refused:
        return


def told_to_model(bodies: list[bytes]) -> set[tuple[Any, ...]]:
    """The deliveries of unseated bookings in the model's form."""
    found = set()
    for body in bodies:
        envelope = json.loads(body)
        payload, trigger = envelope["payload"], envelope["triggerEvent"]
        if trigger in reference_model.SAYS and payload.get("seatsPerTimeSlot") is None:
            ical = (payload.get("iCalUID") or "").removesuffix("@Cal.com")
            found.add((envelope["createdAt"], trigger, payload["uid"], payload.get("rescheduleUid") or "", "", ical))
    return found


@given(history=st.lists(ACTS, min_size=1, max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_with_gaps_and_a_comparison_ends_as_at_cal_com(one_app: Flask, moment: Any, history: list[Any]) -> None:
    with transaction() as session:
        for table in reversed(db.metadata.sorted_tables):
            session.execute(table.delete())
    moment("2027-02-01T09:00:00Z")
    near, works, browser = NearCalcom(), one_app.extensions["works"], one_app.test_client()
    comparisons = Comparisons(lambda: near.client, policy=lambda: works.policy, minutes=10, between=lambda should_stop: should_stop())
    in_worker(one_app, lambda: comparisons.compare(cause="command"))
    for what, number, arrives in history:
        before = len(near.told)
        act(near, what, number)
        moment.forward(seconds=30)
        for body in near.told[before:] if arrives else ():
            assert browser.post("/webhooks/calcom", data=body, headers={SIGNATURE_HEADER: sign(SECRET, body)}).status_code == 200
    in_worker(one_app, works.process_inbox)
    in_worker(one_app, lambda: comparisons.compare(cause="command"))
    in_worker(one_app, lambda: comparisons.compare(cause="command"))
    wanted = at_calcom(near.engine)
    assert here(wanted) == wanted
    model = reference_model.bookings(told_to_model(near.told))
    ours = {row.uids[-1]: row.status for row in queries.everything() if not row.addresses[-1].seat}
    assert ours == {uids[-1]: status for (uids, _), status in model.items()}
