"""What stands in the rail: every page that exists and that the role may open, in four groups.

The entry that a page belongs to is found by its address: the longest one that the address begins with.
"""

from collections.abc import Mapping
from typing import NamedTuple

from flask import current_app, request, url_for

from app.web.access import RULES, may

GROUPS = (
    (("admin.today", "Today", "home"), ("admin.calendar", "Bookings", "calendar"), ("admin.people", "People", "person"), ("admin.reports", "Reports", "chart")),
    (("admin.event_types", "Event types", "clock"), ("admin.hosts", "Hosts", "badge")),
    (
        ("admin.inbox", "Deliveries", "list"),
        ("admin.outbox", "Mail", "mail"),
        ("admin.sync", "Sync", "move"),
        ("admin.drift", "Configuration", "sliders"),
        ("admin.doctor", "Doctor", "shield"),
    ),
    (
        ("admin.staff", "Staff", "people"),
        ("admin.audit", "Audit", "book"),
        ("admin.tokens", "Tokens", "key"),
        ("admin.settings_home", "Settings", "gear"),
    ),
)
NAMES = ("Work", "What can be booked", "Machinery", "House")
"""What screen readers call the groups."""
BENEATH = {"/admin/mails": "admin.outbox"}
"""Pages whose address does not begin with that of their entry."""


class Entry(NamedTuple):
    """One line of the rail."""

    endpoint: str
    label: str
    icon: str
    url: str
    here: str
    """`page` for the page itself, `true` for one below it, otherwise empty: what `aria-current` takes."""
    number: int
    """How many things there wait for a person."""


class Group(NamedTuple):
    """Entries that belong together."""

    name: str
    entries: list[Entry]


def can_open(endpoint: str) -> bool:
    """Whether this page exists and the person who asks may see it."""
    return endpoint in current_app.view_functions and endpoint in RULES and may(endpoint)


def rail(numbers: Mapping[str, int]) -> list[Group]:
    """The groups with something in them; `numbers` are what waits for a person, by endpoint."""
    shown = [[(endpoint, label, icon, url_for(endpoint)) for endpoint, label, icon in group if can_open(endpoint)] for group in GROUPS]
    here = _here({url: endpoint for group in shown for endpoint, _, _, url in group})

    def entry(endpoint: str, label: str, icon: str, url: str) -> Entry:
        return Entry(endpoint, label, icon, url, _current(url=url, here=endpoint == here), numbers.get(endpoint, 0))

    return [Group(name, [entry(*each) for each in group]) for name, group in zip(NAMES, shown, strict=True) if group]


def _here(endpoints: Mapping[str, str]) -> str:
    for start, endpoint in BENEATH.items():
        if request.path == start or request.path.startswith(start + "/"):
            return endpoint
    above = [url for url in endpoints if request.path == url or (url != "/admin/" and request.path.startswith(url + "/"))]
    return endpoints[max(above, key=len)] if above else ""


def _current(*, url: str, here: bool) -> str:
    return ("page" if request.path == url else "true") if here else ""
