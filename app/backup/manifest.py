"""What a backup says of itself: when it was made, of which version, and what must be in it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.backup.errors import BadBackup
from app.backup.snapshot import VERSION, Progress

FORMAT = 1
CHUNK = 1024 * 1024
LOOK_SECONDS = 0.2
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Manifest:
    """Written last into the archive, so that it holds what was really written."""

    created_at: str
    revision: str
    site_url: str
    database: str
    """Where it came from: sqlite or postgresql."""
    sealed_with: str
    """Footprint of the SECRET_KEY that closes what lies sealed in it."""
    counts: Mapping[str, int]
    """Table → rows."""
    files: Mapping[str, Mapping[str, Any]]
    """Name in the archive → `{"sha256", "size"}`."""
    format: int = field(default=FORMAT)

    def as_json(self) -> bytes:
        """To be read by people as well."""
        return json.dumps(asdict(self), indent=2, sort_keys=True).encode() + b"\n"


def read(content: bytes) -> Manifest:
    """The manifest. Raises `BadBackup`."""
    try:
        said = json.loads(content)
        manifest = Manifest(**said)
    except (ValueError, TypeError):
        raise BadBackup("The manifest cannot be read: this is no backup of this program, or it is damaged.") from None
    if manifest.format != FORMAT:
        raise BadBackup("The backup was made by a newer version of Frontdesk: restore it with that one.")
    return manifest


def digest(path: Path, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """`{"sha256", "size"}` of a file."""
    found, read, size = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
            read += len(chunk)
            progress("reading", read, size)
    return {"sha256": found.hexdigest(), "size": size}


def counts(database: Path) -> dict[str, int]:
    """Table → rows."""

    def count(here: sqlite3.Connection) -> dict[str, int]:
        names = [row[0] for row in here.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
        return {name: here.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}

    return asked(database, count)


def asked(database: Path, question: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """The answer to a question that may take minutes. SQLite hears no signal meanwhile; this thread does, and takes the question back."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)) as here, ThreadPoolExecutor(1) as aside:
        answer = aside.submit(question, here)
        try:
            while wait([answer], LOOK_SECONDS).not_done:
                pass
        except BaseException:
            while not answer.done():
                here.interrupt()
                wait([answer], LOOK_SECONDS)
            raise
        return answer.result()


def revision(database: Path) -> str:
    """The version of the tables; empty when they were made without migrations."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as here:
        try:
            row = here.execute(f"SELECT version_num FROM {VERSION}").fetchone()
        except sqlite3.OperationalError:
            return ""
        return str(row[0]) if row else ""


def check(database: Path, manifest: Manifest) -> None:
    """Raises `BadBackup` unless the database is sound and holds what the manifest says."""
    try:
        said = asked(database, lambda here: here.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BadBackup(f"The database in the backup is damaged: {said}.")
    found = counts(database)
    if found != dict(manifest.counts):
        other = sorted(name for name in {*found, *manifest.counts} if found.get(name) != manifest.counts.get(name))
        raise BadBackup(f"The backup does not hold what it says: {', '.join(other)}.")
