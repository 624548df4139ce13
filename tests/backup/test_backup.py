"""A backup holds everything of one moment and is checked; a restored site is the same on either database, and writes to nobody twice."""

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_migrate import stamp
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.accounts.staff import create as create_staff
from app.backup import archive, make, manifest
from app.config import MIGRATIONS
from app.db import db, transaction
from app.jobs.embedded import take_lock
from app.outbox import hold
from app.outbox.models import OutboxMessage
from app.outbox.publish import Wanted, publish
from app.sandbox.engine import Engine
from tests.conftest import outside
from tests.factories.orders import order

PASSPHRASE = "a passphrase for the tests"


def run(app: Flask, *arguments: str) -> Any:
    return outside(FlaskCliRunner(app).invoke, args=list(arguments))


@pytest.fixture
def filled(app: Flask, calcom: Engine) -> Flask:
    """A site with bookings, a member of staff, and mails: one that is due, one for tomorrow."""
    stamp(directory=str(MIGRATIONS))
    for _ in range(2):
        calcom.create(order(calcom, "intro"))
    with transaction() as session:
        create_staff(session, email="owner@example.com", password="a good password", role=Role.OWNER)
        wanted = Wanted(key="tomorrow", kind="reminder_24h", recipient="ada@example.org", due_at=clock.now() + timedelta(days=1))
        publish(session, [wanted], booking_id=None, message_domain="example.com")
    return app


def rows(app: Flask, *, but: tuple[str, ...] = ("outbox_hold", "outbox_message", "staff_session", "staff_link", "sync_run")) -> dict[str, list[Any]]:
    with app.app_context():
        db.session.rollback()
        tables = [table for table in db.metadata.sorted_tables if table.name not in but]
        found = {table.name: sorted(tuple(map(repr, row)) for row in db.session.execute(select(table))) for table in tables}
        db.session.remove()
        db.engine.dispose()
        return found


def backed_up(app: Flask, folder: Path, *more: str) -> Path:
    done = run(app, "backup", "--to", str(folder), *more, "--json")
    assert done.exit_code == 0, done.output
    return Path(json.loads(done.stdout)["file"])


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_site_is_the_same_again_on_either_database(
    filled: Flask, target: str, make_app: Callable[..., Flask], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before, file = rows(filled), backed_up(filled, tmp_path / "backups")
    assert oct(file.stat().st_mode)[-3:] == "600"
    url = str(request.getfixturevalue("postgres_url")) if target == "postgresql" else f"sqlite:///{tmp_path / 'new.sqlite3'}"
    new = make_app(DATABASE_URL=url, INSTANCE_PATH=tmp_path / "new")
    with new.app_context():
        if target == "postgresql":
            stamp(directory=str(MIGRATIONS))
        db.engine.dispose()
    db.engine.dispose()
    done = run(new, "restore", str(file), "--force")
    assert done.exit_code == 0, done.output
    assert rows(new) == before
    assert run(new, "bookings", "verify").exit_code == 0
    with new.app_context():
        with transaction() as session:
            create_staff(session, email="second@example.com", password="a good password", role=Role.OWNER)
            session.flush()
        db.engine.dispose()


def test_what_was_due_is_unknown_what_is_planned_waits_and_nothing_leaves(filled: Flask, tmp_path: Path) -> None:
    file = backed_up(filled, tmp_path / "backups")
    db.session.remove()
    db.engine.dispose()
    done = run(filled, "restore", str(file), "--force")
    assert done.exit_code == 0, done.output
    db.session.remove()
    found = {message.key: (message.state, message.why) for message in db.session.scalars(select(OutboxMessage))}
    assert found.pop("tomorrow")[0] == "planned"
    due = [why for state, why in found.values() if state == "unknown"]
    assert due
    assert all("may have sent it" in why for why in due)
    later = [state for state, _ in found.values() if state != "unknown"]
    assert set(later) <= {"planned", "cancelled"}
    held = hold.held()
    assert held is not None
    assert "restored from the backup of" in held.why
    assert filled.extensions["works"].deliver_outbox() == 0
    assert f"{len(due)} were due before now" in done.output


def test_the_database_of_before_is_kept(filled: Flask, tmp_path: Path) -> None:
    file = backed_up(filled, tmp_path / "backups")
    db.session.remove()
    db.engine.dispose()
    refused = run(filled, "restore", str(file))
    assert refused.exit_code == 1
    assert "is not empty" in refused.stderr
    done = run(filled, "restore", str(file), "--force")
    kept = Path(next(line for line in done.output.splitlines() if "is kept" in line).rpartition(": ")[2])
    assert kept.is_file()
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        assert run(filled, "backup", "--verify", str(kept)).exit_code == 0
    else:
        with closing(sqlite3.connect(kept)) as old:
            assert old.execute("SELECT count(*) FROM booking").fetchone() == (2,)


def test_a_locked_one_opens_with_its_passphrase_only(small: Flask, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    locked = make_app(BACKUP_PASSPHRASE=PASSPHRASE)
    file = backed_up(locked, tmp_path / "backups")
    assert file.name.endswith(".tar.gz.locked")
    content = file.read_bytes()
    assert b"example.org" not in content
    assert b"ustar" not in content
    assert run(locked, "backup", "--verify", str(file)).exit_code == 0
    assert "set BACKUP_PASSPHRASE" in run(small, "backup", "--verify", str(file)).stderr
    other = make_app(BACKUP_PASSPHRASE="another passphrase")
    assert "The passphrase is another one" in run(other, "backup", "--verify", str(file)).stderr
    for place in (len(content) // 2, len(content) - 1, 30):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert run(locked, "backup", "--verify", str(file)).exit_code == 1
    file.write_bytes(content[: len(content) - 100])
    assert run(locked, "backup", "--verify", str(file)).exit_code == 1


@pytest.fixture
def small(make_app: Callable[..., Flask]) -> Flask:
    """A site on SQLite whose tables have a version."""
    app = make_app()
    with app.app_context():
        stamp(directory=str(MIGRATIONS))
    return app


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "empty"])
def test_a_damaged_one_is_refused_and_changes_nothing(small: Flask, tmp_path: Path, damage: str) -> None:
    file = backed_up(small, tmp_path / "backups")
    content = file.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
    file.write_bytes({"cut": content[:middle], "flipped": flipped, "other": b"hello" * 99, "empty": b""}[damage])
    done = run(small, "restore", str(file), "--force")
    assert done.exit_code == 1, done.output
    assert "damaged" in done.stderr or "cut off" in done.stderr
    assert "Traceback" not in done.output
    assert sorted(path.name for path in Path(small.instance_path).iterdir() if path.name.startswith(".")) == []


def test_the_manifest_must_be_true(small: Flask, tmp_path: Path) -> None:
    file = backed_up(small, tmp_path / "backups")
    shop = tmp_path / "shop"
    shop.mkdir()
    said = archive.unpack(file, shop, passphrase="")
    with closing(sqlite3.connect(shop / archive.DATABASE)) as database:
        database.execute("INSERT INTO outbox_hold (since, why) VALUES ('2026-01-01', '')")
        database.commit()
    files = {archive.DATABASE: manifest.digest(shop / archive.DATABASE)}
    changes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"files": files}, "outbox_hold"),
        ({"revision": "9999"}, "does not know"),
        ({"format": 2}, "newer version"),
        ({"extra": 1}, "manifest"),
    )
    for change, words in changes:
        values = {**vars(said), **change}
        forged = tmp_path / "forged.tar.gz"
        source = shop / archive.DATABASE
        if "files" not in change:
            shutil.rmtree(shop)
            shop.mkdir()
            archive.unpack(file, shop, passphrase="")
        content = json.dumps(values).encode()

        class Said:
            def as_json(self, content: bytes = content) -> bytes:
                return content

        with forged.open("wb") as target:
            archive.write(target, database=source, files={}, manifest=Said(), passphrase="")  # type: ignore[arg-type]
        done = run(small, "restore", str(forged))
        assert done.exit_code == 1, words
        assert words in done.stderr


