"""How a call is made: at its pace, again if it only reads, and looked after if it wrote and nobody knows what.

Decisions that stand here:

* A person who waits (`hurry`) never waits for a long sync: no spacing, one repeat, ten seconds for everything, and a full minute
  of Cal.com's block is said at once (`Wait`) instead of being waited out. Work in the background waits and repeats patiently.
* Only reads are repeated. A write whose answer got lost raises `Lost`; the resource then reads and sees (`settle`).
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import structlog

from app import clock
from app.calcom import answers
from app.calcom.errors import Away, CalcomError, NotFound, Unsure, Wait
from app.calcom.protocol import Call, Query, query

PERSON_SECONDS = 10.0
"""What somebody waits for an answer, with all repeats."""
CALL_SECONDS = 10.0
LEAST_SECONDS = 1.0
"""Less time than this is not worth a call."""
PAUSES = (1.0, 3.0, 9.0)
"""Before the second, third and fourth try in the background; each times a half to one and a half."""
SHORT_PAUSE = 0.4
BLOCK_SECONDS = 60.0
SETTLE_PAUSES = (0.5, 2.0)
"""Between looks for what a lost write has done."""
PAGE = 250

log = structlog.get_logger()
spread = random.SystemRandom()
Row = TypeVar("Row")


class Reply(Protocol):
    """What came back over the wire."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


class Broken(Exception):
    """There is no proper answer. `sent` says whether the request may have reached Cal.com, `final` that the next try will end the same."""

    def __init__(self, why: str, *, sent: bool, final: bool = False) -> None:
        super().__init__(why)
        self.sent = sent
        self.final = final


class Transport(Protocol):
    """Carries a call there and back; raises `Broken`."""

    def __call__(self, call: Call, *, seconds: float) -> Reply: ...


class Pace(Protocol):
    """The pace of a key, shared by all processes."""

    def take_turn(self, *, hurry: bool, patience: float, should_stop: Callable[[], bool]) -> None:
        """Returns when the next request may go; raises `Wait` when that is further away than `patience`."""

    def heard(self, status: int, headers: Mapping[str, str]) -> float:
        """Takes note of what an answer says of the limit; how many seconds nobody may ask now."""


@dataclass(frozen=True)
class Answer:
    """What Cal.com said, and when."""

    data: Any
    pagination: Mapping[str, Any]
    at: datetime


class Lost(Exception):  # not an error of Cal.com's that may leave this package
    """A write went out and no proper answer came back."""

    def __init__(self, call: Call, why: str, *, status: int | None, ended: bool) -> None:
        super().__init__(why)
        self.call = call
        self.status = status
        self.ended = ended
        """Cal.com has surely stopped working on it; what reading does not show now did not happen."""


