"""How commands that take long show how far they are, and how they are stopped: Ctrl-C, or a polite end (SIGTERM) as systemd sends it."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Progress:
    """One line on a terminal, a line a step elsewhere; on standard error, so that output stays clean."""

    def __init__(self, *, only_terminal: bool = False) -> None:
        """With `only_terminal`, nothing is said elsewhere."""
        self._in_place = sys.stderr.isatty()
        self._silent = only_terminal and not self._in_place
        self._said: tuple[str, int] = ("", -1)

    def show(self, step: str, done: int, whole: int) -> None:
        """So much of a step is done."""
        said = (step, 100 * done // max(1, whole))
        if self._in_place and said != self._said:
            click.echo(f"\r\x1b[K{step} {said[1]} %", nl=False, err=True)
        elif not self._silent and step != self._said[0]:
            click.echo(step, err=True)
        self._said = said

    def end(self) -> None:
        """Leaves the line."""
        if self._in_place and self._said[0]:
            click.echo("\r\x1b[K", nl=False, err=True)


class Stopped(BaseException):
    """Somebody asked for an end; whatever was under way cleans up behind itself. No `except Exception` takes it."""


class Shield:
    """Ends the work when somebody asks for it, until it is past the point from which it must be done whole."""

    def __init__(self) -> None:
        self._held = False

    def ask(self, *_: object) -> None:
        """What a signal does."""
        if self._held:
            click.echo("It cannot be stopped any more, and is nearly done.", err=True)
        else:
            raise Stopped

    def hold(self) -> None:
        """From here on it is done to its end."""
        self._held = True


@contextmanager
def ended_at_once() -> Iterator[Shield]:
    """Signals raise `Stopped` where the work is."""
    shield = Shield()
    with _on_signals(shield.ask):
        yield shield


@contextmanager
def ended_in_time() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked for an end; the work looks for itself. Asked a second time it ends at once."""
    asked = threading.Event()

    def ask(*_: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    with _on_signals(ask):
        yield asked.is_set


@contextmanager
def _on_signals(ask: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the first thread hears signals
        yield
        return
    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
