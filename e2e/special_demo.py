"""`python -m e2e.special_demo demo`: the demo with one thing changed that no setting of the demo may change.

`--embed-url=` puts another embed script in the place of the simulated one; `--at=` stops its clock at a moment and
lets chance draw the same numbers each time, for pictures that must look the same tomorrow; `--clock=` names a file with the
seconds by which its clock is ahead, for stories that take weeks. They stand before the command; the rest is `flask demo`.
"""

import argparse
import functools
import random
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import clock, create_app
from app.cli import demo, sandbox
from app.config import Settings
from app.sandbox import create_sandbox


def main() -> None:
    """Runs the command `demo`, or `sandbox` for the child of a demo, with its own options."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--embed-url", default="")
    parser.add_argument("--at", default="")
    parser.add_argument("--clock", default="")
    parser.add_argument("command", choices=["demo", "sandbox"])
    given, options = parser.parse_known_args()
    if given.at:
        moment = datetime.fromisoformat(given.at).astimezone(UTC)
        clock.now = lambda: moment
        secrets.choice = random.Random(7).choice
    elif given.clock:
        real, ahead = clock.now, Path(given.clock)
        clock.now = lambda: real() + timedelta(seconds=float(ahead.read_text(encoding="utf-8")))
    if given.at or given.clock:
        sandbox.create_sandbox = functools.partial(create_sandbox, now=clock.now)  # type: ignore[attr-defined]
    if given.command == "sandbox":
        with create_app(Settings.load()).app_context():
            sandbox.command.main(options)
    own_environ, own_start = demo._environ, subprocess.Popen

    def environ(keep: dict[str, Any], **more: Any) -> dict[str, str]:
        return own_environ(keep, **more) | ({"CALCOM_EMBED_URL": given.embed_url} if given.embed_url else {})

    def start(command: list[str], **more: Any) -> subprocess.Popen[bytes]:
        same_clock = [sys.executable, "-m", "e2e.special_demo", f"--at={given.at}", f"--clock={given.clock}", *command[command.index("sandbox") :]]
        return own_start(same_clock if given.at or given.clock else command, **more)

    demo._environ = environ
    subprocess.Popen = start  # type: ignore[assignment, misc]
    demo.command(create_app).main(options)


if __name__ == "__main__":
    main()
