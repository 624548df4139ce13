"""What git has of the project: the files of now, and everything that was ever committed.

git is run with words of our own, none of which is a secret, reads only what is on this machine, and runs nothing of the repository's
settings. That the folder may belong to somebody else is no reason to refuse: the code that runs here comes from it.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

SECONDS = 20
LOOK_SECONDS = 0.05
GIT = ("git", "-c", "safe.directory=*", "-c", "protocol.allow=never", "-c", "core.fsmonitor=false")
AROUND = {"GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
WALK = ("rev-list", "--objects", "--in-commit-order", "--topo-order", "--reverse", "--ignore-missing", "--missing=print", "--stdin")
CONTENT = ("cat-file", "--batch=%(objectname) %(objecttype) %(objectsize) %(rest)", "--buffer")


class NoRepository(Exception):
    """There is nothing to read; the text says why."""


class GitFailed(Exception):
    """git did not do it; the text is its own."""


@dataclass(frozen=True)
class Tips:
    """Where every branch, tag and stash points, and where a shallow clone was cut off."""

    names: tuple[str, ...]
    cut: str
    """Empty when the whole history is here."""


def files(root: Path) -> list[Path] | None:
    """Every file that git knows or would add; None where there is no repository."""
    try:
        listed = _said(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except (NoRepository, GitFailed):
        return None
    return [root / name for name in listed.decode(errors="replace").split("\0") if name]


def tips(root: Path) -> Tips:
    """What is reachable begins here. Raises `NoRepository` or `GitFailed`."""
    _said(root, "rev-parse", "--git-dir")
    names = set(_said(root, "for-each-ref", "--format=%(objectname)").decode().split())
    with suppress(GitFailed):  # nothing was ever committed here
        names |= set(_said(root, "rev-parse", "--verify", "--quiet", "HEAD").decode().split())
    shallow = root / os.fsdecode(_said(root, "rev-parse", "--git-path", "shallow").rstrip(b"\n"))
    return Tips(tuple(sorted(names)), shallow.read_text(encoding="ascii") if shallow.exists() else "")


def walk(root: Path, *, tips: Sequence[str], without: Sequence[str], into: IO[bytes], enough: Callable[[], bool]) -> bool:
    """Whether all is listed: each object that the tips reach and the others do not, a line each, oldest first, behind the commit that brought it."""
    wanted = "\n".join([*tips, *(f"^{name}" for name in without), ""]).encode()
    with _running(root, *WALK, stdout=into) as git, cast(IO[bytes], git.stdin) as told:
        told.write(wanted)
        told.close()
        while git.poll() is None:
            if enough():
                return False
            try:
                git.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        if git.returncode:
            raise GitFailed(_last_line(git))
    return True


@contextmanager
def contents(root: Path, listed: IO[bytes]) -> Iterator[IO[bytes]]:
    """What git says of each object listed: a line with name, kind, size and path, then the content."""
    with _running(root, *CONTENT, stdin=listed, stdout=subprocess.PIPE) as git:
        yield cast(IO[bytes], git.stdout)


@contextmanager
def _running(root: Path, *words: str, stdin: IO[bytes] | int = subprocess.PIPE, stdout: IO[bytes] | int) -> Iterator[subprocess.Popen[bytes]]:
    """Git at work; it has ended when this returns, whatever happened."""
    with _without_git():
        started = subprocess.Popen([*GIT, *words], cwd=root, env=_environ(), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)
    with started as git:
        try:
            yield git
        finally:
            git.kill()


def _said(root: Path, *words: str) -> bytes:
    with _without_git():
        done = subprocess.run([*GIT, *words], cwd=root, env=_environ(), capture_output=True, check=False, timeout=SECONDS)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise NoRepository("There is no repository here.") if "not a git repository" in said else GitFailed(said.rpartition("\n")[2] or "git failed")
    return done.stdout


@contextmanager
def _without_git() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NoRepository("git is not installed.") from error
    except subprocess.TimeoutExpired as error:
        raise GitFailed(f"git did not answer within {SECONDS} seconds") from error
    except OSError as error:
        raise GitFailed(f"git could not be run: {error.strerror}") from error


def _environ() -> dict[str, str]:
    """Without what would lead git to another repository, as in one of its hooks."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | AROUND


def _last_line(git: subprocess.Popen[bytes]) -> str:
    said = git.stderr.read() if git.stderr is not None else b""
    return said.decode(errors="replace").strip().rpartition("\n")[2] or f"git ended with {git.returncode}"
