"""Migrations: numbered, one line without branches, up and down on both databases, and equal to the models."""

import ast
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.bookings.indexing import TERMS
from app.bookings.models import Booking
from app.bookings.terms import terms_of
from app.config import MIGRATIONS
from app.db import db

BEGIN = datetime(2026, 11, 20, 9, tzinfo=UTC)
FILES = sorted((MIGRATIONS / "versions").glob("*.py"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    """An app on a database without any table."""
    if request.param == "sqlite":
        return make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    server = request.getfixturevalue("postgres_server")
    engine = sa.create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS migrations WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE migrations")
    engine.dispose()
    return make_app(DATABASE_URL=f"{server}migrations")


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(directory=str(MIGRATIONS))
        assert tables() == set(db.metadata.tables)
        downgrade(directory=str(MIGRATIONS), revision="base")
        assert tables() == set()
        upgrade(directory=str(MIGRATIONS))
        assert tables() == set(db.metadata.tables)


def test_models_and_migrations_say_the_same(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(directory=str(MIGRATIONS))
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
            assert compare_metadata(context, db.metadata) == []


def test_constraints_bear_the_names_of_the_convention(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(directory=str(MIGRATIONS))
        for table in tables():
            for unique in sa.inspect(db.engine).get_unique_constraints(table):
                assert str(unique["name"]).startswith(f"uq_{table}_")
            for foreign in sa.inspect(db.engine).get_foreign_keys(table):
                assert str(foreign["name"]).startswith(f"fk_{table}_")


def test_there_is_one_head_and_one_base() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_files_are_numbered_without_a_gap_and_named_for_what_they_do() -> None:
    for number, path in enumerate(FILES, start=1):
        assert re.fullmatch(rf"{number:04}_[a-z0-9_]+\.py", path.name), path.name
        assert f'revision = "{number:04}"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_migration_imports_nothing_from_the_app(path: Path) -> None:
    """The code of today is not the code of the day it was written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name == "app" or name.startswith("app.")]


def test_bookings_that_were_here_before_are_found_like_new_ones(empty_app: Flask) -> None:
    """The migrations write the terms that the app itself would write, in as many batches as it takes."""
    with empty_app.app_context():
        upgrade(directory=str(MIGRATIONS), revision="0014")
        old = sa.Table("booking", sa.MetaData(), autoload_with=db.engine)
        empty = {"TEXT": "", "INTEGER": 0, "JSON": [], "BOOLEAN": False, "DATETIME": BEGIN, "TIMESTAMP": BEGIN}
        blank = {column.name: empty[str(column.type).partition(" ")[0]] for column in old.c if not column.nullable and column.name != "id"}
        people = [{"name": "Zoë O'Neil", "email": "Zoe.Oneil@mail.example.org"}, {"name": "Second Guest", "email": ""}]
        with db.engine.begin() as connection:
            connection.execute(old.insert(), [
                {**blank, "reference": f"REF{number}", "start": BEGIN + timedelta(hours=number), "end": BEGIN + timedelta(hours=number + 1),
                 "attendees": people,
                 "status": "confirmed", "payment": "paid" if number % 2 else "none", "event_type": "intro", "host_email": "Robin@Example.com", "host_name": "R",
                 "booker_name": people[0]["name"], "booker_email": people[0]["email"], "title": f"St. Intro between R and {people[0]['name']}",
                 "source": "/book?utm_source=News" if number % 3 else "", "answers": {}, "metadata": {}, "calendar": {}}
                for number in range(2001)
            ])  # fmt: skip
            connection.execute(old.update().where(old.c.id == 3).values(alias_of_id=2))
            connection.execute(sa.text("INSERT INTO booking_address (uid, seat, booking_id, position) VALUES ('uid', '', 2, 0)"))
        upgrade(directory=str(MIGRATIONS))
        held: dict[int, set[tuple[str, int, int]]] = {}
        for row in db.session.execute(sa.select(TERMS)):
            held.setdefault(row.booking_id, set()).add((row.term, row.start, row.end))
        for booking in db.session.scalars(sa.select(Booking)):
            times = int(booking.start.timestamp()), int(booking.end.timestamp())
            wanted = set() if booking.alias_of_id else {(term, *times) for term in terms_of(booking)}
            assert held.pop(booking.id, set()) == wanted, booking.reference
        assert held == {}
        db.session.rollback()
        with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"), db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE booking SET alias_of_id = 987654 WHERE id = 1"))
