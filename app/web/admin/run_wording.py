"""What the comparisons with Cal.com are called on the pages of the admin area."""

from collections.abc import Mapping

from app.sync.models import RunKind, RunState, SyncRun

KINDS: Mapping[str, str] = {
    RunKind.FIRST: "Everything, for the first time",
    RunKind.CHANGES: "What changed",
    RunKind.DAILY: "What changed, and all that is upcoming",
    RunKind.FULL: "Everything",
    RunKind.SINCE: "What changed since a moment",
}
STATES: Mapping[str, str] = {
    RunState.ASKED: "Waiting",
    RunState.RUNNING: "Under way",
    RunState.DONE: "Done",
    RunState.FAILED: "Stopped",
}
BADGES: Mapping[str, str] = {RunState.ASKED: "waiting", RunState.RUNNING: "sending", RunState.DONE: "processed", RunState.FAILED: "dead"}
"""The look of a state."""
CAUSES: Mapping[str, str] = {"start": "The site started", "clock": "By the clock", "command": "On the command line"}


def cause(name: str) -> str:
    """Who asked for it: `By the clock`, `Asked for by Robin`."""
    return CAUSES.get(name) or f"Asked for by {name.removeprefix('admin:')}"


def found(run: SyncRun) -> str:
    """`3 new, 1 repaired, 308 the same`; what there is none of is left out."""
    counts = (
        (run.created, "new"),
        (run.changed, "repaired"),
        (run.same, "the same"),
        (run.gone, "missing at Cal.com"),
        (run.ignored, "not ours"),
        (run.unreadable, "unreadable"),
    )
    said = [f"{number:,} {words}" for number, words in counts if number]
    return ", ".join(said) or ("Nothing" if run.ended_at else "")
