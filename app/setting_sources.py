"""Where the value of a setting comes from: the environment, for a secret also a file or the answer of a command.

Decisions that stand here:

* A command is started without a shell: its words are split as a shell would split them, but nothing is expanded, so no
  value of another setting can become a command. Whoever needs a pipe writes a script and names that.
* It has ten seconds, sees the environment of the site, and reads nothing. What it says on standard error is thrown away and what it
  prints is never repeated: a refusal names the setting, how the command ended, and what to do.
"""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

FILE, COMMAND = "_FILE", "_CMD"
COMMAND_SECONDS = 10.0
LARGEST = 64 * 1024


class Source(StrEnum):
    """Where a value was found."""

    ENVIRONMENT = "environment"
    FILE = "file"
    COMMAND = "command"


class SourceError(Exception):
    """A value cannot be had; the text names the setting and the fix, and never the value."""


def read(environ: Mapping[str, str], name: str, *, secret: bool, fix: str = "") -> tuple[str, Source] | None:
    """The value of a setting and where it was found; None when it is not set. Raises `SourceError`."""
    value = environ.get(name)
    path = environ.get(name + FILE) if secret else None
    command = environ.get(name + COMMAND) if secret else None
    given = [each for each, found in ((name, value), (name + FILE, path), (name + COMMAND, command)) if found]
    if len(given) > 1:
        raise SourceError(f"{given[0]} and {given[1]} are both set: keep one of them.")
    if path is not None:
        return read_file(name + FILE, Path(path)), Source.FILE
    if command is not None:
        return run(name + COMMAND, command), Source.COMMAND
    if secret and value is not None and not value.strip():
        raise SourceError(f"{name} is empty: give it a value or remove it." + (f" {fix}." if fix else ""))
    return (value, Source.ENVIRONMENT) if value else None


def read_file(setting: str, path: Path) -> str:
    """What the file of a secret holds. Raises `SourceError`."""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SourceError(f"{setting} cannot be read ({reason}): check the path and its permissions.") from None
    if not content:
        raise SourceError(f"{setting} points to an empty file: write the secret into it.")
    return content


def run(setting: str, command: str, *, seconds: float = COMMAND_SECONDS) -> str:
    """The one line that the command of a secret prints. Raises `SourceError`."""
    hint = "run it by hand as the user of the site; it must print the secret and nothing else"
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise SourceError(f"{setting} is not a command: write a program and its arguments, with quotes in pairs.")
    try:
        started = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise SourceError(f"{setting} cannot be started ({error.strerror}): check the path of the program.") from None
    with started:
        try:
            output, _ = started.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with suppress(OSError):
                os.killpg(started.pid, signal.SIGKILL)
            raise SourceError(f"{setting} gave no answer within {seconds:g} seconds: {hint}.") from None
    if started.returncode != 0:
        raise SourceError(f"{setting} ended with status {started.returncode}: {hint}.")
    return _one_line(setting, output, hint)


def _one_line(setting: str, output: bytes, hint: str) -> str:
    try:
        said = output.decode().strip() if len(output) <= LARGEST else ""
    except UnicodeDecodeError:
        raise SourceError(f"{setting} printed something that is not UTF-8 text: {hint}.") from None
    if not said:
        raise SourceError(f"{setting} printed nothing, or far too much: {hint}.")
    if not said.isprintable():
        raise SourceError(f"{setting} printed more than one line: {hint}.")
    return said
