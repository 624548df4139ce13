"""Which demo runs in `INSTANCE_PATH`, so that other commands can look at it: it has no settings that they could read."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from app.config import Settings

FILE = "demo-run.json"


@dataclass(frozen=True)
class DemoRun:
    """A demo that runs, and how it was started."""

    pid: int
    port: int
    sandbox_port: int
    own_engine: bool


def folder() -> Path:
    """Where a demo keeps its files."""
    return Path(os.environ.get("INSTANCE_PATH") or Settings.model_fields["INSTANCE_PATH"].default)


def note(*, port: int, sandbox_port: int, own_engine: bool) -> None:
    """A demo of this process begins."""
    run = DemoRun(os.getpid(), port, sandbox_port, own_engine)
    (folder() / FILE).write_text(json.dumps(asdict(run)))


def forget() -> None:
    """The demo of this process has ended."""
    with suppress(OSError):
        (folder() / FILE).unlink()


def running() -> DemoRun | None:
    """The demo that runs in this folder; None when there is none, or its process has died."""
    try:
        run = DemoRun(**json.loads((folder() / FILE).read_text()))
        os.kill(run.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return run
