"""One pace for one key: what headers teach, how people overtake, and that processes agree."""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.calcom.errors import Wait
from app.calcom.pace import INTERVAL, LONGEST, SharedPace, State, heard, name_of, turn
from app.calcom.pace_store import Memory, Row, Shelf, store_of
from app.db import db

NOW = 1_900_000_000.0
KEY = "cal_live_0123456789abcdef"


def told(limit: int, remaining: int, reset: float, *, name: str = "-Default") -> dict[str, str]:
    return {f"X-RateLimit-Limit{name}": str(limit), f"X-RateLimit-Remaining{name}": str(remaining), f"X-RateLimit-Reset{name}": str(reset)}


def learn(state: State, headers: dict[str, str], *, status: int = 200, now: float = NOW) -> State:
    return heard(state, now=now, status=status, headers=headers)


def asked_in(seconds: float, state: State, *, hurry: bool = False) -> int:
    """How many turns are given in so much time, when somebody always wants one and Cal.com says nothing new."""
    now, count = NOW, 0
    while now < NOW + seconds:
        state, wait = turn(state, now=now, hurry=hurry)
        if wait:
            now += wait + 1e-6
        else:
            count += 1
    return count


# What is decided ----------------------------------------------------------------------------------------------------------


def test_background_work_asks_twice_a_second_until_it_knows_better() -> None:
    assert asked_in(60, State()) == 120


def test_it_spreads_what_is_left_over_what_is_left_of_the_window() -> None:
    assert asked_in(60, learn(State(), told(800, 799, 60))) == pytest.approx(719, abs=3)
    assert asked_in(59.9, learn(State(), told(120, 119, 60))) == pytest.approx(107, abs=3)
    assert asked_in(29.9, learn(State(), told(120, 30, 30))) == pytest.approx(18, abs=2)


def test_the_reserve_is_left_to_people() -> None:
    nearly = learn(State(), told(120, 12, 30))
    assert turn(nearly, now=NOW, hurry=False)[1] == pytest.approx(30, abs=0.1)
    for _ in range(12):
        nearly, wait = turn(nearly, now=NOW, hurry=True)
        assert wait == 0
    assert turn(nearly, now=NOW, hurry=True)[1] == pytest.approx(30, abs=0.1), "nothing is left for anybody"
    assert turn(nearly, now=NOW + 31, hurry=True)[1] == 0, "the window is over"


def test_people_do_not_wait_for_the_background() -> None:
    state, _ = turn(State(), now=NOW, hurry=False)
    assert turn(state, now=NOW, hurry=False)[1] == pytest.approx(INTERVAL)
    assert turn(state, now=NOW, hurry=True)[1] == 0


def test_who_may_not_go_has_not_changed_anything() -> None:
    state, _ = turn(State(), now=NOW, hurry=False)
    assert turn(state, now=NOW + 0.1, hurry=False)[0] == state


@pytest.mark.parametrize("reset", [45, NOW + 45])
def test_a_reset_may_be_a_number_of_seconds_or_a_moment(reset: float) -> None:
    assert learn(State(), told(120, 60, reset)).window_until == pytest.approx(NOW + 45)


def test_of_several_limits_the_tightest_counts() -> None:
    both = told(800, 700, 60) | told(5, 1, 30, name="-Guests")
    assert learn(State(), both).limit == 5


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Limit": "120"},
        told(0, 0, 5),
        told(120, 5, 5) | {"X-RateLimit-Remaining-Default": "many"},
        told(120, 5, 5) | {"X-RateLimit-Reset-Default": "-1"},
    ],
)
def test_headers_that_say_nothing_teach_nothing(headers: dict[str, str]) -> None:
    assert learn(State(), headers) == State()


def test_an_older_answer_that_comes_later_does_not_give_back_what_is_used() -> None:
    state = learn(State(), told(120, 50, 60))
    assert learn(state, told(120, 55, 59.5), now=NOW + 0.2).remaining == 50
    assert learn(state, told(120, 119, 60), now=NOW + 61).remaining == 119


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, 60), (told(120, 0, 42), 42), ({"Retry-After": "7"}, 7), ({"Retry-After": "soon"}, 60), ({"retry-after": "1e9"}, LONGEST)],
)
def test_after_429_nobody_asks(headers: dict[str, str], seconds: float) -> None:
    state = learn(State(), headers, status=429)
    for hurry in (False, True):
        assert turn(state, now=NOW, hurry=hurry)[1] == pytest.approx(seconds)
        assert turn(state, now=NOW + seconds + 0.001, hurry=hurry)[1] == 0


def test_a_clock_that_went_wrong_does_not_stop_anything_for_ever() -> None:
    assert turn(State(next_at=NOW + 1e6, blocked_until=NOW + 1e6), now=NOW, hurry=False)[1] == 0


def test_the_name_of_a_pace_does_not_give_the_key_away() -> None:
    assert KEY not in name_of(KEY)
    assert name_of(KEY) != name_of(KEY + "x")


# Waiting ------------------------------------------------------------------------------------------------------------------


def never() -> bool:
    return False


