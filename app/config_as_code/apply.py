"""Carries out a plan, change by change.

Each change is read again afterwards, because Cal.com answers 200 to properties that it does not know and drops them: what it did
not keep is sent once more and then named. The first refusal stops everything; what is done stays done, and the next plan begins
where this one ended. Nothing is written down between two changes, so there is nothing that a kill could leave half written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.calcom.errors import CalcomError
from app.config_as_code.found import Found
from app.config_as_code.plan import Action, Change, Differences, Plan, can_be_told, differences
from app.config_as_code.send import Sender

ROUNDS = 2
"""So often what was not kept is sent: one property may have been refused a place by another that is changed with it."""


class Unsafe(Exception):
    """The plan deletes, or touches too much, and nobody has said that this is meant. Nothing was done."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass
class Done:
    """How far an apply came."""

    done: list[Change] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)
    refused: str = ""
    """What Cal.com said to the first of `left`; empty when nothing was refused."""
    dropped: list[tuple[Change, Differences]] = field(default_factory=list)
    """Changes that Cal.com took without a word and did not keep."""

    @property
    def complete(self) -> bool:
        """Whether the account is now as the plan wanted it."""
        return not self.left and not self.dropped


def apply(
    plan: Plan,
    sender: Sender,
    *,
    force: bool = False,
    watch: Callable[[Change], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Done:
    """How far it came. Raises `Unsafe` before anything is done."""
    if plan.unsafe and not force:
        raise Unsafe(plan.unsafe)
    result = Done(left=list(plan.changes))
    while result.left and not should_stop():
        change = result.left[0]
        watch(change)
        try:
            missing = _carry_out(change, sender)
        except CalcomError as error:
            result.refused = str(error)
            break
        result.done.append(result.left.pop(0))
        if missing:
            result.dropped.append((change, missing))
    return result


def _carry_out(change: Change, sender: Sender) -> Differences:
    """Does one change and returns what Cal.com did not keep of it."""
    if change.action == Action.DELETE:
        sender.delete(change)
        return {"exists": (True, False)} if sender.find(change) else {}
    if change.action == Action.CREATE:
        sender.create(change)
    else:
        sender.update(change, change.id, {name: new for name, (_, new) in change.fields.items()})
    there = sender.find(change)
    missing = _missing(change, there)
    for _ in range(ROUNDS - 1 if change.action == Action.UPDATE else ROUNDS):
        if there is None or not missing:
            break
        sender.update(change, there.id, {name: new for name, (_, new) in missing.items()})
        there = sender.find(change)
        missing = _missing(change, there)
    return missing


def _missing(change: Change, there: Found | None) -> Differences:
    if there is None:
        return {"exists": (False, True)}
    return {name: pair for name, pair in differences(change.wanted, there.fields).items() if can_be_told(name, pair[1], there=pair[0])}
