"""One address at Cal.com and everything that was ever said about it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from app.bookings.facts import LIVE, STATES, TELLING, Address, Fact, Kind

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Node:
    """All facts about one address, oldest first, and where it was moved to."""

    address: Address
    facts: list[Fact] = field(default_factory=list)
    implied: list[Fact] = field(default_factory=list)
    """Moves that were never delivered but follow from an `iCalUID`."""

    @cached_property
    def states(self) -> list[Fact]:
        """The facts that say where the address stood, oldest first."""
        found: list[Fact] = []
        for fact in sorted([*self.facts, *self.implied], key=lambda fact: fact.order):
            kind = _state(fact, found[-1].kind if found else None)
            if kind is not None:
                found.append(fact if kind is fact.kind else replace(fact, kind=kind))
        return found

    @property
    def began(self) -> datetime:
        """When the address was first spoken of."""
        return self.states[0].at if self.states else _NEVER

    @property
    def live(self) -> bool:
        """Whether it stands, as far as anybody said."""
        return bool(self.states) and self.states[-1].kind in LIVE

    @property
    def successors(self) -> list[Address]:
        """Where it was moved to, earliest first."""
        found = [Address(fact.linked_uid, fact.seat) for fact in self.states if fact.kind is Kind.MOVED]
        return list(dict.fromkeys(found))

    @property
    def own(self) -> list[Fact]:
        """The states that are not moves away."""
        return [fact for fact in self.states if fact.kind is not Kind.MOVED]

    @property
    def telling(self) -> list[Fact]:
        """The facts that bring values, oldest first."""
        return [fact for fact in self.facts if fact.kind in TELLING]

    @property
    def clue(self) -> Fact | None:
        """The first fact that names another first uid of its chain; none in a class, where it may be another person's."""
        return None if self.address.seat else next((fact for fact in self.own if fact.linked_uid), None)

    def imply(self, move: Fact) -> None:
        """Adds a move that must have happened although nobody told of it."""
        self.implied.append(move)
        self.__dict__.pop("states", None)


def _state(fact: Fact, before: Kind | None) -> Kind | None:
    """The state that a fact asserts after another one; None when it asserts none.

    A payment confirms only what waited for it: providers repeat their callback long after a cancellation. A change of
    place or host stands for a delivery that was lost, when it is the first thing said.
    """
    if fact.kind in STATES:
        return fact.kind
    stands_in = (fact.kind is Kind.PAID and before is Kind.PAYMENT_DUE) or (fact.kind is Kind.UPDATED and before is None)
    if not stands_in:
        return None
    return Kind.REQUESTED if fact.content.get("status") == "PENDING" else Kind.CONFIRMED
