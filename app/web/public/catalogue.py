"""Event types as people see them: cards on several pages, and the words for length, price and place."""

from dataclasses import dataclass

from babel.numbers import format_currency, get_currency_precision
from flask import url_for

from app.hosts import queries as hosts
from app.hosts.models import EventType, Host
from app.reception import places
from app.reception.availability import Desk
from app.reception.questions import cannot_ask
from app.web.filters import LOCALE
from app.web.public.calcom import Calendar


@dataclass(frozen=True)
class Card:
    """One event type on a page."""

    title: str
    text: str
    length: str
    price: str
    place: str
    notes: tuple[str, ...]
    host: str
    url: str


def cards(host: Host | None = None) -> list[Card]:
    """What anybody may book, of one host or of all; empty where Cal.com was never asked, and while the database is away."""

    def read() -> list[Card]:
        kinds = hosts.open_to_all(host)
        several = len({kind.host_id for kind in kinds}) > 1
        return [card(kind, with_host=several) for kind in kinds]

    return hosts.unless_away(read, [])


def behind(calendar: Calendar) -> EventType | None:
    """The event type that a calendar shows, as far as it is known now."""
    return hosts.unless_away(lambda: hosts.at_link(calendar.link), None) if calendar.link else None


def card(kind: EventType, *, with_host: bool = False) -> Card:
    """The card of one event type."""
    return Card(
        title=kind.title,
        text=kind.description,
        length=length(kind),
        price=price(kind),
        place=places.summary(kind),
        notes=tuple(notes(kind)),
        host=kind.host.name if with_host else "",
        url=url_for("public.book_event", username=kind.host.username, slug=kind.slug),
    )


def length(kind: EventType) -> str:
    """`30 minutes`, or `15, 30 or 60 minutes` where one may choose."""
    lengths = [str(minutes) for minutes in kind.lengths] or [str(kind.minutes)]
    told = f"{', '.join(lengths[:-1])} or {lengths[-1]}" if len(lengths) > 1 else lengths[0]
    return f"{told} minutes" if told != "1" else "1 minute"


def price(kind: EventType) -> str:
    """`£90.00`; empty when it is free."""
    if not kind.price:
        return ""
    currency = kind.currency.upper() or "USD"
    return str(format_currency(kind.price / 10 ** get_currency_precision(currency), currency, locale=LOCALE))


def notes(kind: EventType) -> list[str]:
    """What else one should know before choosing."""
    found = []
    if kind.confirms_first:
        found.append("Confirmed by hand")
    if kind.seats:
        found.append(f"Up to {kind.seats} people")
    if kind.recurrence:
        found.append(f"A series of {kind.recurrence['occurrences']}")
    return found


def elsewhere(kind: EventType, desk: Desk) -> str:
    """Why our own form cannot take a booking: `key`, `paid`, `series` or `page`; empty when it can."""
    if not desk.open:
        return "key"
    if kind.price:
        return "paid"
    if kind.recurrence:
        return "series"
    return "page" if kind.needs_page or cannot_ask(kind) else ""


def times_url(kind: EventType | None, desk: Desk) -> str:
    """Where the event type can be booked without Cal.com's frame; empty when it cannot."""
    if kind is None or elsewhere(kind, desk):
        return ""
    return url_for("public.times", username=kind.host.username, slug=kind.slug)
