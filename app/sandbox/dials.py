"""The faults that can be switched on: in deliveries, in the frame and in the embed script.

The names of the frame's faults are also query flags of a booking page (`?fail=404&slots=3000`);
a flag in the query wins over the dial, because it concerns only that one page.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.sandbox.errors import BadRequest

_HIGHEST = 600_000


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
class Dials:
    """Everything that can be made to fail."""

    deliveries: DeliveryDials = DeliveryDials()
    frame: FrameDials = FrameDials()
    script: ScriptDials = ScriptDials()

    def flat(self) -> dict[str, Any]:
        """All dials in one dictionary; their names do not repeat."""
        return asdict(self.deliveries) | asdict(self.frame) | asdict(self.script)

    def turned(self, wanted: Mapping[str, object]) -> "Dials":
        """These dials with some of them set anew; an unknown or wrong one is refused by name."""
        unknown = sorted(set(wanted) - set(self.flat()))
        if unknown:
            raise BadRequest(f"There is no dial named {unknown[0]}.")
        return Dials(
            deliveries=replace(self.deliveries, **_chosen(DeliveryDials, wanted)),
            frame=replace(self.frame, **_chosen(FrameDials, wanted)),
            script=replace(self.script, **_chosen(ScriptDials, wanted)),
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


def _chosen(group: type[DeliveryDials | FrameDials | ScriptDials], wanted: Mapping[str, object]) -> dict[str, Any]:
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
    if isinstance(default, str):
        return str(given)
    try:
        number = float(str(given or 0)) if isinstance(default, float) else int(str(given or 0))
    except ValueError:
        raise refusal from None
    if not 0 <= number <= (1 if isinstance(default, float) else _HIGHEST):
        raise refusal
    return number