def test_whoever_has_no_patience_is_told_how_long_it_would_take() -> None:
    pace = SharedPace(Memory(), KEY)
    assert pace.heard(429, {}) == pytest.approx(60, abs=0.1)
    with pytest.raises(Wait) as caught:
        pace.take_turn(hurry=True, patience=1.0, should_stop=never)
    assert caught.value.seconds == pytest.approx(60, abs=0.5)


def test_work_that_should_stop_stops_waiting() -> None:
    pace = SharedPace(Memory(), KEY, sleep=lambda _: None)
    pace.take_turn(hurry=False, patience=90, should_stop=never)
    with pytest.raises(Wait):
        pace.take_turn(hurry=False, patience=90, should_stop=lambda: True)


def test_a_person_overtakes_a_long_sync() -> None:
    store = Memory()
    sync, person = SharedPace(store, KEY), SharedPace(store, KEY)
    for _ in range(3):
        sync.take_turn(hurry=False, patience=90, should_stop=never)
    since = time.monotonic()
    for _ in range(5):
        person.take_turn(hurry=True, patience=1, should_stop=never)
    assert time.monotonic() - since < INTERVAL / 2


# Sharing ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def row_store(tmp_path: Path) -> Iterator[Row]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/pace.sqlite3")
    db.metadata.create_all(engine, [db.metadata.tables["calcom_pace"]])
    yield Row(lambda: engine)
    engine.dispose()


def test_a_row_keeps_what_was_learnt(row_store: Row) -> None:
    SharedPace(row_store, KEY).heard(200, told(800, 700, 60))
    assert row_store.change(name_of(KEY), lambda state: (state, state)).limit == 800
    assert row_store.change("another key", lambda state: (state, state)) == State()


def test_a_row_that_makes_no_sense_begins_anew(row_store: Row) -> None:
    row_store.change("k", lambda _: (State(limit=5), None))
    with row_store._engine().begin() as connection:
        connection.exec_driver_sql('UPDATE calcom_pace SET state = \'{"limit": [], "noise": 1}\'')
    assert row_store.change("k", lambda state: (state, state)) == State()


def test_redis_keeps_it_as_well(redis_server: str) -> None:
    shelf = store_of(redis_server, lambda: pytest.fail("the database is not needed"))
    assert isinstance(shelf, Shelf)
    SharedPace(shelf, KEY).heard(200, told(800, 700, 60))
    assert Shelf(redis_server).change(name_of(KEY), lambda state: (state, state)).limit == 800


def test_on_postgresql_as_well(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    SharedPace(store_of("", lambda: engine), KEY).heard(200, told(800, 700, 60))
    assert Row(lambda: engine).change(name_of(KEY), lambda state: (state, state)).limit == 800
    engine.dispose()


@pytest.mark.parametrize("away", [lambda tmp: Row(lambda: sa.create_engine(f"sqlite:///{tmp}/none/x.db")), lambda _: Shelf("redis://127.0.0.1:1/0")])
def test_a_process_that_cannot_share_keeps_its_own_pace(away: Callable[[Path], Any], tmp_path: Path) -> None:
    pace = SharedPace(away(tmp_path), KEY)
    pace.take_turn(hurry=False, patience=1, should_stop=never)
    assert pace.heard(429, {"Retry-After": "9"}) == pytest.approx(9)
    with pytest.raises(Wait):
        pace.take_turn(hurry=False, patience=1, should_stop=never)


def _ask(url: str, redis_url: str, go: Event, results: Any) -> None:
    engine = sa.create_engine(url)
    pace = SharedPace(store_of(redis_url, lambda: engine), KEY)
    go.wait(30)
    until, late = time.time() + 3.0, time.time() + 30.0  # on a busy machine one of them may come late
    turns: list[float] = []
    while (rest := (until if turns else late) - time.time()) > 0:
        try:
            pace.take_turn(hurry=False, patience=rest, should_stop=never)
        except Wait:
            continue
        turns.append(time.time())
        time.sleep(random.uniform(0, INTERVAL))  # the call
    results.put(turns)


@pytest.mark.parametrize("where", ["sqlite", "postgresql", "redis"])
def test_two_processes_share_one_pace(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgres_url") if where == "postgresql" else f"sqlite:///{tmp_path}/pace.sqlite3"
    redis_url = request.getfixturevalue("redis_server") if where == "redis" else ""
    engine = sa.create_engine(url)
    db.metadata.create_all(engine, [db.metadata.tables["calcom_pace"]])
    store_of(redis_url, lambda: engine).change(name_of(KEY), lambda _: (State(), None))
    engine.dispose()
    together = multiprocessing.get_context("fork")
    go, results = together.Event(), together.Queue()
    processes = [together.Process(target=_ask, args=(url, redis_url, go, results)) for _ in range(2)]
    for process in processes:
        process.start()
    time.sleep(0.1)
    go.set()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(30)
    turns = sorted(moment for one in found for moment in one)
    assert len(turns) > 2
    assert (len(turns) - 1) * INTERVAL < turns[-1] - turns[0] + INTERVAL / 2, "the two together asked faster than one may"
    assert all(found), "both had a turn"
