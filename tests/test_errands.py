"""Errands: one worker at a time, stopped and gone on with, killed and taken up again."""

import pytest

from app import errands
from app.away import DatabaseBusy
from app.db import db, transaction
from app.errands import Failed, Step, UnderWay, carry_out


@pytest.fixture
def asked(app):
    """`asked(kind="count", total=10)`: an errand that waits."""

    def make(kind="count", total=10):
        with transaction() as session:
            return errands.ask(session, kind=kind, cause="admin:Robin", what={"to": total}, total=total).id

    return make


class Counting:
    """Counts one at a step; `after` is called with each number."""

    def __init__(self, after=lambda _: None):
        self.seen, self.after = [], after

    def __call__(self, what, cursor):
        if cursor >= what["to"]:
            return None
        self.seen.append(cursor + 1)
        self.after(cursor + 1)
        return Step(cursor=cursor + 1, done=1, counts={"even" if cursor % 2 else "odd": 1})


def state(number):
    db.session.rollback()
    return errands.by_id(number).state


def run(work, kind="count", **more):
    return carry_out(kind, work, **({"should_stop": lambda: False} | more))


def test_an_errand_is_carried_out_with_counts(asked):
    number, work = asked(), Counting()
    assert run(work) == 10
    found = errands.by_id(number)
    assert (found.state, found.done, found.counts) == ("done", 10, {"odd": 5, "even": 5})
    assert found.started_at
    assert found.ended_at
    assert run(work) == 0
    assert work.seen == list(range(1, 11))


def test_only_one_of_a_kind_is_under_way(asked):
    first = asked()
    with pytest.raises(UnderWay) as other:
        asked()
    assert other.value.number == first
    assert asked(kind="another") != first


def test_it_stops_when_somebody_says_so_and_goes_on_there(asked):
    number = asked()

    def stop_at_four(at):
        if at == 4:
            with transaction() as session:
                assert errands.stop(session, number)

    work = Counting(stop_at_four)
    run(work)
    assert (state(number), errands.by_id(number).done) == ("stopped", 4)
    assert run(work) == 0
    with transaction() as session:
        assert errands.resume(session, number)
        assert not errands.resume(session, number)
    run(work)
    assert (state(number), work.seen) == ("done", list(range(1, 11)))
    with transaction() as session:
        assert not errands.stop(session, number)
        assert not errands.resume(session, number)


def test_one_that_nobody_began_stops_at_once(asked):
    number = asked()
    with transaction() as session:
        assert errands.stop(session, number)
    assert state(number) == "stopped"
    assert run(Counting()) == 0
    asked()
    with transaction() as session, pytest.raises(UnderWay):
        errands.resume(session, number)


def test_a_process_that_ends_leaves_it_to_the_next(asked):
    number, work = asked(), Counting()
    run(work, should_stop=lambda: len(work.seen) == 3)
    assert (state(number), errands.by_id(number).done) == ("running", 3)
    run(work)
    assert (state(number), work.seen) == ("done", list(range(1, 11)))


def test_a_killed_worker_is_followed_when_it_gives_no_sign_of_life(asked, moment):
    class Killed(BaseException):
        pass

    def die(at):
        if at == 5:
            raise Killed

    number = asked()
    moment("2026-12-08T12:00Z")
    with pytest.raises(Killed):
        run(Counting(die))
    assert (state(number), errands.by_id(number).done) == ("running", 4)
    assert run(Counting()) == 0
    moment.forward(seconds=61)
    after = Counting()
    run(after)
    assert (state(number), after.seen) == ("done", list(range(5, 11)))


def test_who_was_overtaken_writes_nothing_more(asked, moment):
    number = asked()
    moment("2026-12-08T12:00Z")
    second = Counting()

    def sleep(at):
        if at == 5:
            moment.forward(seconds=90)
            run(second)

    run(Counting(sleep))
    found = errands.by_id(number)
    assert (found.state, found.done, found.cursor) == ("done", 10, 10)


@pytest.mark.parametrize(("error", "said"), [(Failed("no key"), "no key"), (ValueError("x"), "An error of this site's own (ValueError)")])
def test_what_goes_wrong_is_said_and_can_be_tried_again(asked, error, said):
    number = asked()

    def fail(at):
        if at == 2:
            raise error

    run(Counting(fail))
    found = errands.by_id(number)
    assert (found.state, found.done) == ("failed", 1)
    assert found.error.startswith(said)
    with transaction() as session:
        assert errands.resume(session, number)
    run(Counting())
    assert state(number) == "done"


def test_a_busy_database_loses_nothing(asked, moment):
    number = asked()
    moment("2026-12-08T12:00Z")

    def busy(at):
        if at == 3:
            raise DatabaseBusy("x")

    run(Counting(busy))
    assert state(number) == "running"
    moment.forward(seconds=61)
    run(Counting())
    assert (state(number), errands.by_id(number).done) == ("done", 10)
