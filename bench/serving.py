"""A real site for benches and fault tests: `flask serve` and `flask worker` in process groups of their own, on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from app.calcom.webhook import SIGNATURE_HEADER, sign
from tools.services import free_port

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a-secret-for-the-benches"  # noqa: S105 -- invented, and only known on loopback
START_SECONDS = 60


class DidNotStart(Exception):
    """The site did not answer in time; the text holds the end of its log."""


class Site:
    """One site: a folder, a database, a web process and, if wanted, a worker beside it. Its log is `<folder>/log`."""

    def __init__(self, folder: Path, *, database_url: str = "", **environ: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            "PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder), "SECRET_KEY": "k" * 40, "SITE_URL": self.url, "CALCOM_LINK": "demo/intro",
            "CALCOM_WEBHOOK_SECRET": SECRET, "ADMIN_EMAIL": "owner@example.com", **environ,
        }  # fmt: skip
        if database_url:
            self.environ["DATABASE_URL"] = database_url
        self.prefix: list[str] = []
        """Words before each command, for instance to take rights away."""
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator["Site"]:
        """The site with its web process started; everything is killed at the end."""
        try:
            self.start_web()
            yield self
        finally:
            self.kill()

    def start_web(self) -> None:
        """Starts `flask serve` and returns when it answers."""
        self.web = self._start("serve", "--port", str(self.port))
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.web.poll() is None:
            with suppress(OSError, HTTPException):
                if self.get("/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise DidNotStart(self.log.read_text(encoding="utf-8", errors="replace")[-3000:])

    def start_worker(self) -> None:
        """Starts `flask worker`."""
        self.worker = self._start("worker")

    def kill_web(self) -> None:
        """Ends the web server's whole process group at once, as a power cut would."""
        self.web = _kill(self.web)

    def kill_worker(self) -> None:
        """Ends the worker at once."""
        self.worker = _kill(self.worker)

    def kill(self) -> None:
        """Ends everything at once."""
        self.kill_web()
        self.kill_worker()

    def server_pid(self) -> int:
        """The number of the process that answers requests (gunicorn's child, not its master)."""
        assert self.web is not None
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text(encoding="ascii").split()
        return int(children[0])

    def get(self, path: str, *, seconds: float = 10.0) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (lower case) and body of a page."""
        return self._ask("GET", path, None, {}, seconds)

    def post(self, body: bytes, *, seconds: float = 20.0, path: str = "/webhooks/calcom", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to a signed delivery. Raises `OSError` or `HTTPException` when nobody answers."""
        return self._ask("POST", path, body, {SIGNATURE_HEADER: sign(SECRET, body), "Content-Type": "application/json", **headers}, seconds)

    def flask(self, *arguments: str) -> Any:
        """What a command with `--json` prints."""
        answer = subprocess.run([sys.executable, "-m", "flask", *arguments, "--json"], cwd=ROOT, env=self.environ, capture_output=True, check=True)
        return json.loads(answer.stdout)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str], seconds: float) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "flask", *arguments],
                cwd=ROOT,
                env=self.environ,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_on_term() -> None:
    """From now on a polite end (SIGTERM) cleans up as Ctrl-C does, so that no server is left running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def as_request(body: bytes, *, path: str = "/webhooks/calcom") -> bytes:
    """The bytes of a signed POST on a connection that stays open."""
    headers = {"Host": "127.0.0.1", "Content-Type": "application/json", SIGNATURE_HEADER: sign(SECRET, body), "Content-Length": str(len(body))}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body
