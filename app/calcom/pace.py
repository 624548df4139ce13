"""How fast a key may ask, agreed by all processes that use it.

Decisions that stand here:

* Cal.com blocks a key for a whole minute when it asks too often, so the pace has one place: a row of the database (or Redis), named by
  a hash of the key. `turn` and `heard` are pure; where the state lies is the business of `pace_store.py`.
* Nobody stands in a queue. Who may not go yet looks again later, so that a person who books overtakes a sync of an hour.
* Background work spreads what is left of the limit evenly over what is left of its window, and leaves a reserve for people. As long as
  Cal.com has said nothing, it asks twice a second. People are held up by a block and by a used-up limit only.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

import structlog

from app import clock
from app.calcom.answers import BLOCK_SECONDS
from app.calcom.errors import Wait

INTERVAL = 0.5
"""Between two requests of background work, in seconds, until Cal.com has told its limit."""
RESERVE = 0.1
"""This share of the limit is kept for people."""
EPOCH = 1_000_000
"""A `Reset` below this is a number of seconds, above a moment."""
LONGEST = 600.0
"""Nothing is waited for longer: a state that says so was written by a clock that went wrong."""
MARGIN = 0.05
COURTESY = 1.05
"""Who had the last turn waits a little longer for the next, so that of two nobody starves."""

log = structlog.get_logger()
Result = TypeVar("Result")


@dataclass(frozen=True)
class State:
    """What is known of a key's limit; moments are seconds since 1970."""

    next_at: float = 0.0
    """When background work may ask again."""
    blocked_until: float = 0.0
    window_until: float = 0.0
    """When the limit begins anew; what follows is good until then."""
    limit: int = 0
    remaining: int = 0


class StoreAway(Exception):
    """The state cannot be shared for now."""


class Store(Protocol):
    """Where the state of a key lies."""

    def change(self, key: str, change: Callable[[State], tuple[State, Result]]) -> Result:
        """Replaces the state by what `change` makes of it, alone in the world; `change` may be called more than once.

        Raises `StoreAway`.
        """


def name_of(key: str) -> str:
    """The hash of a key by which its pace is found; nobody gets the key back from it."""
    return hashlib.sha256(b"pace of " + key.encode()).hexdigest()[:32]


def turn(state: State, *, now: float, hurry: bool) -> tuple[State, float]:
    """Takes a turn (0), or says after how many seconds to look again; then nothing has changed."""
    state = _sane(state, now)
    told = now < state.window_until
    reserve = 0 if hurry else max(1, int(state.limit * RESERVE))
    wait = max(0.0, state.blocked_until - now)
    if told and state.remaining <= reserve:
        wait = max(wait, state.window_until - now + MARGIN)
    if not hurry:
        wait = max(wait, state.next_at - now)
    if wait > 0:
        return state, wait
    gap = (state.window_until - now) / max(1, state.remaining - max(1, int(state.limit * RESERVE))) if told else INTERVAL
    left = max(0, state.remaining - 1) if told else state.remaining
    return replace(state, next_at=max(state.next_at, now) + gap, remaining=left), 0.0


def heard(state: State, *, now: float, status: int, headers: Mapping[str, str]) -> State:
    """What an answer teaches of the limit. After 429 nobody asks until the block is over."""
    state = _sane(state, now)
    found = _limits(headers, now)
    if status == 429:
        again = _retry_after(headers) or next((reset - now for _, remaining, reset in found if remaining <= 0), 0.0) or BLOCK_SECONDS
        return replace(state, blocked_until=max(state.blocked_until, now + min(max(again, MARGIN), LONGEST)))
    if not found:
        return state
    limit, remaining, until = min(found, key=lambda one: (one[1] / max(1, one[0]), -one[2]))
    if state.window_until > now and abs(until - state.window_until) <= 1.0 + MARGIN:  # the same window: an older answer may come later
        remaining = min(remaining, state.remaining)
        until = state.window_until
    return replace(state, limit=limit, remaining=remaining, window_until=min(until, now + LONGEST))


def _sane(state: State, now: float) -> State:
    horizon = now + LONGEST
    return State() if max(state.next_at, state.blocked_until, state.window_until) > horizon + 1 else state


def _limits(headers: Mapping[str, str], now: float) -> list[tuple[int, int, float]]:
    """Limit, what remains of it and when it begins anew, for each limit that the headers name (`-Default` and others)."""
    named: dict[str, dict[str, float]] = {}
    for header, value in headers.items():
        words = header.lower().split("-", 3)
        if words[:2] == ["x", "ratelimit"] and len(words) > 2 and words[2] in {"limit", "remaining", "reset"} and (number := _number(value)) is not None:
            named.setdefault(words[3] if len(words) > 3 else "", {})[words[2]] = number
    return [
        (int(one["limit"]), int(one["remaining"]), one["reset"] if one["reset"] >= EPOCH else now + one["reset"])
        for one in named.values()
        if {"limit", "remaining", "reset"} <= one.keys() and one["limit"] > 0
    ]


def _retry_after(headers: Mapping[str, str]) -> float:
    """A number of seconds; dates are not used by Cal.com and are passed over."""
    found = next((value for header, value in headers.items() if header.lower() == "retry-after"), "")
    return min(max(_number(found) or 0.0, 0.0), LONGEST)


def _number(value: str) -> float | None:
    try:
        found = float(value)
    except ValueError:
        return None
    return found if 0 <= found < 1e11 else None


class SharedPace:
    """The pace of one key. When its store is away, this process goes on by what it knows itself."""

    def __init__(self, store: Store, key: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._name = name_of(key)
        self._sleep = sleep
        self._own = State()
        self._last = 0.0
        self._complained = False

    def take_turn(self, *, hurry: bool, patience: float, should_stop: Callable[[], bool]) -> None:
        """Returns when the next request may go; raises `Wait` when that is further away than `patience` seconds, or work should stop."""
        began, since = clock.now().timestamp(), time.monotonic()
        while True:
            waited = time.monotonic() - since  # counted by itself, so that a clock that is set does not matter
            wait = self._change(partial(turn, now=began + waited, hurry=hurry))
            if wait <= 0:
                self._last = self._own.next_at
                return
            if waited + wait > patience or should_stop():
                raise Wait(f"Cal.com takes no more requests for {wait:.0f} seconds: the limit of the API key is used up.", seconds=wait)
            again = self._own.next_at == self._last  # nobody has asked since we did: let somebody else have the next turn
            self._sleep(min(wait * COURTESY if again else wait, 1.0))

    def heard(self, status: int, headers: Mapping[str, str]) -> float:
        """Takes note of what an answer says; how many seconds nobody may ask now."""
        now = clock.now().timestamp()

        def learn(state: State) -> tuple[State, float]:
            learnt = heard(state, now=now, status=status, headers=headers)
            return learnt, max(0.0, learnt.blocked_until - now)

        return self._change(learn)

    def _change(self, change: Callable[[State], tuple[State, Result]]) -> Result:
        def keep(state: State) -> tuple[State, Result]:
            self._own, result = change(state)
            return self._own, result

        try:
            result = self._store.change(self._name, keep)
        except StoreAway as error:
            if not self._complained:
                log.warning("the pace of requests to Cal.com cannot be shared for now", why=str(error))
            self._complained = True
            self._own, result = change(self._own)
        else:
            self._complained = False
        return result
