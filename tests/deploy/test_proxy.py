"""`deploy/Caddyfile` in a Caddy that runs, with a site that runs behind it: deliveries wait, the site learns who asked for what, over http and https."""

import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.calcom.webhook import SIGNATURE_HEADER, sign
from bench.serving import ROOT, SECRET, Site
from tools import proxy
from tools.services import free_port, wait_for_port

FILE = ROOT / "deploy" / "Caddyfile"
OWN_WORDS = {"SITE_HOST", "FRONTDESK"}
SENDERS = 4


class Proxy:
    """A Caddy with the file as it is delivered; only its ports are others."""

    def __init__(self, caddy: Path, folder: Path, upstream: str) -> None:
        self.http, self.https, self.folder = free_port(), free_port(), folder
        text = FILE.read_text(encoding="utf-8")
        if is_old(caddy):  # as it says on top
            text = re.sub(r"\tlb_retry_match \{.*?\n\t\t\}", "", text.replace("request_buffers 2MB", "buffer_requests"), flags=re.DOTALL)
        ports = f"{{\n\tadmin off\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n\thttp_port {self.http}\n\thttps_port {self.https}\n}}\n"
        (folder / "Caddyfile").write_text(ports + text)
        self._command = [str(caddy), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
        self._environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "FRONTDESK": upstream}

    @contextmanager
    def running(self, host: str = "") -> Iterator["Proxy"]:
        """With the name `localhost` it is https, with a certificate of Caddy's own authority, as it would be with one of the world's."""
        log = self.folder / "log"
        environ = self._environ | {"SITE_HOST": host or f"http://127.0.0.1:{self.http}"}
        with log.open("wb") as said, subprocess.Popen(self._command, env=environ, stdout=said, stderr=said) as process:
            try:
                wait_for_port(self.https if host else self.http, process)
                if host:
                    self._wait_for_certificate()
                yield self
            finally:
                process.terminate()

    def _wait_for_certificate(self) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.https), 10) as plain, self.authority().wrap_socket(plain, server_hostname="localhost"):
                    return
            except (ssl.SSLError, ValueError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def authority(self) -> ssl.SSLContext:
        """Trusts Caddy's own authority and nobody else."""
        (root,) = self.folder.rglob("root.crt")
        return ssl.create_default_context(cafile=str(root))


def is_old(caddy: Path) -> bool:
    """Whether it has the earlier word for keeping what waits."""
    said = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return tuple(map(int, re.findall(r"\d+", said)[:3])) < (2, 6, 3)


@pytest.fixture
def caddy() -> Path:
    found = proxy.find()
    if found is None:
        pytest.skip(proxy.CHOICES)
    return found


def delivery(number: int) -> bytes:
    return f'{{"triggerEvent": "PING", "createdAt": "2026-11-21T09:00:00.000Z", "payload": {{"number": {number}}}}}'.encode()


def post(port: int, body: bytes) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/webhooks/calcom", body, {SIGNATURE_HEADER: sign(SECRET, body), "Content-Type": "application/json"})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def test_a_delivery_waits_at_the_proxy_while_the_site_starts_again(caddy: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", PROXY_HOPS="1")
    front = Proxy(caddy, tmp_path, f"127.0.0.1:{site.port}")
    site.environ["SITE_URL"] = f"http://127.0.0.1:{front.http}"
    with site.running(), front.running():
        site.kill_web()
        time.sleep(0.5)  # what its dying processes still took is lost with them
        answers: list[int] = []
        waiting = threading.Thread(target=lambda: answers.append(post(front.http, delivery(1))))
        waiting.start()
        time.sleep(0.5)
        assert answers == []
        site.start_web()
        waiting.join(60)
        assert answers == [200]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["asked to end", "killed"])
