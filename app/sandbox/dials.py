"""The faults that can be switched on: in deliveries, in the frame and in the embed script.

The names of the frame's faults are also query flags of a booking page (`?fail=404&slots=3000`);
a flag in the query wins over the dial, because it concerns only that one page.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.sandbox.errors import BadRequest

_HIGHEST = 600_000
_BOUNDS = {"clock_scale": (1, 1000), "api_limit": (1, _HIGHEST), "api_churn": (0, 1000), "api_slow_ms": (0, 120_000)}
API_FAULTS = ("429", "500", "html", "cut", "redirect", "lost", "slow")
_NEXT = re.compile(rf"(ok|{'|'.join(API_FAULTS)})(\*[1-9][0-9]{{0,4}})?")


@dataclass(frozen=True, kw_only=True)
class DeliveryDials:
    """How badly webhooks travel."""

    loss: float = 0.0
    """Share of deliveries that are never sent."""
    delay_ms: int = 0
    """Wait before each delivery."""
    repeats: int = 0
    """How often each delivery is sent again, byte for byte."""
    reorder: float = 0.0
    """Share of deliveries that later ones overtake."""
    held: float = 0.0
    """Share of deliveries that wait until they are released by hand: late by as long as a test wants."""


@dataclass(frozen=True, kw_only=True)
class FrameDials:
    """What goes wrong inside the frame, or which rule a page pretends to have."""

    fail: str = ""
    """`linkFailed` with this code right after the frame is ready; `1` means 404, `legacy` says nothing before it."""
    faillate: bool = False
    """`linkFailed` with code 500 where `linkReady` was due."""
    silent: bool = False
    """The document loads and never speaks."""
    delay: int = 0
    """Milliseconds before `__iframeReady`."""
    slots: int = 0
    """Milliseconds before the times are there."""
    noslots: bool = False
    """No time is free."""
    pending: bool = False
    """Bookings need the host's confirmation."""
    payment: bool = False
    """Bookings cost money."""
    recurring: bool = False
    """A booking is four weekly ones."""
    error: bool = False
    """Every booking is refused inside the frame, without an event."""
    v2only: bool = False
    """The deprecated events are left out."""
    tall: int = 0
    """Pixels added to the page."""


@dataclass(frozen=True, kw_only=True)
class ScriptDials:
    """What happens to the embed script."""

    script: str = "ok"
    """`ok`, `missing` (404) or `html` (an HTML answer in its place)."""
    script_delay_ms: int = 0
    """Wait before it is served."""


@dataclass(frozen=True, kw_only=True)
class ApiDials:
    """How badly the API answers. Shares hit at random, `api_next` hits the next requests exactly."""

    api_429: float = 0.0
    """Share of requests that are told to wait."""
    api_500: float = 0.0
    """Share that fail with the unhandled error."""
    api_html: float = 0.0
    """Share that get a web page from the edge."""
    api_cut: float = 0.0
    """Share whose compressed answer ends in the middle."""
    api_redirect: float = 0.0
    """Share that are sent elsewhere."""
    api_lost: float = 0.0
    """Share of writes that are done, and whose answer never comes: the connection is cut."""
    api_slow: float = 0.0
    """Share of answers whose body dribbles in."""
    api_slow_ms: int = 3000
    """How long a slow body takes."""
    api_next: str = ""
    """What happens to the next requests, such as `500*3,html,ok,lost`; each word is used up by one request."""
    api_only: str = ""
    """Faults hit only requests that begin so, such as `GET /v2/bookings` or `POST`."""
    api_churn: int = 0
    """Rows that change right after each page of a list of bookings, where no webhook tells of it."""
    api_unknown: str = ""
    """Properties that this installation does not know and drops without a word, such as `showOptimizedSlots,disableGuests`."""
    api_limit: int = 120
    """Requests a minute."""
    clock_scale: float = 1.0
    """How much faster than the real one the limit's clock runs."""


@dataclass(frozen=True, kw_only=True)
class Dials:
    """Everything that can be made to fail."""

    deliveries: DeliveryDials = DeliveryDials()
    frame: FrameDials = FrameDials()
    script: ScriptDials = ScriptDials()
    api: ApiDials = ApiDials()

    def flat(self) -> dict[str, Any]:
        """All dials in one dictionary; their names do not repeat."""
        return asdict(self.deliveries) | asdict(self.frame) | asdict(self.script) | asdict(self.api)

    def turned(self, wanted: Mapping[str, object]) -> "Dials":
        """These dials with some of them set anew; an unknown or wrong one is refused by name."""
        unknown = sorted(set(wanted) - set(self.flat()))
        if unknown:
            raise BadRequest(f"There is no dial named {unknown[0]}.")
        return Dials(
            deliveries=replace(self.deliveries, **_chosen(DeliveryDials, wanted)),
            frame=replace(self.frame, **_chosen(FrameDials, wanted)),
            script=replace(self.script, **_chosen(ScriptDials, wanted)),
            api=replace(self.api, **_chosen(ApiDials, wanted)),
        )


def flags_for(dials: FrameDials, query: Mapping[str, str]) -> FrameDials:
    """The frame's faults for one page: the dials, overridden by the flags in its query."""
    wanted: dict[str, object] = {}
    for one in fields(FrameDials):
        if one.name not in query:
            continue
        given = query[one.name]
        wanted[one.name] = given != "0" if one.type in (bool, "bool") else given
    try:
        return replace(dials, **_chosen(FrameDials, wanted))
    except BadRequest:
        return dials


def _chosen(group: type[DeliveryDials | FrameDials | ScriptDials | ApiDials], wanted: Mapping[str, object]) -> dict[str, Any]:
    return {one.name: _as_dial(one.name, getattr(group, one.name), wanted[one.name]) for one in fields(group) if one.name in wanted}


def _as_dial(name: str, default: object, given: object) -> object:
    refusal = BadRequest(f"The dial {name} cannot be set to {given!r}.")
    if isinstance(default, bool):
        if given in (True, "1", "true", "on"):
            return True
        if given in (False, None, "", "0", "false", "off"):
            return False
        raise refusal
    if name == "script" and given not in ("ok", "missing", "html"):
        raise refusal
    if name == "fail" and given not in ("", "1", "403", "404", "500", "legacy"):
        raise refusal
    if name == "api_next" and not all(_NEXT.fullmatch(one.strip()) for one in str(given or "").split(",") if one.strip()):
        raise refusal
    if isinstance(default, str):
        return str(given or "")
    try:
        number = float(str(given or 0)) if isinstance(default, float) else int(str(given or 0))
    except ValueError:
        raise refusal from None
    lowest, highest = _BOUNDS.get(name, (0, 1) if isinstance(default, float) else (0, _HIGHEST))
    if not lowest <= number <= highest:
        raise refusal
    return number