def test_a_file_of_another_folder_is_not_written(small: Flask, tmp_path: Path) -> None:
    file = tmp_path / "evil.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        entry = tarfile.TarInfo("../evil")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"evil"))
    done = run(small, "restore", str(file))
    assert done.exit_code == 1
    assert not list(tmp_path.rglob("evil"))


def test_so_many_are_kept_and_other_files_are_not_touched(small: Flask, tmp_path: Path, moment: Any) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "my notes.tar.gz").write_text("mine")
    names = []
    for day in range(4):
        moment(f"2026-11-2{day}T03:00Z")
        names.append(backed_up(small, folder, "--keep", "2").name)
    assert sorted(path.name for path in folder.iterdir()) == [*sorted(names[2:]), "my notes.tar.gz"]
    again = backed_up(small, folder)
    assert again.name == names[3].replace("Z.", "Z-1.")


def test_the_owners_files_come_along_and_never_overwrite(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    site, calcom = tmp_path / "my-site.yaml", tmp_path / "calcom.yaml"
    site.write_text((Path(make.__file__).parents[1] / "site.yaml").read_text())
    calcom.write_text("schedules: []\n")
    app = make_app(SITE_FILE=site, CALCOM_CONFIG=calcom)
    text = Path(app.instance_path) / "mail" / "reminder_24h" / "subject.txt"
    text.parent.mkdir(parents=True)
    text.write_text("Soon")
    with app.app_context():
        stamp(directory=str(MIGRATIONS))
        db.engine.dispose()
    file = backed_up(app, tmp_path / "backups")
    calcom.write_text("schedules: [] # changed\n")
    text.unlink()
    done = run(app, "restore", str(file))
    assert done.exit_code == 0, done.output
    assert text.read_text() == "Soon"
    assert calcom.read_text().endswith("# changed\n")
    assert (tmp_path / "calcom.yaml.restored").read_text() == "schedules: []\n"


def test_a_disk_that_has_no_room_is_said_before_anything_is_written(small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    done = run(small, "backup", "--to", str(tmp_path / "backups"))
    assert done.exit_code == 1
    assert "0.0 MB free" in done.stderr
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), sqlite3.OperationalError("database or disk is full")])
def test_a_disk_that_fills_up_meanwhile_leaves_nothing_half(small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(archive, "write", full)
    done = run(small, "backup", "--to", str(tmp_path / "backups"))
    assert done.exit_code == 1
    assert "is full: free some space" in done.stderr
    assert list((tmp_path / "backups").iterdir()) == []


def test_nothing_is_restored_while_the_site_runs(small: Flask, tmp_path: Path) -> None:
    file = backed_up(small, tmp_path / "backups")
    with take_lock(Path(small.instance_path) / "worker.lock"):  # type: ignore[union-attr]
        done = run(small, "restore", str(file))
    assert done.exit_code == 1
    assert "stop flask serve" in done.stderr


def test_another_secret_key_is_said(small: Flask, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    file = backed_up(small, tmp_path / "backups")
    other = make_app(SECRET_KEY="x" * 40, INSTANCE_PATH=tmp_path / "other", DATABASE_URL=f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert "SECRET_KEY is another one" in run(other, "restore", str(file)).output


def test_a_database_of_another_version_is_not_backed_up(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    done = run(make_app(), "backup", "--to", str(tmp_path / "backups"))
    assert done.exit_code == 1
    assert "run flask db upgrade first" in done.stderr
