"""The one file: a packed archive of the database, the files of the owner and the manifest, closed with a passphrase when there is one."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from app.backup import manifest as manifests
from app.backup.errors import BadBackup
from app.backup.locked import MAGIC, Locker, Unlocker
from app.backup.manifest import Manifest
from app.backup.snapshot import Progress

DATABASE = "database.sqlite3"
MANIFEST = "manifest.json"
LEVEL = 1
"""Text packs well at any level; the fastest one keeps the machine free for visitors."""


def write(file: BinaryIO, *, database: Path, files: Mapping[str, Path], manifest: Manifest, passphrase: str, progress: Progress = lambda *_: None) -> None:
    """Everything is in the file when this returns."""
    target: Any = Locker(file, passphrase) if passphrase else file
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=LEVEL, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        entry = tar.gettarinfo(database, DATABASE)
        with database.open("rb") as source:
            tar.addfile(entry, cast(BinaryIO, _Counted(source, entry.size, progress)))
        for name, path in files.items():
            tar.add(path, f"files/{name}")
        content = manifest.as_json()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    if passphrase:
        target.close()


def is_locked(path: Path) -> bool:
    """Whether a passphrase is needed."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class _Counted:
    """A file that says how much of it was read."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress) -> None:
        self._file, self._size, self._progress, self._read = file, size, progress, 0

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        self._read += len(found)
        self._progress("packing", self._read, self._size)
        return found


def unpack(path: Path, folder: Path, *, passphrase: str, progress: Progress = lambda *_: None) -> Manifest:
    """What the backup says of itself; everything that it holds is in the folder, each file as it was written. Raises `BadBackup`."""
    with _speaking(path), _open(path, passphrase) as tar:
        content = next((found for found in [_take(tar, entry, folder, progress) for entry in tar] if found is not None), None)
    manifest = None if content is None else manifests.read(content)
    if manifest is None:
        raise BadBackup(f"{path.name} was cut off: its end is missing.")
    for name, known in manifest.files.items():
        if not (folder / name).is_file() or manifests.digest(folder / name, progress) != dict(known):
            raise BadBackup(f"{path.name} is damaged: {name} is not what was written.")
    return manifest


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path, progress: Progress) -> bytes | None:
    """Writes one file into the folder; the manifest is handed back instead."""
    target, source = (folder / entry.name).resolve(), tar.extractfile(entry)
    if source is None or not target.is_relative_to(folder.resolve()):
        raise BadBackup("There is something in the file that no backup holds.")
    if entry.name == MANIFEST:
        return source.read()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as copy:
        while chunk := source.read(manifests.CHUNK):
            copy.write(chunk)
            progress("unpacking", copy.tell(), entry.size)
    return None


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, OverflowError) as error:
        raise BadBackup(f"{path.name} is no backup, or it is damaged.") from error


@contextmanager
def _open(path: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    locked = is_locked(path)
    if locked and not passphrase:
        raise BadBackup(f"{path.name} is locked: set BACKUP_PASSPHRASE to the passphrase it was made with.")
    with path.open("rb") as file:
        source: Any = Unlocker(file, passphrase) if locked else file
        with tarfile.open(fileobj=source, mode="r|gz") as tar:
            yield tar
