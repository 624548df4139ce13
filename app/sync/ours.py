"""Which rows of Cal.com's list are ours. A key sees more: meetings its owner attends elsewhere, and those of whole teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.calcom.client import Client
from app.calcom.types import Booking
from app.db import db
from app.hosts import queries as catalogue
from app.hosts.models import EventType
from app.sync.from_api import TypeKnown


@dataclass(frozen=True)
class Mine:
    """What makes a row ours: one of our event types, or one of our hosts holds it."""

    types: Mapping[int, TypeKnown]
    host_ids: frozenset[int]
    host_emails: frozenset[str]

    def owns(self, row: Booking) -> bool:
        """Whether the row is ours by what it says itself. A row that a delivery told us of is ours as well."""
        if row.event_type_id in self.types:
            return True
        return any(host.id in self.host_ids or host.email.lower() in self.host_emails for host in row.hosts)


def mine_of(client: Client) -> Mine:
    """From the catalogue, gone event types included; as long as there is none, the key's own account counts."""
    kinds = catalogue.everything()
    types = _types(kinds)
    people = [kind.host for kind in kinds if kind.host.kind == "person"]
    ids, emails = {host.calcom_id for host in people}, {host.email.lower() for host in people if host.email}
    db.session.rollback()
    if not ids:
        me = client.people.me()
        ids, emails = {me.id}, {me.email.lower()}
    return Mine(types, frozenset(ids), frozenset(emails - {""}))


def types_known() -> dict[int, TypeKnown]:
    """The catalogue alone, gone event types included; nothing is asked of Cal.com."""
    return _types(catalogue.everything())


def _types(kinds: Sequence[EventType]) -> dict[int, TypeKnown]:
    return {
        kind.calcom_id: TypeKnown(
            title=kind.title,
            price=kind.price,
            confirms_first=kind.confirms_first,
            labels={str(each.get("slug")): str(each.get("label")) for each in kind.booking_fields if each.get("label")},
        )
        for kind in kinds
    }
