"""The stamp that open pages ask for: the same while nothing is written, another one after each commit."""

import shutil
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, select

from app import clock, pulse
from app.accounts.models import Customer
from app.db import db, transaction


def add(email: str) -> None:
    with transaction() as session:
        session.add(Customer(email=email, created_at=clock.now()))


def test_reading_leaves_the_stamp_and_each_commit_changes_it(app: Flask) -> None:
    first = pulse.stamp(db.engine)
    assert list(db.session.scalars(select(Customer))) == []
    assert pulse.stamp(db.engine) == first
    add("one@example.org")
    second = pulse.stamp(db.engine)
    assert second != first
    add("two@example.org")
    assert pulse.stamp(db.engine) not in {first, second}


def test_what_was_rolled_back_on_sqlite_is_no_news(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    with make_app(DATABASE_URL=sqlite_url).app_context():
        first = pulse.stamp(db.engine)
        with transaction() as session:
            session.add(Customer(email="one@example.org", created_at=clock.now()))
            session.flush()
            session.rollback()
        assert pulse.stamp(db.engine) == first


def test_a_file_that_was_put_in_the_place_of_another_is_news(tmp_path: Path, sqlite_template: Path) -> None:
    file = tmp_path / "a.sqlite3"
    shutil.copyfile(sqlite_template, file)
    engine = create_engine(f"sqlite:///{file}")
    first = pulse.stamp(engine)
    assert pulse.stamp(engine) == first
    shutil.copyfile(sqlite_template, tmp_path / "b.sqlite3")
    (tmp_path / "b.sqlite3").rename(file)
    assert pulse.stamp(engine) != first


def test_a_database_that_is_away_never_looks_unchanged(tmp_path: Path) -> None:
    for engine in (create_engine(f"sqlite:///{tmp_path}/none.sqlite3"), create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")):
        assert pulse.stamp(engine) != pulse.stamp(engine)


def test_no_more_than_a_few_files_are_watched(tmp_path: Path, sqlite_template: Path) -> None:
    for number in range(pulse.MOST + 2):
        shutil.copyfile(sqlite_template, tmp_path / f"{number}.sqlite3")
        pulse.stamp(create_engine(f"sqlite:///{tmp_path}/{number}.sqlite3"))
    assert len(pulse._watching) == pulse.MOST
