"""A simulated Cal.com in the same process: webhooks go where the test wants, the API is asked through our real client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app import clock
from app.calcom.calling import Caller
from app.calcom.client import Client
from app.calcom.protocol import Call
from app.sandbox import create_sandbox
from app.sandbox.desk import EXTENSION, Desk
from tests.conftest import outside

HEADERS = {"Authorization": "Bearer cal_demo", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class NoPace:
    """Nobody counts."""

    def take_turn(self, *, hurry: bool, patience: float, should_stop: Callable[[], bool]) -> None:
        pass

    def heard(self, status: int, headers: Mapping[str, str]) -> float:
        return 0.0


class NearCalcom:
    """`engine` is what happens at Cal.com, `client` asks its API, `told` are the bodies of its webhooks, oldest first."""

    def __init__(self, tell: Callable[[bytes], Any] = lambda _: None) -> None:
        self.told: list[bytes] = []
        self.calls: list[Call] = []
        self.before: Callable[[Call], Any] = lambda _: None
        """Is called before each request: what happens at Cal.com meanwhile."""
        self.after: Callable[[Call], Any] = lambda _: None
        """Is called after each answer, before we have read it."""
        self._app = create_sandbox(site_url="http://127.0.0.1:9", webhook_secret="a-secret-for-the-tests", own_url="http://sandbox.test", now=clock.now)
        self.desk: Desk = self._app.extensions[EXTENSION]
        self.desk.turn({"api_limit": 600_000})
        self.engine = self.desk.engine
        self.client = Client(Caller(self._carry, NoPace(), sleep=lambda _: None))

        def send(*, body: bytes, **_: Any) -> None:
            self.told.append(body)
            tell(body)

        self.desk.courier.send = send  # type: ignore[method-assign]

    def _carry(self, call: Call, *, seconds: float) -> _Reply:
        self.before(call)
        self.calls.append(call)

        def ask() -> _Reply:
            answer = self._app.test_client().open(f"/v2{call.target}", method=call.method, json=call.body, headers={**call.headers, **HEADERS})
            return _Reply(answer.status_code, dict(answer.headers), answer.data)

        reply: _Reply = outside(ask)
        self.after(call)
        return reply
