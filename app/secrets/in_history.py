"""Where secrets stood in clear once: everything that the repository hands to whoever clones it, committed and removed later as well.

Decisions that stand here:

* Commits are walked oldest first, so that what is found is named with the commit that brought it in. Their messages and those of tags are
  searched as well, names of files are not.
* Memory is bounded: the list of what to read lies in a file without a name, contents come in pieces. So is time: whoever calls says when
  it is enough, and the next call goes on there. A history in which nothing was found is not read again; what was committed since is.
* The file that remembers this holds a footprint of what was looked for, and no value. Other secrets, or more history (a clone that is no
  longer shallow), and everything is read anew.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from app.sealing import footprint
from app.secrets import repository
from app.secrets.in_clear import CHUNK, in_pieces, longest_of

MOST_FOUND = 50
SAVE_EVERY = 20_000
MISSING = b"missing"

Enough = Callable[[], bool]
Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and how much there is."""


@dataclass
class Memory:
    """How far earlier calls came."""

    wanted: str = ""
    """A footprint of what was looked for, and of where a shallow clone was cut off."""
    clean: list[str] = field(default_factory=list)
    """What these reach was read to the end, and held nothing."""
    tips: list[str] = field(default_factory=list)
    done: int = 0
    """So many objects of what `tips` reach and `clean` does not were read."""
    commit: str = ""
    found: list[tuple[str, str, str]] = field(default_factory=list)
    """Setting, commit and path."""


@dataclass(frozen=True)
class Searched:
    """What was found, and how much was looked at."""

    found: Sequence[tuple[str, str, str]]
    done: int
    whole: int
    size: int
    """Bytes that were read by this call."""
    missing: int
    since: bool
    """Whether only what is new since a search without a find was looked at."""
    shallow: bool
    finished: bool


def search(wanted: Mapping[str, Sequence[bytes]], root: Path, remembered: Path, *, enough: Enough, progress: Progress) -> Searched:
    """Everything that can be reached, or as much of it as there was time for. Raises `NoRepository`, `GitFailed` or `OSError`."""
    tips = repository.tips(root)
    memory = _recall(remembered)
    mark = footprint("secrets check", repr((sorted(wanted.items()), tips.cut)))
    if memory.wanted != mark:
        memory = Memory(wanted=mark)
    if memory.tips != list(tips.names):
        memory = Memory(wanted=mark, clean=memory.clean, tips=list(tips.names))
    with tempfile.TemporaryFile(dir=remembered.parent) as listed:
        look = _Look(wanted, memory, progress)
        try:
            if not memory.tips:
                look.finished = True
            elif repository.walk(root, tips=memory.tips, without=memory.clean, into=listed, enough=enough):
                look.whole = _pass_over(listed, memory.done)
                with repository.contents(root, listed) as said:
                    look.through(said, enough=enough, save=lambda: _keep(remembered, memory))
                if not look.finished and not enough():
                    raise repository.GitFailed(f"git ended at object {memory.done + 1} of {look.whole}")
        finally:
            since = bool(memory.clean)
            if look.finished and not memory.found and not look.missing:
                memory.clean, memory.done, memory.tips = memory.tips, 0, []
            _keep(remembered, memory)
    done = look.whole if look.finished else memory.done
    return Searched(tuple(memory.found), done, look.whole, look.size, look.missing, since, bool(tips.cut), look.finished)


class _Look:
    """One call's way through the objects."""

    def __init__(self, wanted: Mapping[str, Sequence[bytes]], memory: Memory, progress: Progress) -> None:
        self._wanted, self._longest, self._memory, self._progress = wanted, longest_of(wanted), memory, progress
        self.whole, self.size, self.missing, self.finished = 0, 0, 0, False

    def through(self, said: IO[bytes], *, enough: Enough, save: Callable[[], None]) -> None:
        """Reads one object after the other until it is enough."""
        memory = self._memory
        while not enough() and (head := said.readline()):
            name, _, rest = head.decode(errors="replace").rstrip("\n").partition(" ")
            kind, _, rest = rest.partition(" ")
            if head.split()[1:] == [MISSING]:
                self.missing += 1
            elif not self._object(said, name, kind, rest, enough=enough):
                return
            memory.done += 1
            if memory.done % SAVE_EVERY == 0:
                save()
            self._progress("history", memory.done, self.whole)
        self.finished = memory.done >= self.whole

    def _object(self, said: IO[bytes], name: str, kind: str, rest: str, *, enough: Enough) -> bool:
        """Whether it was read to its end."""
        digits, _, path = rest.partition(" ")
        size = int(digits)
        if kind == "commit":
            self._memory.commit = name
        pieces = _Pieces(said, size, enough)
        if kind == "tree":
            for _ in pieces:
                pass  # names of files, and digests
        else:
            for setting in sorted(in_pieces(self._wanted, pieces, self._longest)):
                self._note(setting, self._memory.commit, path if kind == "blob" else f"the message of a {kind}")
        said.read(1)
        self.size += size
        return pieces.left == 0

    def _note(self, setting: str, commit: str, path: str) -> None:
        known = {(setting, path) for setting, _, path in self._memory.found}
        if (setting, path) not in known and len(known) < MOST_FOUND:
            self._memory.found.append((setting, commit, path))


class _Pieces:
    """The content of one object, piece by piece, until it is enough."""

    def __init__(self, said: IO[bytes], size: int, enough: Enough) -> None:
        self._said, self.left, self._enough = said, size, enough

    def __iter__(self) -> Iterator[bytes]:
        while self.left and (piece := self._said.read(min(CHUNK, self.left))):
            self.left -= len(piece)
            yield piece
            if self.left and self._enough():
                return


def _pass_over(listed: IO[bytes], done: int) -> int:
    """How many objects are listed; the next to be read from the file is the first that was not looked at yet."""
    listed.seek(0)
    whole, place, here = 0, 0, 0
    for line in listed:
        if whole == done:
            place = here
        here += len(line)
        whole += 1
    os.lseek(listed.fileno(), here if done >= whole else place, os.SEEK_SET)
    return whole


def _recall(path: Path) -> Memory:
    try:
        memory = Memory(**json.loads(path.read_text(encoding="utf-8")))
        memory.found = [(str(setting), str(commit), str(where)) for setting, commit, where in memory.found]
    except (OSError, ValueError, TypeError):
        return Memory()
    return memory


def _keep(path: Path, memory: Memory) -> None:
    """Whole or not at all; a search that cannot be remembered is a search all the same."""
    beside = path.with_name(f"{path.name}.new")
    with suppress(OSError):
        beside.write_text(json.dumps(asdict(memory)), encoding="utf-8")
        beside.chmod(0o600)
        beside.replace(path)
