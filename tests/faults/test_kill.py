"""`kill -9` of everything right after a 200: nothing acknowledged is lost, no mail goes out twice."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from app.calcom.webhook import SIGNATURE_HEADER, sign

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-for-the-kill-test"
ROUNDS = int(os.environ.get("KILL_ROUNDS", "4"))
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A real `flask serve` in a process group of its own."""

    def __init__(self, instance: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            "PATH": os.environ["PATH"], "INSTANCE_PATH": str(instance), "SECRET_KEY": "k" * 40, "SITE_URL": self.url,
            "CALCOM_LINK": "demo/intro", "CALCOM_WEBHOOK_SECRET": SECRET, "ADMIN_EMAIL": "owner@example.com",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        arguments = [sys.executable, "-m", "flask", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(arguments, cwd=ROOT, env=self.environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait()
            yield
        finally:
            self.kill()

    def _wait(self) -> None:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        pytest.fail("the site did not start")

    def kill(self) -> None:
        """Ends the whole group at once, as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def flask(self, *arguments: str) -> Any:
        answer = subprocess.run([sys.executable, "-m", "flask", *arguments, "--json"], cwd=ROOT, env=self.environ, capture_output=True, check=True)
        return json.loads(answer.stdout)

    def deliver(self, number: int) -> int:
        start = START + timedelta(hours=number)
        uid = f"Kill{number:04d}xxxxxxxxxxxxxx"
        payload = {
            "uid": uid, "title": "Intro", "type": "intro", "startTime": start.isoformat(), "endTime": (start + timedelta(minutes=30)).isoformat(),
            "organizer": {"name": "Host", "email": "host@example.com", "timeZone": "Europe/London"},
            "attendees": [{"name": f"Guest {number}", "email": f"guest{number}@example.org", "timeZone": "Europe/Berlin"}],
            "responses": {"email": {"label": "email", "value": f"guest{number}@example.org"}}, "iCalUID": f"{uid}@Cal.com", "seatsPerTimeSlot": None,
        }  # fmt: skip
        body = json.dumps({"triggerEvent": "BOOKING_CREATED", "createdAt": datetime.now(UTC).isoformat(), "payload": payload}).encode()
        return requests.post(f"{self.url}/webhooks/calcom", data=body, headers={SIGNATURE_HEADER: sign(SECRET, body)}, timeout=10).status_code


def test_what_was_acknowledged_survives_a_kill_and_is_mailed_once(tmp_path: Path) -> None:
    site = Site(tmp_path)
    for number in range(ROUNDS):
        with site.running():
            assert site.deliver(number) == 200
            time.sleep(0.04 * number)
            site.kill()
    with site.running():
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            everything = site.flask("outbox", "list")
            mails = [mail for mail in everything if not mail["kind"].startswith("reminder")]
            if len(mails) == 2 * ROUNDS and all(mail["state"] == "sent" for mail in mails):
                break
            time.sleep(0.5)
        bookings = site.flask("bookings", "list")
    assert [booking["attendees"][0]["email"] for booking in bookings] == [f"guest{number}@example.org" for number in range(ROUNDS)]
    assert {mail["kind"] for mail in mails} == {"confirmation", "admin_confirmation"}
    assert {mail["state"] for mail in mails} == {"sent"}
    reminders = [mail for mail in everything if mail["kind"].startswith("reminder")]
    assert [mail["state"] for mail in reminders] == ["planned"] * 2 * ROUNDS
    written = [path.read_bytes() for path in (tmp_path / "outbox").glob("*.eml")]
    for number in range(ROUNDS):
        assert sum(f"\nTo: guest{number}@example.org".encode() in mail for mail in written) == 1


def test_a_running_site_ends_cleanly_on_term(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with site.running():
        assert site.process is not None
        site.process.terminate()
        assert site.process.wait(timeout=25) == 0
