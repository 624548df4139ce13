"""A site made of a backup again: whole or not at all, with its mail held, and nobody is written to a second time.

Decisions that stand here:

* What must be changed in the restored rows is changed in the unpacked copy, before it takes its place. So there is no moment in which a
  worker could find restored mails that may leave.
* Mails that were due before the restore are *unknown*: the site that was lost may have sent them after the backup was made. They wait for
  a person (`flask outbox retry`). What is due later is planned as before, behind the hold.
* The next comparison with Cal.com counts as the first one: it learns what happened meanwhile, and tells nobody of it.
* All sessions and mailed links end, because one that was ended after the backup must not live again.
* On SQLite the present file is not overwritten: it stays beside the new one. On PostgreSQL all rows change in one transaction.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Engine

from app import clock
from app.backup import archive, manifest, snapshot
from app.backup.errors import BackupError, speaking
from app.backup.make import workshop
from app.backup.manifest import Manifest
from app.backup.snapshot import Progress
from app.config import Settings
from app.sealing import footprint

HOLD = "restored from the backup of {made}: look at what is planned, then let it go"
UNKNOWN = "due before the restore: the site that was lost may have sent it"
TELLING = ("inbox_message", "booking", "admin_user", "outbox_message")
"""Tables whose rows mean that somebody works with this database."""
ENDED = ("staff_session", "staff_link", "sync_run", "outbox_pause", "calcom_pace")


@dataclass(frozen=True)
class Restored:
    """What was made of a backup."""

    manifest: Manifest
    unknown_mails: int
    planned_mails: int
    kept: Path | None
    """Where the database of before is."""
    written: tuple[Path, ...]
    beside: tuple[Path, ...]
    """Files that differ from those that are there; they were written beside them."""
    key_opens: bool
    """Whether SECRET_KEY, or an earlier one, opens what lies sealed."""


@dataclass(frozen=True)
class Restoring:
    """What a restore works with."""

    settings: Settings
    engine: Engine
    known_revisions: frozenset[str]
    upgrade: Callable[[Path], None]
    """Brings a SQLite file up to the version of this program."""
    keep: Callable[[], Path]
    """Makes a backup of the present rows, where they cannot simply be left lying."""
    progress: Progress
    passphrase: str = field(default="", repr=False)
    no_way_back: Callable[[], None] = lambda: None
    """Called where it must no longer be stopped: from here on the site is the one of the backup, and its files follow."""

    def run(self, backup: Path, *, force: bool = False) -> Restored:
        """What was done. Raises `BackupError`; then everything is as it was."""
        folder = self.settings.INSTANCE_PATH.resolve()
        with speaking(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if not backup.is_file():
                raise BackupError(f"{backup} is no file.")
            self._need_quiet()
            holds = self._holds_anything()
            if holds and not force:
                raise BackupError("The database of this site is not empty. With --force it gives way; the one of before is kept.")
            with workshop(folder) as shop:
                said = archive.unpack(backup, shop, passphrase=self.passphrase, progress=self.progress)
                copy = shop / archive.DATABASE
                self.progress("checking", 0, 1)
                manifest.check(copy, said)
                if said.revision not in self.known_revisions:
                    raise BackupError(f"The backup is of version {said.revision}, which this program does not know: restore it with the newer one.")
                self.upgrade(copy)
                unknown, planned = settle(copy, said)
                kept = self._put(copy, holds=holds)
                written, beside = self._put_files(shop / "files", said)
        opens = said.sealed_with in {footprint("SECRET_KEY", key) for key in self.settings.sealing_keys}
        return Restored(said, unknown, planned, kept, tuple(written), tuple(beside), opens)

    def _need_quiet(self) -> None:
        if self.engine.dialect.name != "postgresql":
            return
        with self.engine.connect() as connection:
            others = connection.scalar(
                text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
            )
        self.engine.dispose()
        if others:
            raise BackupError(f"{others} other connections use this database: stop every flask serve and flask worker first.")

    def _holds_anything(self) -> bool:
        if self.engine.dialect.name == "sqlite" and not self._present().exists():
            return False
        with self.engine.connect() as connection:
            there = set(self.engine.dialect.get_table_names(connection))
            found = any(connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() for name in TELLING if name in there)
        self.engine.dispose()
        return found

    def _present(self) -> Path:
        return Path(str(self.engine.url.database))

    def _put(self, copy: Path, *, holds: bool) -> Path | None:
        """The restored rows are the database; where the one of before is, if there was one."""
        if self.engine.dialect.name != "sqlite":
            before = self.keep() if holds else None
            snapshot.load(copy, self.engine, self.progress, self.no_way_back)
            self.engine.dispose()
            return before
        self.engine.dispose()
        present = self._present()
        present.parent.mkdir(parents=True, exist_ok=True)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        self.no_way_back()
        kept = None
        if present.exists():
            with closing(sqlite3.connect(present, isolation_level=None)) as here:
                here.execute("PRAGMA journal_mode=DELETE")  # what stands in the -wal file comes along, and the file is gone
            kept = present.with_name(f"{present.name}.before-{clock.now():%Y%m%dT%H%M%SZ}")
            os.link(present, kept)
        copy.replace(present)
        return kept

    def _put_files(self, source: Path, said: Manifest) -> tuple[list[Path], list[Path]]:
        written, beside = [], []
        for name in sorted(each.removeprefix("files/") for each in said.files if each.startswith("files/")):
            target = self._place(name)
            if target is None:
                continue
            content = (source / name).read_bytes()
            if target.exists() and target.read_bytes() == content:
                continue
            if target.exists():
                target = target.with_name(f"{target.name}.restored")
                beside.append(target)
            else:
                written.append(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return written, beside

    def _place(self, name: str) -> Path | None:
        folder = self.settings.INSTANCE_PATH.resolve()
        if name == "site.yaml":
            return self.settings.SITE_FILE or folder / "site.yaml"
        return self.settings.CALCOM_CONFIG if name == "calcom.yaml" else folder / name


def settle(copy: Path, said: Manifest) -> tuple[int, int]:
    """The unpacked copy after what must be changed; mails that nobody knows about, and mails that are planned for later."""
    now = clock.now()
    stored = f"{now:%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(copy, isolation_level=None)) as here:
        here.execute("BEGIN IMMEDIATE")
        values: dict[str, Any] = {"now": stored, "why": HOLD.format(made=said.created_at[:16].replace("T", " ")), "unknown": UNKNOWN}
        here.execute("DELETE FROM outbox_hold")
        here.execute("INSERT INTO outbox_hold (since, why) VALUES (:now, :why)", values)
        unknown = here.execute(
            "UPDATE outbox_message SET state = 'unknown', why = :unknown, lease_token = '', lease_until = NULL "
            "WHERE state = 'sending' OR (state IN ('planned', 'retrying') AND due_at <= :now)",
            values,
        ).rowcount
        planned = here.execute("SELECT count(*) FROM outbox_message WHERE state IN ('planned', 'retrying')").fetchone()[0]
        for name in ENDED:
            here.execute(f"DELETE FROM {name}")
        here.execute("COMMIT")
    return unknown, planned
