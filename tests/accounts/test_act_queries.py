"""Pages of acts: complete, in order, the same forwards and backwards, and found by an index."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.accounts import act_queries, staff_acts
from app.accounts.act_queries import NOBODY, PAGE, Wish
from app.db import db, transaction

BEGIN = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def acts(app: Flask, moment: Any) -> None:
    moment(BEGIN)
    with transaction() as session:
        for number in range(130):
            act = ("booking.cancel", "inbox.replay", "sign_in")[number % 3]
            staff_acts.note(session, staff_id=None if number % 10 == 0 else number % 2 + 1, act=act, on=f"B{number % 7}")
            if number % 5 == 4:
                moment.forward(hours=1)


def numbers(wish: Wish) -> list[int]:
    """Every act of the wish, page by page; the way back must show the same."""
    found: list[int] = []
    pages = [act_queries.page(wish)]
    assert pages[0].before == ""
    while pages[-1].after:
        pages.append(act_queries.page(wish, after=pages[-1].after))
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = act_queries.page(wish, before=back.before)
        assert [act.id for act in back.acts] == [act.id for act in page.acts]
    assert back.before == ""
    for page in pages:
        assert len(page.acts) <= PAGE
        found += [act.id for act in page.acts]
    return found


def test_every_act_is_on_one_page_newest_first(acts: None) -> None:
    assert numbers(Wish()) == list(range(130, 0, -1))


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (Wish(staff_id=1), lambda at: at % 10 != 0 and at % 2 == 0),
        (Wish(staff_id=NOBODY), lambda at: at % 10 == 0),
        (Wish(act="sign_in"), lambda at: at % 3 == 2),
        (Wish(subject="B3"), lambda at: at % 7 == 3),
        (Wish(staff_id=2, act="booking.cancel"), lambda at: at % 2 == 1 and at % 3 == 0),
        (Wish(since=BEGIN + timedelta(hours=3), until=BEGIN + timedelta(hours=5)), lambda at: 15 <= at < 25),
        (Wish(act="nothing"), lambda at: at < 0),
    ],
)
def test_filters_narrow(acts: None, wish: Wish, fits: Any) -> None:
    assert numbers(wish) == [at + 1 for at in range(129, -1, -1) if fits(at)]


@pytest.mark.parametrize("key", ["", "x", "2026-12-01_1", "2026-12-01T09:00:00+00:00_x", "_", "2026-12-01T09:00:00+00:00_99999999999"])
def test_a_place_that_is_none_is_the_beginning(acts: None, key: str) -> None:
    assert act_queries.page(Wish(), after=key).acts[0].id == 130
    assert act_queries.page(Wish(), before=key).acts[0].id == 130


def test_all_known_acts_are_found(acts: None) -> None:
    assert act_queries.known_acts() == ["booking.cancel", "inbox.replay", "sign_in"]


def test_no_page_reads_every_act_or_sorts(sqlite_url: str, make_app: Any) -> None:
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        for wish in (Wish(), Wish(staff_id=1), Wish(staff_id=NOBODY), Wish(act="sign_in"), Wish(subject="B3"), Wish(since=BEGIN)):
            found = act_queries.statement(wish, after=f"{BEGIN.isoformat()}_7")
            said = str(found.compile(db.engine, compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row[3]) for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {said}")))
            assert "USING INDEX ix_staff_act_" in plan, (wish, plan)
            assert "TEMP B-TREE" not in plan, (wish, plan)
