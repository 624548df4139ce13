"""A simulated Cal.com on a port of its own, whose API the app under test really asks; its deliveries are kept and not sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from app.sandbox import create_sandbox
from app.sandbox.desk import EXTENSION, Desk
from tools.services import free_port

SECRET = "a-secret-for-the-tests"


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        pass


@dataclass
class FarCalcom:
    """What a test may do with it."""

    url: str
    desk: Desk
    app: Any = None
    """The simulation itself, for a test that wants to look at its requests."""

    @property
    def settings(self) -> dict[str, str]:
        """What the app needs to find it."""
        return {"CALCOM_API_URL": f"{self.url}/v2", "CALCOM_API_KEY": "cal_demo", "CALCOM_ORIGIN": self.url, "CALCOM_LINK": "demo/intro"}

    def turn(self, **dials: Any) -> None:
        """Turns dials, as on the control page."""
        requests.put(f"{self.url}/control/api/dials", json=dials, timeout=10).raise_for_status()

    def kind(self, slug: str) -> Any:
        """The event type itself, to be changed by the test as its host would."""
        return self.desk.engine.catalogue.find(slug)

    def deliveries(self, number: int) -> list[bytes]:
        """The bodies that it wanted to tell, oldest first, as soon as there are so many."""
        until = time.monotonic() + 10
        while len(self.desk.courier.log()) < number and time.monotonic() < until:
            time.sleep(0.02)
        return [each.body for each in reversed(self.desk.courier.log())]


@contextmanager
def far_calcom() -> Iterator[FarCalcom]:
    """A running one, gone afterwards."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_sandbox(site_url=f"http://127.0.0.1:{free_port()}", webhook_secret=SECRET, own_url=url)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    desk: Desk = app.extensions[EXTENSION]
    try:
        yield FarCalcom(url, desk, app)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        desk.courier.stop()
