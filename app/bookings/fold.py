"""Facts to bookings: a pure function, so that neither order nor repetition of deliveries can matter.

Why a fold and not updates: webhooks arrive late, twice, out of order, through several subscriptions, or never, and at
Cal.com nothing is final (a host may confirm what was cancelled). So all facts of a connected group of uids are folded
anew whenever one joins it. Merging, splitting and order need no code of their own. No database here, no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from app.bookings.facts import LIVE, Address, Fact, Kind
from app.bookings.models import Payment, Status

STATUS = {
    Kind.PAYMENT_DUE: Status.AWAITING_PAYMENT,
    Kind.REQUESTED: Status.PENDING,
    Kind.CONFIRMED: Status.CONFIRMED,
    Kind.REJECTED: Status.REJECTED,
    Kind.CANCELLED: Status.CANCELLED,
    Kind.MOVED: Status.CANCELLED,
}

_NEVER = datetime.max.replace(tzinfo=UTC)
OF_ITS_TIME = ("title", "start", "end", "host", "location", "meeting_url", "booker", "attendees")
"""Values that belong to one uid: a move resets them."""


@dataclass(frozen=True)
class Milestone:
    """A moment of a booking's life that is news to the people in it."""

    kind: Kind
    uid: str
    start: str
    episode: int
    """How often the address had ceased to be live before."""
    first: bool
    """False when a booking that was confirmed before is confirmed at another time."""


@dataclass(frozen=True)
class Folded:
    """One booking as the facts tell it."""

    addresses: tuple[Address, ...]
    split_from: Address | None
    status: Status
    payment: Payment
    moved: int
    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    metadata: Mapping[str, Any]
    reason: str
    ical_uid: str
    visitor_hash: str
    milestones: tuple[Milestone, ...]


@dataclass
class _Node:
    """All facts about one address, oldest first, and where it was moved to."""

    address: Address
    facts: list[Fact] = field(default_factory=list)
    implied: list[Fact] = field(default_factory=list)
    """Moves that were never delivered but follow from an `iCalUID`."""

    @cached_property
    def states(self) -> list[Fact]:
        return sorted([*self.facts, *self.implied], key=lambda fact: fact.order)

    @property
    def began(self) -> datetime:
        """When the address was first spoken of."""
        return self.states[0].at if self.states else _NEVER

    @property
    def live(self) -> bool:
        return bool(self.states) and self.states[-1].kind in LIVE

    @property
    def successors(self) -> list[Address]:
        found = [Address(fact.linked_uid, fact.seat) for fact in self.states if fact.kind is Kind.MOVED]
        return list(dict.fromkeys(found))

    @property
    def own(self) -> list[Fact]:
        """Facts that carry values of this address."""
        return [fact for fact in self.states if fact.kind is not Kind.MOVED]


def fold(facts: Iterable[Fact]) -> list[Folded]:
    """The bookings that a connected group of facts tells of, in a fixed order."""
    nodes = _nodes({fact.digest: fact for fact in facts}.values())
    _imply_lost_moves(nodes)
    folded = [_booking(nodes, chain, split_from) for chain, split_from in _chains(nodes)]
    return [booking for booking in folded if booking is not None]


def _nodes(facts: Iterable[Fact]) -> dict[Address, _Node]:
    nodes: dict[Address, _Node] = {}
    for fact in sorted(facts, key=lambda fact: fact.order):
        nodes.setdefault(fact.address, _Node(fact.address)).facts.append(fact)
        if fact.linked_uid:
            linked = Address(fact.linked_uid, fact.seat)
            nodes.setdefault(linked, _Node(linked))
    return nodes


def _imply_lost_moves(nodes: dict[Address, _Node]) -> None:
    """A uid that nothing leads to, but whose `iCalUID` names another first uid, continues that chain."""
    reached = {target for node in nodes.values() for target in node.successors}
    orphans = [
        node for node in nodes.values()
        if node.own and node.address not in reached and not node.address.seat and node.own[0].linked_uid
    ]  # fmt: skip
    for orphan in sorted(orphans, key=lambda node: node.own[0].order):
        last, seen = nodes[Address(orphan.own[0].linked_uid)], {orphan.address}
        while last.address not in seen and last.successors and nodes[last.successors[0]].address not in seen:
            seen.add(last.address)
            last = nodes[last.successors[0]]
        if last.address != orphan.address:
            first = orphan.own[0]
            last.implied.append(Fact(last.address.uid, "", Kind.MOVED, first.at, orphan.address.uid))
            last.__dict__.pop("states", None)


