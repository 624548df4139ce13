"""Makes a backup while the site runs: one file that is there whole and checked, or not at all.

What is in it: the database of one moment after the start, so every delivery that was acknowledged before the start; the site file,
`calcom.yaml`, and the owner's own mail texts. What is not: settings and secrets (keep `.env` elsewhere: who has both has everything), and
the job queue, which only wakes workers and is made anew.
"""

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Engine

from app import clock
from app.backup import archive, manifest, snapshot
from app.backup.errors import BackupError, speaking
from app.backup.manifest import Manifest
from app.backup.snapshot import Progress
from app.config import Settings
from app.sealing import footprint

NAME = re.compile(r"frontdesk-\d{8}T\d{6}Z(-\d+)?\.tar\.gz(\.locked)?")
LEFT = ".frontdesk-"
AT_WORK = "at-work"
"""Locked by who works there, so that what a killed run left is known from what is being made."""
LEFT_SECONDS = 3600
ROOM = 1.5
"""For the copy of the database and the packed file, in sizes of the database."""


@dataclass(frozen=True)
class Making:
    """What a backup is made with."""

    settings: Settings
    engine: Engine
    head: str
    """The version of the tables that this program knows."""
    progress: Progress
    passphrase: str = field(default="", repr=False)

    def run(self, folder: Path, *, keep: int | None = None) -> tuple[Path, Manifest]:
        """The finished file, read back and checked, and what it says of itself. Raises `BackupError`."""
        with speaking(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with workshop(folder) as shop:
                self._need_room(folder)
                database = shop / archive.DATABASE
                snapshot.take(self.engine, database, self.progress)
                said = self._describe(database)
                written = shop / "written"
                with written.open("xb") as file:
                    os.fchmod(file.fileno(), 0o600)
                    files = files_of(self.settings)
                    archive.write(file, database=database, files=files, manifest=said, passphrase=self.passphrase, progress=self.progress)
                    file.flush()
                    os.fsync(file.fileno())
                database.unlink()
                verify(written, shop, passphrase=self.passphrase, progress=self.progress)
                target = _free_name(folder, locked=bool(self.passphrase))
                written.replace(target)
                _sync(folder)
            if keep is not None:
                prune(folder, keep)
        return target, said

    def _describe(self, database: Path) -> Manifest:
        revision = manifest.revision(database)
        if revision != self.head:
            raise BackupError(f"The database is at version {revision or 'none'} and this program at {self.head}: run flask db upgrade first.")
        files = {archive.DATABASE: manifest.digest(database, self.progress)}
        files |= {f"files/{name}": manifest.digest(path) for name, path in files_of(self.settings).items()}
        return Manifest(
            created_at=clock.now().isoformat(),
            revision=revision,
            site_url=self.settings.SITE_URL,
            database=self.engine.dialect.name,
            sealed_with=footprint("SECRET_KEY", self.settings.SECRET_KEY),
            counts=manifest.counts(database),
            files=files,
        )

    def _need_room(self, folder: Path) -> None:
        if self.engine.dialect.name != "sqlite":
            return
        source = Path(str(self.engine.url.database))
        size = sum(path.stat().st_size for path in (source, Path(f"{source}-wal")) if path.exists())
        free = shutil.disk_usage(folder).free
        if free < size * ROOM:
            megabytes = 1024 * 1024
            raise BackupError(
                f"The disk of {folder} has {free / megabytes:.1f} MB free, and about {size * ROOM / megabytes:.1f} MB are needed: "
                "free some space or choose another folder."
            )


def verify(path: Path, shop: Path, *, passphrase: str, progress: Progress) -> Manifest:
    """What the backup says of itself, after everything in it was read and found as it says. Raises `BadBackup`."""
    with speaking(shop), workshop(shop) as folder:
        said = archive.unpack(path, folder, passphrase=passphrase, progress=progress)
        progress("checking", 0, 1)
        manifest.check(folder / archive.DATABASE, said)
        progress("checking", 1, 1)
    return said


def files_of(settings: Settings) -> dict[str, Path]:
    """Name in the backup → file of the owner, for each that is there."""
    found = {"site.yaml": settings.SITE_FILE, "calcom.yaml": settings.CALCOM_CONFIG}
    mails = settings.INSTANCE_PATH.resolve() / "mail"
    own = {f"mail/{path.relative_to(mails)}": path for path in sorted(mails.rglob("*")) if path.is_file()} if mails.is_dir() else {}
    return {name: path for name, path in found.items() if path is not None and path.is_file()} | own


def prune(folder: Path, keep: int) -> list[Path]:
    """The oldest backups, gone so that so many are left; files with other names are not touched."""
    made = sorted((path for path in folder.iterdir() if NAME.fullmatch(path.name)), key=lambda path: path.name, reverse=True)
    for path in made[keep:]:
        path.unlink()
    return made[keep:]


def _free_name(folder: Path, *, locked: bool) -> Path:
    stem, end = f"frontdesk-{clock.now():%Y%m%dT%H%M%SZ}", ".tar.gz.locked" if locked else ".tar.gz"
    tries = (folder / f"{stem}{f'-{number}' if number else ''}{end}" for number in range(1000))
    return next(path for path in tries if not path.exists())


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder beside the target, gone afterwards with all that is in it; what a killed run left behind goes before."""
    for path in folder.glob(f"{LEFT}*"):
        if not _is_at_work(path):
            shutil.rmtree(path, ignore_errors=True)
    shop = Path(tempfile.mkdtemp(dir=folder, prefix=LEFT))
    try:
        with (shop / AT_WORK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield shop
    finally:
        shutil.rmtree(shop, ignore_errors=True)


def _is_at_work(shop: Path) -> bool:
    """Whether somebody holds its lock; without one, whether it is so young that it may be about to."""
    try:
        with (shop / AT_WORK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        with suppress(OSError):
            return time.time_ns() / 1e9 - shop.stat().st_mtime < LEFT_SECONDS
    return False


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
