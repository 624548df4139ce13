"""The simulated Cal.com as the benches use it: a process of its own on loopback, spoken to through its control page's JSON twin."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from bench.serving import ROOT, SECRET
from tools.services import free_port, wait_for_port


class CalcomFar:
    """The simulated Cal.com in a process of its own."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """What the control page's JSON twin answers."""
        answer = requests.request(method, f"{self.url}/control/api/{path}", json=body or None, timeout=300)
        answer.raise_for_status()
        return answer.json()

    def refused(self) -> int:
        """How many requests were over the limit."""
        return int(self.ask("GET", "requests")["overLimit"])

    def lists(self) -> int:
        """How many requests came in so far."""
        return int(self.ask("GET", "requests")["requests"])


@contextmanager
def calcom(folder: Path) -> Iterator[CalcomFar]:
    """The running simulation."""
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder / "far"), "CALCOM_WEBHOOK_SECRET": SECRET, "SECRET_KEY": "k" * 40}
    command = [sys.executable, "-m", "flask", "sandbox", "--port", str(port), "--site-url", "http://127.0.0.1:9"]
    with (folder / "far.log").open("wb") as log, subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log) as process:
        try:
            wait_for_port(port, process)
            yield CalcomFar(port)
        finally:
            process.kill()