def _chains(nodes: dict[Address, _Node]) -> list[tuple[list[Address], Address | None]]:
    """Groups of addresses that are one booking each: a uid that is not live is continued by its earliest successor."""
    reached = {target for node in nodes.values() for target in node.successors}
    order = sorted(nodes, key=lambda address: (address in reached, nodes[address].began, address))
    queue: list[tuple[Address, Address | None]] = [(address, None) for address in order]
    chains: list[tuple[list[Address], Address | None]] = []
    visited: set[Address] = set()
    while queue:
        start, split_from = queue.pop(0)
        if start in visited:
            continue
        chain, split_off = [start], []
        visited.add(start)
        while following := [target for target in nodes[chain[-1]].successors if target not in visited]:
            if nodes[chain[-1]].live:
                split_off += following
                break
            split_off += following[1:]
            chain.append(following[0])
            visited.add(following[0])
        queue = [(address, start) for address in split_off] + queue
        chains.append((chain, split_from))
    return chains


def _booking(nodes: dict[Address, _Node], chain: list[Address], split_from: Address | None) -> Folded | None:
    parts = [nodes[address] for address in chain]
    facts = [fact for part in parts for fact in part.own]
    last = next((part for part in reversed(parts) if part.own), None)
    if last is None or "start" not in (values := _values(last.own)):
        return None
    values["event_type"] = _event_type(parts)
    team = {email for fact in facts for email in fact.content.get("team", ())}
    values["attendees"] = [person for person in values.get("attendees", []) if person["email"] not in team]
    milestones = _milestones(parts)
    return Folded(
        addresses=tuple(chain),
        split_from=split_from,
        status=STATUS[last.states[-1].kind],
        payment=_payment(facts),
        moved=len(chain) - 1 + sum(_moves_in_place(part) for part in parts),
        values=values,
        answers=_newest_by_key(facts, "answers"),
        metadata=_earliest_by_key(facts, "metadata"),
        reason=str(last.own[-1].content.get("reason", "")),
        ical_uid=_ical_uid(chain, facts),
        visitor_hash=next((str(fact.content["visitor_hash"]) for fact in reversed(facts) if fact.content.get("visitor_hash")), ""),
        milestones=tuple(milestones),
    )


def _values(facts: list[Fact]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for fact in facts:
        values.update({name: fact.content[name] for name in OF_ITS_TIME if fact.content.get(name) not in (None, "", [])})
    return values


def _event_type(parts: list[_Node]) -> str:
    """The newest slug; a cancellation names today's event type, so it speaks only when nobody else does."""
    facts = [fact for part in parts for fact in part.own if fact.content.get("event_type")]
    spoken = [fact for fact in facts if fact.kind is not Kind.CANCELLED] or facts
    return str(spoken[-1].content["event_type"]) if spoken else ""


def _newest_by_key(facts: list[Fact], name: str) -> dict[str, Any]:
    return {key: value for fact in facts for key, value in fact.content.get(name, {}).items()}


def _earliest_by_key(facts: list[Fact], name: str) -> dict[str, Any]:
    return {key: value for fact in sorted(facts, key=lambda f: f.order, reverse=True) for key, value in fact.content.get(name, {}).items()}


def _payment(facts: list[Fact]) -> Payment:
    due = [fact for fact in facts if fact.kind is Kind.PAYMENT_DUE]
    if not due:
        return Payment.NONE
    paid = any(fact.kind in {Kind.REQUESTED, Kind.CONFIRMED} and fact.order > due[0].order for fact in facts)
    return Payment.PAID if paid else Payment.DUE


def _moves_in_place(part: _Node) -> int:
    """A host who moves a class keeps its uid: count how often the time changed under it."""
    starts = [fact.content["start"] for fact in part.own if "start" in fact.content]
    return sum(1 for before, after in pairwise(starts) if before != after)


def _ical_uid(chain: list[Address], facts: list[Fact]) -> str:
    if not chain[0].seat:
        return f"{chain[0].uid}@Cal.com"
    own = [fact.content["ical_uid"] for fact in facts if fact.kind in LIVE and fact.content.get("ical_uid")]
    return str(own[0]) if own else f"{chain[0].uid}-{len(chain[0].seat)}@Cal.com"


def _milestones(parts: list[_Node]) -> list[Milestone]:
    found: list[Milestone] = []
    confirmed_before = False
    for part in parts:
        episode, previous = 0, None
        for fact in part.own:
            mark = (fact.kind, str(fact.content.get("start", "")))
            if mark == previous:
                continue
            in_place = previous is not None and previous[0] is Kind.CONFIRMED is fact.kind
            first = not (confirmed_before or in_place or fact.content.get("moved_in", False))
            found.append(Milestone(fact.kind, part.address.uid, mark[1], episode, first))
            episode += fact.kind in {Kind.CANCELLED, Kind.REJECTED}
            previous = mark
        confirmed_before = confirmed_before or any(fact.kind is Kind.CONFIRMED for fact in part.own)
    return found
