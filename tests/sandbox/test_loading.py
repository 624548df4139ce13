import random
from collections import Counter

import pytest

from app.sandbox import loading
from app.sandbox.state import Status


def test_loaded_rows_are_of_every_kind_and_nobody_is_told(life):
    assert loading.load(life.engine, 2000) == 2000
    rows = life.engine.bookings()
    assert {one.status for one in rows} == set(Status)
    assert {len(one.seats) for one in rows} == {0, 1, 2, 3, 4}
    assert sum(one.moved for one in rows) == sum(one.from_uid is not None for one in rows) > 100
    assert len({one.uid for one in rows}) == len({one.id for one in rows}) == 2000
    assert any(one.start > life.engine.now() for one in rows)
    assert any(one.end < life.engine.now() for one in rows)
    assert max(Counter(one.updated_at for one in rows).values()) > 1
    assert all(one.created_at <= one.updated_at <= life.engine.now() for one in rows)
    assert life.told == []


def test_the_same_seed_makes_the_same_rows(life):
    loading.load(life.engine, 50, seed=5)
    first = [one.uid for one in life.engine.bookings()]
    life.engine.reset()
    loading.load(life.engine, 50, seed=5)
    assert [one.uid for one in life.engine.bookings()] == first


def test_lives_are_told_step_by_step(life):
    rows = loading.live(life.engine, 200, seed=3)
    assert rows == len(life.engine.bookings()) > 200
    triggers = Counter(life.triggers())
    assert set(triggers) == {"CREATED", "REQUESTED", "RESCHEDULED", "CANCELLED", "REJECTED", "PAYMENT_INITIATED", "PAID"}
    more = loading.live(life.engine, 20, seed=4)
    assert len(life.engine.bookings()) == rows + more


def test_a_change_that_nobody_is_told_of_moves_the_row_to_the_end(life):
    loading.load(life.engine, 100)
    changed = loading.change(life.engine, 3, dice=random.Random(1))
    latest = sorted(life.engine.bookings(), key=lambda one: one.updated_at)[-3:]
    assert {one.uid for one in latest} == set(changed)
    assert life.told == []


@pytest.mark.parametrize("order", ["start", "end", "created", "updated"])
def test_every_order_stays_right_through_any_change(life, order):
    loading.live(life.engine, 150, seed=8)
    loading.load(life.engine, 150, seed=9)
    loading.change(life.engine, 40, dice=random.Random(2))
    store, catalogue = life.engine.store, life.engine.catalogue
    moment = {"start": lambda b: b.start, "end": lambda b: b.end, "created": lambda b: b.created_at, "updated": lambda b: b.updated_at}[order]
    assert store.shelf(catalogue.first_host()).orders[order] == sorted((moment(one), one.id) for one in store)
    assert store.shelf(catalogue.hosts[1]).orders[order] == []


def test_the_control_api_loads_and_says_how_many(client):
    assert client.post("/control/api/bulk", json={"number": 30}).json["rows"] == 30
    assert client.post("/control/api/bulk", json={"number": 5, "told": True}).json["rows"] >= 5
    assert len(client.get("/control/api/bookings?take=7&skip=3").json["bookings"]) == 7
    assert len(client.post("/control/api/bulk/change", json={"number": 2}).json["uids"]) == 2
    for wrong in (0, -1, 10**9, "x"):
        assert client.post("/control/api/bulk", json={"number": wrong}).status_code == 400
