"""Sends the signed webhooks, one attempt each, and keeps a log of what became of them.

A thread of its own does the sending, so that a slow receiver does not hold up the visitor. The
real one is not that kind, but a demo has to be; everything else about a delivery is as observed:
no second attempt, no redirect followed, no id and no time in the headers.
"""

import heapq
import itertools
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import requests

from app import clock
from app.calcom.webhook import sign
from app.sandbox.dials import DeliveryDials

_KEPT = 200
_TIMEOUT = 10.0
_OVERTAKEN_BY_SECONDS = 1.5
VERSION = "2021-10-20"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt and its result."""

    number: int
    trigger: str
    uid: str
    at: datetime
    result: str
    good: bool
    milliseconds: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    number: int
    trigger: str
    uid: str
    body: bytes
    address: str
    secret: str | None


class Courier:
    """Takes finished bodies and delivers them: to the site's address, or to that of another webhook."""

    def __init__(
        self,
        *,
        address: str,
        secret: str,
        now: Callable[[], datetime] = clock.now,
        chance: Callable[[], float] = random.SystemRandom().random,
        timeout: float = _TIMEOUT,
    ) -> None:
        self.address = address
        self.dials = DeliveryDials()
        self._secret = secret
        self._now = now
        self._chance = chance
        self._timeout = timeout
        self._log: deque[Delivery] = deque(maxlen=_KEPT)
        self._held: list[_Waiting] = []
        self._queue: list[tuple[float, int, _Waiting]] = []
        self._numbers = itertools.count(1)
        self._places = itertools.count()
        self._changed = threading.Condition()
        self._busy = False
        self._stopped = False
        self._thread: threading.Thread | None = None

    def send(self, *, trigger: str, uid: str, body: bytes, address: str | None = None, secret: str | None = None) -> None:
        """Queue one delivery and return at once; without an address it goes to the site, signed with its secret."""
        dials = self.dials
        due = time.monotonic() + dials.delay_ms / 1000
        with self._changed:
            item = _Waiting(
                number=next(self._numbers),
                trigger=trigger,
                uid=uid,
                body=body,
                address=address or self.address,
                secret=secret if address else self._secret,
            )
            if self._chance() < dials.loss:
                self._record(item, result="lost on purpose", good=False, milliseconds=0)
                return
            if dials.held and self._chance() < dials.held:
                self._held.append(item)
                return
            if self._chance() < dials.reorder:
                due += _OVERTAKEN_BY_SECONDS
            for _ in range(1 + dials.repeats):
                heapq.heappush(self._queue, (due, next(self._places), item))
            self._wake()

    def release(self) -> int:
        """Send what was held back, in the order in which it happened, and say how many that were."""
        with self._changed:
            held, self._held = self._held, []
            for item in held:
                heapq.heappush(self._queue, (time.monotonic(), next(self._places), item))
            self._wake()
            return len(held)

    def held(self) -> int:
        """How many are held back."""
        with self._changed:
            return len(self._held)

    def log(self) -> list[Delivery]:
        """The last deliveries, the youngest first."""
        with self._changed:
            return list(reversed(self._log))

    def waiting(self) -> int:
        """How many are queued or being sent."""
        with self._changed:
            return len(self._queue) + int(self._busy)

    def wait_until_idle(self, *, seconds: float = 10.0) -> bool:
        """Whether everything queued was sent within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, seconds)

    def forget(self) -> None:
        """Drop what waits and empty the log."""
        with self._changed:
            self._queue.clear()
            self._held.clear()
            self._log.clear()
            self._changed.notify_all()

    def stop(self) -> None:
        """End the thread; what still waits is dropped."""
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=self._timeout)

    def _wake(self) -> None:
        if self._thread is None and not self._stopped:
            self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while (item := self._next()) is not None:
            started = time.monotonic()
            result, good = self._post(item)
            spent = int((time.monotonic() - started) * 1000)
            with self._changed:
                self._busy = False
                self._record(item, result=result, good=good, milliseconds=spent)
                self._changed.notify_all()

    def _next(self) -> _Waiting | None:
        with self._changed:
            while not self._stopped:
                if not self._queue:
                    self._changed.wait()
                    continue
                pause = self._queue[0][0] - time.monotonic()
                if pause > 0:
                    self._changed.wait(pause)
                    continue
                self._busy = True
                return heapq.heappop(self._queue)[2]
            return None

    def _post(self, item: _Waiting) -> tuple[str, bool]:
        headers = {
            "Content-Type": "application/json",
            "X-Cal-Signature-256": sign(item.secret, item.body) if item.secret else "no-secret-provided",
            "X-Cal-Webhook-Version": VERSION,
        }
        try:
            answer = requests.post(item.address, data=item.body, headers=headers, timeout=self._timeout, allow_redirects=False)
        except requests.RequestException as problem:
            return f"no answer ({type(problem).__name__})", False
        return str(answer.status_code), answer.ok and not answer.is_redirect

    def _record(self, item: _Waiting, *, result: str, good: bool, milliseconds: int) -> None:
        self._log.append(
            Delivery(
                number=item.number,
                trigger=item.trigger,
                uid=item.uid,
                at=self._now(),
                result=result,
                good=good,
                milliseconds=milliseconds,
                body=item.body,
            )
        )
