"""What bookings come out of a set of deliveries, in plain lines: the yardstick that the real thing is held against.

A delivery is `(at, trigger, uid, old uid or "", seat or "", first uid by iCalUID or "")`. No database, no clock, none of the app's code.
"""

RANK = ["due", "requested", "confirmed", "moved", "rejected", "cancelled"]
SAYS = {
    "BOOKING_PAYMENT_INITIATED": "due", "BOOKING_REQUESTED": "requested", "BOOKING_CREATED": "confirmed",
    "BOOKING_RESCHEDULED": "confirmed", "BOOKING_REJECTED": "rejected", "BOOKING_CANCELLED": "cancelled",
}  # fmt: skip
SHOWN = {"due": "awaiting_payment", "requested": "pending", "moved": "cancelled"}


def bookings(deliveries):  # noqa: C901 -- one plain story is easier to check than five functions
    """`{(uids, …): status}`: every booking by its addresses, oldest first."""
    said, first = {}, {}
    for at, trigger, uid, old, seat, ical in set(deliveries):
        said.setdefault((uid, seat), set()).add((at, RANK.index(SAYS[trigger]), uid))
        if old and old != uid:
            said.setdefault((old, seat), set()).add((at, RANK.index("moved"), uid))
        if ical and ical != uid and not seat:
            first[uid, seat] = min(first.get((uid, seat), (at, ical)), (at, ical))
    for (uid, seat), (_, ical) in sorted(first.items(), key=lambda item: item[1]):
        if any((uid, seat) in successors(said, address) for address in said):
            continue
        end, seen = (ical, seat), {(uid, seat)}
        while end not in seen and successors(said, end) and successors(said, end)[0] not in seen:
            seen.add(end)
            end = successors(said, end)[0]
        if end != (uid, seat):
            own = min(fact for fact in said[uid, seat] if RANK[fact[1]] != "moved")
            said.setdefault(end, set()).add((own[0], RANK.index("moved"), uid))
    reached = {target for address in said for target in successors(said, address)}
    waiting = sorted(said, key=lambda address: (address in reached, min(said[address]), address))
    found, visited = {}, set()
    while waiting:
        start = waiting.pop(0)
        if start in visited:
            continue
        chain = [start]
        visited.add(start)
        while following := [target for target in successors(said, chain[-1]) if target not in visited]:
            if state(said, chain[-1]) in ("due", "requested", "confirmed"):
                waiting = following + waiting
                break
            waiting = following[1:] + waiting
            chain.append(following[0])
            visited.add(following[0])
        if any(RANK[fact[1]] != "moved" for address in chain for fact in said.get(address, ())):
            word = state(said, chain[-1])
            found[tuple(uid for uid, _ in chain), start[1]] = SHOWN.get(word, word)
    return found


def state(said, address):
    """The newest word about an address."""
    return RANK[max(said[address])[1]] if said.get(address) else ""


def successors(said, address):
    """Where it was moved to, earliest first, each once."""
    moves = sorted(fact for fact in said.get(address, ()) if RANK[fact[1]] == "moved")
    return list(dict.fromkeys((uid, address[1]) for _, _, uid in moves))