class Caller:
    """Makes calls for the resources."""

    def __init__(
        self,
        transport: Transport,
        pace: Pace,
        *,
        hurry: bool = True,
        should_stop: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = transport
        self._pace = pace
        self._hurry = hurry
        self._should_stop = should_stop
        self._sleep = sleep

    def unhurried(self, should_stop: Callable[[], bool]) -> "Caller":
        """The same for work that nobody waits for; while it waits it asks `should_stop` and then raises `Wait`."""
        return Caller(self._transport, self._pace, hurry=False, should_stop=should_stop, sleep=self._sleep)

    # Reading ----------------------------------------------------------------------------------------------------------

    def read(self, call: Call, *, unhurried: bool = False) -> Answer:
        """The answer to a read, after as many tries as make sense. `unhurried` calls give way even on behalf of a person."""
        hurry = self._hurry and not unhurried
        until = time.monotonic() + PERSON_SECONDS if hurry else None
        pauses = (SHORT_PAUSE,) if hurry else PAUSES
        for pause in (*pauses, None):
            try:
                return self._once(call, hurry=hurry, until=until)
            except (Broken, Away, Wait) as error:
                if pause is None or not self._worth_repeating(error, hurry=hurry, until=until):
                    raise _away(call, error) from None
                log.info("a question to Cal.com is repeated", what=call.what, why=str(error))
                if not isinstance(error, Wait):
                    self._rest(pause * spread.uniform(0.5, 1.5))
        raise AssertionError("the last try returns or raises")

    def read_all(self, what: str, path: str, rows: Callable[[Answer], Iterable[Row]], where: Query = ()) -> tuple[Row, ...]:
        """Every row of a short list that comes in pages; ends as well when a server takes no notice of `skip`."""
        found: list[Row] = []
        while True:
            page = list(rows(self.read(Call(what, "GET", path, where + query(take=PAGE, skip=len(found))))))
            known = bool(page) and page[0] in found
            if not known:
                found += page
            if known or len(page) < PAGE:
                return tuple(found)

    def _worth_repeating(self, error: Exception, *, hurry: bool, until: float | None) -> bool:
        if self._should_stop():
            return False
        if isinstance(error, Wait):
            return not hurry
        if (isinstance(error, Broken) and error.final) or (isinstance(error, Away) and error.status in range(300, 400)):
            return False
        return until is None or until - time.monotonic() > LEAST_SECONDS

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._should_stop():
            self._sleep(min(left, 0.5))

    # Writing ----------------------------------------------------------------------------------------------------------

    def write(self, call: Call, read: Callable[[Answer], Row]) -> Row:
        """What a write did, which is sent once. Raises `Lost` when nobody knows that, `Away` when it did nothing."""
        try:
            return read(self._once(call, hurry=self._hurry, until=None))
        except Broken as error:
            if not error.sent:
                raise _away(call, error) from None
            raise Lost(call, str(error), status=None, ended=False) from None
        except Away as error:  # an answer that says nothing about what happened
            raise Lost(call, str(error), status=error.status, ended=error.status in {500, 501, 503}) from None

    def write_again(self, call: Call, read: Callable[[Answer], Row]) -> Row:
        """What a write did that may be sent twice, since the second does what the first did."""
        for last in (False, True):
            try:
                return self.write(call, read)
            except Lost as lost:
                if last:
                    raise _unsure(lost) from None
                self._rest(SHORT_PAUSE)
        raise AssertionError("the last try returns or raises")

    def delete(self, call: Call) -> None:
        """Removes something; one that is gone already raises `NotFound`, unless it was our own first try that removed it."""
        for last in (False, True):
            try:
                self.write(call, lambda _: None)
            except Lost as lost:
                if last:
                    raise _unsure(lost) from None
                self._rest(SHORT_PAUSE)
            except NotFound:
                if not last:
                    raise
                return
            else:
                return

    def write_once(self, call: Call, read: Callable[[Answer], Row]) -> Row:
        """What a write did that must not be sent twice and cannot be recognised afterwards."""
        try:
            return self.write(call, read)
        except Lost as lost:
            raise _unsure(lost) from None

    def settle(self, lost: Lost, look: Callable[[], tuple[Row, ...]]) -> tuple[Row, ...]:
        """What `look` finds of a lost write; nothing when it finds nothing in several looks. Raises `Unsure` when it cannot look."""
        log.warning("no proper answer to a write; looking what it did", what=lost.call.what, why=str(lost))
        until = time.monotonic() + PERSON_SECONDS
        for pause in (*SETTLE_PAUSES, None):
            found: tuple[Row, ...] | None
            try:
                found = look()
            except NotFound:
                found = ()
            except CalcomError:
                found = None
            if pause is None or found or time.monotonic() + pause > until:
                if found is None:
                    raise _unsure(lost) from None
                return found
            self._rest(pause)
        raise AssertionError("the last look returns or raises")

    # Both -------------------------------------------------------------------------------------------------------------

    def _once(self, call: Call, *, hurry: bool, until: float | None) -> Answer:
        patience = LEAST_SECONDS if hurry else 3 * BLOCK_SECONDS
        self._pace.take_turn(hurry=hurry, patience=patience, should_stop=self._should_stop)
        seconds = CALL_SECONDS if until is None else max(0.1, min(CALL_SECONDS, until - time.monotonic()))
        reply = self._transport(call, seconds=seconds)
        blocked = self._pace.heard(reply.status, reply.headers)
        said = answers.understand(call, status=reply.status, body=reply.body, blocked=blocked)
        return Answer(said.data, said.pagination, clock.now())


def _away(call: Call, error: Exception) -> CalcomError:
    if isinstance(error, CalcomError):
        return error
    return Away(f"Cal.com could not be asked to {call.what}: {error}.")


def _unsure(lost: Lost) -> Unsure:
    return Unsure(f"Cal.com gave no proper answer when asked to {lost.call.what}; whether it did is not known yet.", status=lost.status)
