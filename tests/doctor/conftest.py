"""A whole site on loopback: web server, worker, a simulated Cal.com with its API, all real; and the doctor for it."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server

from app.config import MIGRATIONS
from app.db import transaction
from app.doctor.examine import CHECKS, examine
from app.doctor.finding import Finding, Status
from app.doctor.patient import Patient
from app.sandbox import create_sandbox
from app.wiring import patient_of
from tests.conftest import SECRET
from tests.mail.certificate import write_certificate
from tools.services import free_port

KEY = "cal_" + "0123456789abcdef" * 2


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    server = make_server("localhost", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Plain:
    """A server that gives everybody the same answer."""

    port: int
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@pytest.fixture
def plain() -> Iterator[Callable[..., Plain]]:
    """`plain(status=200, headers=(), body=b"")`: a running server of that kind; a `Date` among the headers replaces its own."""
    with ExitStack() as stack:

        def make(**values: Any) -> Plain:
            answer = Plain(0, **values)

            class Handler(BaseHTTPRequestHandler):
                def log_message(self, *_: object) -> None:
                    """Say nothing."""

                def date_time_string(self, timestamp: float | None = None) -> str:
                    return dict(answer.headers).get("Date") or super().date_time_string(timestamp)

                def do_GET(self) -> None:
                    self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    self.send_response(answer.status)
                    for name, value in answer.headers:
                        if name != "Date":
                            self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(answer.body)

                do_POST = do_HEAD = do_GET

            server = ThreadingHTTPServer(("localhost", 0), Handler)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            answer.port = server.server_address[1]
            return answer

        yield make


@dataclass
class Site:
    """A site that runs."""

    app: Flask
    patient: Patient

    def ask(self, name: str) -> Finding:
        """What one check finds, looked at anew."""
        [check] = [check for check in CHECKS if check.name == name]
        [result] = examine(patient_of(self.app), [check])
        return result.finding

    def examine(self) -> dict[str, Finding]:
        """What every check finds."""
        return {result.check.name: result.finding for result in examine(patient_of(self.app))}

    def broken(self) -> set[str]:
        """The checks that say that something is wrong."""
        return {name for name, finding in self.examine().items() if finding.status in {Status.FAILED, Status.WARNING}}


@pytest.fixture
def site(make_app: Callable[..., Flask]) -> Iterator[Callable[..., Site]]:
    """`site(serve=True, work=True, **settings)`: a site beside its simulated Cal.com, whose webhook leads to it."""
    with ExitStack() as stack:

        def make(*, serve: bool = True, work: bool = True, **values: Any) -> Site:
            port, calcom_port = free_port(), free_port()
            site_url, calcom_url = f"http://localhost:{port}", f"http://localhost:{calcom_port}"
            sandbox = create_sandbox(site_url=site_url, webhook_secret=SECRET, own_url=calcom_url)
            stack.callback(sandbox.extensions["sandbox"].courier.stop)
            stack.enter_context(serving(sandbox, calcom_port))
            calcom = {
                "CALCOM_LINK": "demo/intro",
                "CALCOM_ORIGIN": calcom_url,
                "CALCOM_EMBED_URL": f"{calcom_url}/embed/embed.js",
                "CALCOM_API_URL": f"{calcom_url}/v2",
                "CALCOM_API_KEY": KEY,
            }
            app = make_app(demo=True, **({"SITE_URL": site_url} | calcom | values))
            stamp(app)
            if serve:
                stack.enter_context(serving(app, port))
            if work:
                runner = app.extensions["works"].start_runner()
                stack.callback(runner.stop)
            return Site(app, patient_of(app))

        yield make


def stamp(app: Flask, revision: str = "") -> None:
    """Says that the tables are of this revision (the newest), as a migration would."""
    newest = (MIGRATIONS / "versions" / "head.txt").read_text(encoding="utf-8").strip()
    with app.app_context(), transaction() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision or newest})


@pytest.fixture
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """The mail server's side of an encrypted connection, with a certificate that nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*write_certificate(tmp_path_factory.mktemp("certificate")))
    return context
