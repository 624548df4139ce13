"""The terms of a booking: short texts by which lists of bookings are narrowed, searched and ordered; pure.

A booking has one row of `BookingTerm` for each of its terms, and every row carries start and end. Status, host, event
type, payment, origin and each word of the search are therefore the same kind of thing: a stretch of one index that is
already in order of time. Words are found by their beginning, without regard to case and accents.

What else was possible: FTS5 on SQLite and `pg_trgm` or `tsvector` on PostgreSQL find words as fast, but their hits
come in no useful order, so a frequent word is sorted anew for each page; they differ from each other; and extensions
of a hosted PostgreSQL are not ours to install. An index for each filter and each order would be as large and would
still meet in rows. When not to use it: to find the middle of a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC
from urllib.parse import parse_qsl, urlsplit

from app.bookings.models import Booking, Payment

LONGEST = 100
"""Letters of a term; an index row has its limits on PostgreSQL."""
GUESTS = 10
"""So many people of a booking are searched for."""
AFTER = "\U0010ffff"
"""Sorts after every sign."""
EVERY = "a:"
"""The term that every booking has which is shown at all."""
STATUS, HOST, EVENT_TYPE, PAYMENT, ORIGIN, GUEST, BOOKED, WORD = "s:", "h:", "t:", "p:", "o:", "g:", "b:", "w:"
CAMPAIGN, SITE, PAGE, ELSEWHERE = "campaign:", "site:", "page:", "elsewhere"
"""What an origin begins with: `utm_source`, the site that linked to us, the page of ours, or none of it (made at Cal.com)."""

_WORD = re.compile(r"[^\W_]+")
_EDGE = ".,;:!?()[]<>\"'+-_@"


def folded(text: str) -> str:
    """`Zoë MÜLLER` as `zoe muller`: what is the same to somebody who searches."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


def term(kind: str, value: str) -> str:
    """The term of this kind with this value, cut to length."""
    return (kind + value.replace("\x00", ""))[:LONGEST]


def status_term(status: str) -> str:
    """The term for a stored status."""
    return term(STATUS, status)


def host_term(email: str) -> str:
    """The term for a host's address; upper and lower case are the same."""
    return term(HOST, email.strip().lower())


def terms_of(booking: Booking) -> set[str]:
    """Every term of the booking."""
    found = {
        EVERY,
        status_term(booking.status),
        host_term(booking.host_email or ""),
        term(EVENT_TYPE, booking.event_type or ""),
        term(GUEST, folded(booking.booker_name or booking.booker_email or "")),
        f"{BOOKED}{booking.booked_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        *(term(ORIGIN, origin) for origin in origins(booking.source or "")),
        *(term(WORD, word) for word in _words_of(booking)),
    }
    if booking.payment and booking.payment != Payment.NONE:
        found.add(term(PAYMENT, booking.payment))
    return found


def origins(source: str) -> list[str]:
    """Where a booking came from, from the record of our page: `/book/ada?utm_source=news` is of the campaign and of the page."""
    if not source:
        return [ELSEWHERE]
    try:
        parts = urlsplit(source)
    except ValueError:
        return [ELSEWHERE]
    said = dict(parse_qsl(parts.query))
    named = ((CAMPAIGN, said.get("utm_source", "").strip().lower()), (SITE, said.get("referrer", "").strip().lower()), (PAGE, parts.path))
    return [kind + value for kind, value in named if value] or [ELSEWHERE]


def prefixes(text: str) -> list[str]:
    """The terms that a search asks for, each the beginning of a word; every one of them has to be there."""
    found: list[str] = []
    for token in folded(text).split():
        trimmed = token.strip(_EDGE)
        if "@" in token.lstrip("@") or "." in trimmed:
            found.append(trimmed + "@" if token.endswith("@") and trimmed else trimmed)
        else:
            found += _WORD.findall(token)
    return [term(WORD, word) for word in dict.fromkeys(found) if word]


def person_words(name: str, email: str) -> set[str]:
    """Every word by which a person is found."""
    return {word[:LONGEST] for word in (*_words(name), *_address(email)) if word}


def end_of(prefix: str) -> str:
    """The end of the stretch in which all terms begin with the prefix."""
    return prefix + AFTER


def _words_of(booking: Booking) -> Iterator[str]:
    yield folded(booking.reference)
    yield from _words(booking.booker_name or "")
    yield from _address(booking.booker_email or "")
    yield from _words(_short_title(booking))
    for person in (booking.attendees or [])[:GUESTS]:
        yield from _words(str(person.get("name") or ""))
        yield from _address(str(person.get("email") or ""))


def _words(text: str) -> Iterator[str]:
    plain = folded(text)
    yield from _WORD.findall(plain)
    yield from (trimmed for token in plain.split() if "." in (trimmed := token.strip(_EDGE)))


def _address(email: str) -> Iterator[str]:
    """The whole address, the words before the @, and the domain from each of its dots on."""
    plain = folded(email.strip())
    local, at, domain = plain.rpartition("@")
    if not at:
        return
    yield plain
    yield from _WORD.findall(local)
    labels = domain.split(".")
    yield from (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))


def _short_title(booking: Booking) -> str:
    """Without the names that Cal.com adds ("… between Host and Guest")."""
    return (booking.title or "").removesuffix(f" between {booking.host_name} and {booking.booker_name}")
