"""The site file on the disk: read with its digest, written so that nobody ever reads half of it."""

import errno
import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.site import SAMPLE


class NotWritable(Exception):
    """The file cannot be written here; the text says why and what to do."""


class Overtaken(Exception):
    """The file is not what the editor saw: somebody else has written it since."""


@dataclass(frozen=True)
class SiteText:
    """What a site file says and by which mark it is known again."""

    text: str
    digest: str


def read(path: Path | None) -> SiteText:
    """The text of the file; of the sample as long as there is no file."""
    source = path if path is not None and path.is_file() else SAMPLE
    return of(source.read_text(encoding="utf-8"))


def of(text: str) -> SiteText:
    """A text with its digest."""
    return SiteText(text, hashlib.sha256(text.encode()).hexdigest())


def write(path: Path, text: str, *, seen: str) -> None:
    """Puts the text in the place of the file that has the digest `seen`, all at once and on the disk.

    Raises `Overtaken` when it says something else by now, and `NotWritable`.
    """
    target = path.resolve()  # a link stays a link
    if read(path).digest != seen:
        raise Overtaken
    try:
        _replace(target, text.encode())
    except OSError as error:
        if error.errno != errno.EBUSY:  # mounted into a container as a single file: it can be written and not be replaced
            raise NotWritable(f"{path} cannot be written ({error.strerror}).") from None
        with target.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


def _replace(target: Path, content: bytes) -> None:
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
