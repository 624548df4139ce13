"""Facts to bookings: a pure function, so that neither order nor repetition of deliveries can matter.

Why a fold and not updates: webhooks arrive late, twice, out of order, through several subscriptions, or never, and at
Cal.com nothing is final (a host may confirm what was cancelled). So all facts of a connected group of uids are folded
anew whenever one joins it. Merging, splitting and order need no code of their own. No database here, no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.bookings.facts import Address, Fact, Kind
from app.bookings.models import Payment, Status
from app.bookings.nodes import Node
from app.bookings.telling import (
    Milestone,
    absentees,
    attendees_of,
    earliest_by_key,
    event_type_of,
    host_absent,
    ical_uid_of,
    ledger_of,
    made_at,
    milestones_of,
    missing_since,
    moves_in_place,
    newest,
    newest_by_key,
    payment_of,
    values_of,
)

STATUS = {
    Kind.PAYMENT_DUE: Status.AWAITING_PAYMENT,
    Kind.REQUESTED: Status.PENDING,
    Kind.CONFIRMED: Status.CONFIRMED,
    Kind.REJECTED: Status.REJECTED,
    Kind.CANCELLED: Status.CANCELLED,
    Kind.MOVED: Status.CANCELLED,
}


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
    ledger: tuple[Mapping[str, Any], ...]
    """What is known of the money, line by line, oldest first."""
    ical_uid: str
    visitor_hash: str
    milestones: tuple[Milestone, ...]
    booked_at: datetime
    """When it was made, as far as anybody told: the earliest that is known of it."""
    host_absent: bool
    """Whether the host is marked as not having come."""
    missing_since: datetime | None
    """Since when Cal.com does not know the last uid any more; None while it does."""


def fold(facts: Iterable[Fact]) -> list[Folded]:
    """The bookings that a connected group of facts tells of, in a fixed order."""
    nodes = _nodes({fact.digest: fact for fact in facts}.values())
    _imply_lost_moves(nodes)
    _imply_leavers(nodes)
    folded = [_booking(nodes, chain, split_from) for chain, split_from in _chains(nodes)]
    return [booking for booking in folded if booking is not None]


def _nodes(facts: Iterable[Fact]) -> dict[Address, Node]:
    nodes: dict[Address, Node] = {}
    for fact in sorted(facts, key=lambda fact: fact.order):
        nodes.setdefault(fact.address, Node(fact.address)).facts.append(fact)
        if fact.linked_uid:
            linked = Address(fact.linked_uid, fact.seat)
            nodes.setdefault(linked, Node(linked))
    return nodes


def _imply_lost_moves(nodes: dict[Address, Node]) -> None:
    """A uid that nothing leads to, but whose `iCalUID` names another first uid, continues that chain."""
    reached = {target for node in nodes.values() for target in node.successors}
    clues = {node.address: clue for node in nodes.values() if node.address not in reached and (clue := node.clue) is not None}
    for address, clue in sorted(clues.items(), key=lambda item: item[1].order):
        last, seen = nodes[Address(clue.linked_uid)], {address}
        while last.address not in seen and last.successors and last.successors[0] not in seen:
            seen.add(last.address)
            last = nodes[last.successors[0]]
        if last.address != address:
            last.imply(Fact(last.address.uid, "", Kind.MOVED, nodes[address].own[0].at, address.uid))


def _imply_leavers(nodes: dict[Address, Node]) -> None:
    """Who was not in a class when it was read had left it, however late we hear that they had joined; nobody is told of it any more."""
    for node in [node for node in nodes.values() if node.address.seat and node.live]:
        evidence = nodes.get(Address(node.address.uid))
        read = [fact for fact in evidence.facts if fact.kind is Kind.SEATED] if evidence else []
        if read and read[-1].at > node.states[-1].at and node.address.seat not in read[-1].content["seats"]:
            at = read[-1].at
            content = {"start": node.states[-1].content.get("start", ""), "imported_at": at.isoformat()}
            node.imply(Fact(node.address.uid, node.address.seat, Kind.CANCELLED, at, content=content))


def _chains(nodes: dict[Address, Node]) -> list[tuple[list[Address], Address | None]]:
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
        chain: list[Address] = [start]
        split_off: list[Address] = []
        visited.add(start)
        while following := [target for target in nodes[chain[-1]].successors if target not in visited]:
            if nodes[chain[-1]].live:
                split_off = [*following, *split_off]
                break
            split_off = [*following[1:], *split_off]
            chain.append(following[0])
            visited.add(following[0])
        queue = [(address, start) for address in split_off] + queue
        chains.append((chain, split_from))
    return chains


def _booking(nodes: dict[Address, Node], chain: list[Address], split_from: Address | None) -> Folded | None:
    parts = [nodes[address] for address in chain]
    facts = [fact for part in parts for fact in part.telling]
    last = next((part for part in reversed(parts) if part.own), None)
    if last is None or "start" not in (values := values_of(last)):
        return None
    evidence = nodes.get(Address(last.address.uid))
    spoken = [*last.facts, *(evidence.facts if evidence and evidence is not last else [])]
    values["event_type"] = event_type_of(facts)
    values["attendees"] = attendees_of(values, facts, absent=absentees(spoken))
    return Folded(
        addresses=tuple(chain),
        split_from=split_from,
        status=STATUS[last.states[-1].kind],
        payment=payment_of(facts),
        ledger=tuple(ledger_of(facts)),
        moved=len(chain) - 1 + sum(moves_in_place(part.telling) for part in parts),
        values=values,
        answers=newest_by_key(facts, "answers"),
        metadata=earliest_by_key(facts, "metadata"),
        reason=str(last.own[-1].content.get("reason", "")),
        ical_uid=ical_uid_of(chain[0], facts),
        visitor_hash=newest(facts, "visitor_hash"),
        milestones=tuple(milestones_of(parts)),
        booked_at=min(made_at(fact) for part in parts for fact in part.own),
        host_absent=host_absent(spoken, str(values.get("host", {}).get("email", ""))),
        missing_since=missing_since(last.facts),
    )
