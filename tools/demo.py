"""Starts the demo for browser tests and screenshots: free ports, a folder of its own, gone afterwards.

    with running_demo() as demo:
        demo.site_url, demo.calcom_url, demo.email, demo.password
        demo.calcom("POST", "/bookings", {"type": "intro"})

It is the same `flask demo` that a newcomer starts, in a process of its own, without any setting of the caller's.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tools.services import Missing, free_port, wait_for_port

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""What of the caller's environment the demo sees."""
OWNER = "owner@example.com"
TIMEOUT_SECONDS = 30


@dataclass
class Demo:
    """A demo that runs, or can be started again on the same data."""

    folder: Path
    port: int
    calcom_port: int
    environ: Mapping[str, str] = field(default_factory=dict)
    program: Sequence[str] = ("-m", "flask", "--app", "wsgi")
    """What runs the command `demo`; tests may put one of their own there."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def site_url(self) -> str:
        """Address of the site."""
        return f"http://localhost:{self.port}"

    @property
    def calcom_url(self) -> str:
        """Address of the simulated Cal.com."""
        return f"http://localhost:{self.calcom_port}"

    @property
    def email(self) -> str:
        """Sign-in of the owner."""
        return OWNER

    @property
    def password(self) -> str:
        """Password of the owner; the demo makes it when it starts for the first time."""
        kept: dict[str, str] = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        return kept["password"]

    @property
    def log(self) -> str:
        """What the demo has printed so far."""
        return (self.folder / "demo.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Starts it and returns when site and simulated Cal.com answer. Raises `Missing` with the log when they do not."""
        environ = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = {"INSTANCE_PATH": str(self.folder), "FLASK_SKIP_DOTENV": "1"}
        command = [sys.executable, *self.program, "demo", "--port", str(self.port), "--sandbox-port", str(self.calcom_port)]
        with (self.folder / "demo.log").open("ab") as said:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environ | own | dict(self.environ), stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        try:
            wait_for_port(self.port, self.process)
            wait_for_port(self.calcom_port, self.process)
            self._wait_until_ready()
        except Missing as missing:
            self.kill()
            raise Missing(f"the demo did not start: {missing}\n{self.log[-2000:]}") from None

    def stop(self) -> int:
        """Ends it as Ctrl+C or a service manager would; returns its exit status."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            status = self.process.wait(TIMEOUT_SECONDS)
        finally:
            self.kill()
        return status

    def kill(self) -> None:
        """`kill -9` of everything that belongs to it."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(TIMEOUT_SECONDS)
            self.process = None

    def calcom(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> Any:
        """The answer of the simulated Cal.com's control API: `calcom("POST", "/bookings", {"type": "intro"})`."""
        answer = requests.request(method, f"{self.calcom_url}/control/api{path}", json=given or {}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What a command of the site prints, run on the demo's data: `flask("bookings", "list", "--json")`."""
        environ = {name: os.environ[name] for name in KEPT if name in os.environ} | {"INSTANCE_PATH": str(self.folder), "FLASK_SKIP_DOTENV": "1"}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=TIMEOUT_SECONDS * 2, check=False)

    def wait_for_bookings(self, number: int, *, seconds: float = 30.0) -> list[dict[str, Any]]:
        """The bookings of the site as soon as there are `number`; raises `TimeoutError`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            said = self.flask("bookings", "list", "--json")
            found: list[dict[str, Any]] = json.loads(said.stdout) if said.returncode == 0 else []
            if len(found) >= number:
                return found
            time.sleep(0.1)
        raise TimeoutError(f"there are no {number} bookings after {seconds:.0f} s\n{said.stderr}\n{self.log[-2000:]}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.site_url}/readyz", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise Missing("/readyz does not say 200")


@contextmanager
def running_demo(folder: Path | None = None, **environ: str) -> Iterator[Demo]:
    """A running demo with these settings, stopped and removed at the end; with a `folder` its data stay there."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-", ignore_cleanup_errors=True) as own:
        demo = Demo(folder or Path(own), free_port(), free_port(), environ)
        demo.folder.mkdir(parents=True, exist_ok=True)
        demo.start()
        try:
            yield demo
        finally:
            demo.stop()