def test_no_delivery_of_a_storm_is_lost_with_a_site_that_ends(number: signal.Signals, caddy: Path, tmp_path: Path) -> None:
    if is_old(caddy):
        pytest.skip("this caddy cannot send a second time what a dying process took with it: CADDY_PATH may name 2.6.4 or newer")
    site = Site(tmp_path / "site", PROXY_HOPS="1")
    front = Proxy(caddy, tmp_path, f"127.0.0.1:{site.port}")
    site.environ["SITE_URL"] = f"http://127.0.0.1:{front.http}"
    answers: Counter[int] = Counter()
    stop, sent = threading.Event(), []

    def send(first: int) -> None:
        for each in range(first, 1_000_000, SENDERS):
            if stop.is_set():
                return
            sent.append(each)
            answers[post(front.http, delivery(each))] += 1
            time.sleep(0.01)

    with site.running(), front.running():
        senders = [threading.Thread(target=send, args=(first,), daemon=True) for first in range(SENDERS)]
        for each in senders:
            each.start()
        for _ in range(2):
            time.sleep(1)
            assert site.web is not None
            os.killpg(site.web.pid, number)
            site.web.wait(30)
            time.sleep(0.5)
            site.start_web()
        time.sleep(1)
        stop.set()
        for each in senders:
            each.join(60)
        assert set(answers) == {200}, answers
        kept = site.flask("inbox", "list", "--limit", "1000000")
    assert len(kept) == len(sent), "each is kept once"


def test_the_site_is_told_who_asked_for_what(caddy: Path, tmp_path: Path) -> None:
    heard: list[dict[str, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    front = Proxy(caddy, tmp_path, f"127.0.0.1:{server.server_port}")
    with front.running("localhost"):
        connection = HTTPSConnection("localhost", front.https, context=front.authority(), timeout=20)
        lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
        connection.request("GET", "/", headers=lies)
        assert connection.getresponse().status == 204
        connection.close()
    server.shutdown()
    server.server_close()
    (told,) = heard
    assert told["x-forwarded-for"] == "127.0.0.1", "what a visitor claims is not passed on"
    assert told["x-forwarded-proto"] == "https"
    assert told["x-forwarded-host"] == told["host"] == f"localhost:{front.https}"


def test_a_site_behind_it_is_one_over_https(caddy: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", PROXY_HOPS="1")
    front = Proxy(caddy, tmp_path, f"127.0.0.1:{site.port}")
    site.environ["SITE_URL"] = f"https://localhost:{front.https}"
    with site.running(), front.running("localhost"):
        wait_for_port(front.http)

        def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
            connection = HTTPSConnection("localhost", front.https, context=front.authority(), timeout=20)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = answer.status, {name.lower(): value for name, value in answer.getheaders()}
            connection.close()
            return found

        status, headers = ask("GET", "/admin/sign-in")
        assert (status, "strict-transport-security" in headers) == (200, True), "the site knows that it is https, and does not send elsewhere"
        assert headers["set-cookie"].startswith("__Host-")
        assert "Secure" in headers["set-cookie"]
        assert ask("GET", "/book", **{"Accept-Encoding": "gzip"})[1]["content-encoding"] == "gzip"
        status, headers = ask("GET", "/admin/")
        assert (status, headers["location"].startswith(("/admin/", f"https://localhost:{front.https}/admin/"))) == (302, True)
        assert ask("GET", "/metrics")[0] == 404
        body = delivery(1)
        assert ask("POST", "/webhooks/calcom", body, **{SIGNATURE_HEADER: sign(SECRET, body)})[0] == 200
        assert ask("POST", "/webhooks/calcom", body)[0] == 401
        assert ask("POST", "/webhooks/calcom", b"x" * 1_500_000)[0] == 413
        assert ask("POST", "/webhooks/calcom", b"x" * 2_500_000)[0] in ((413, 502) if is_old(caddy) else (413,)), (
            "an old one may see the site hang up before it sees its own bound"
        )
        plain = HTTPConnection("localhost", front.http, timeout=20)
        plain.request("GET", "/book")
        answer = plain.getresponse()
        assert (answer.status, answer.headers["Location"]) == (308, "https://localhost/book")  # Caddy takes its own ports for what a router leads 80 and 443 to
        plain.close()


def test_the_caddyfile_is_whole() -> None:
    text = FILE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.strip().startswith("#")]
    assert sum(line.rstrip().endswith("{") for line in lines) == sum(line.strip() == "}" for line in lines)
    assert set(re.findall(r"\{\$(\w+)", text)) == OWN_WORDS
