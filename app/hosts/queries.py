"""What can be booked with whom. Removed rows show only where a name has to lead somewhere."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.away import DatabaseBusy
from app.db import db
from app.hosts.models import EventType, FormerSlug, FormerUsername, Host

Found = TypeVar("Found")


def unless_away(read: Callable[[], Found], otherwise: Found) -> Found:
    """What `read` finds; `otherwise` while the database is away, for pages that can stand without it."""
    try:
        return read()
    except DatabaseBusy:
        db.session.rollback()
        return otherwise


def anything_known() -> bool:
    """Whether Cal.com was ever asked what can be booked."""
    return db.session.scalar(select(Host.id).limit(1)) is not None


def host_named(username: str) -> Host | None:
    """The host with this name, or who had it before; None when nobody did. Compare `username` to see which."""
    present = select(Host).where(Host.username == username, Host.removed_at.is_(None)).order_by(Host.kind, Host.id)
    found = db.session.scalar(present.limit(1))
    if found is None:
        before = select(Host).join(FormerUsername, FormerUsername.host_id == Host.id).where(FormerUsername.username == username, Host.removed_at.is_(None))
        found = db.session.scalar(before.limit(1))
    return found


def event_type_named(host: Host, slug: str) -> EventType | None:
    """The host's event type with this slug, or that had it before and is still there; None otherwise. Compare `slug` to see which."""
    mine = _present().where(EventType.host_id == host.id)
    found = db.session.scalar(mine.where(EventType.slug == slug).order_by(EventType.id).limit(1))
    if found is None:
        before = mine.join(FormerSlug, FormerSlug.event_type_id == EventType.id).where(FormerSlug.host_id == host.id, FormerSlug.slug == slug)
        found = db.session.scalar(before.limit(1))
    return found


def at_link(link: str) -> EventType | None:
    """The event type behind an embed link such as `acme/consultation`, hidden or not."""
    return db.session.scalar(_present().where(EventType.link == link.partition("?")[0]).limit(1))


def numbered(calcom_id: int) -> EventType | None:
    """The event type with this number at Cal.com, if it is still there."""
    return db.session.scalar(_present().where(EventType.calcom_id == calcom_id))


def with_slug(slug: str, *, host_email: str) -> list[EventType]:
    """Event types of this host with this slug, gone ones too: what a booking may have been made of."""
    query = select(EventType).join(EventType.host).options(joinedload(EventType.host)).where(EventType.slug == slug)
    return [kind for kind in db.session.scalars(query.order_by(EventType.id)) if host_email.lower() in {email.lower() for email in kind.people}]


def open_to_all(host: Host | None = None) -> list[EventType]:
    """What anybody may find and book, of one host or of all, in the owner's order."""
    query = _present().where(EventType.active.is_(True), EventType.hidden.is_(False), Host.removed_at.is_(None))
    if host is not None:
        query = query.where(EventType.host_id == host.id)
    return list(db.session.scalars(query.order_by(Host.position, Host.id, EventType.position, EventType.id)))


def bookable_hosts() -> list[Host]:
    """Everybody with whom something can be booked, in order."""
    return list({kind.host.id: kind.host for kind in open_to_all()}.values())


def everything(*, removed: bool = True) -> Sequence[EventType]:
    """Every event type, those that are gone too if `removed`, in the owner's order."""
    query = select(EventType).join(EventType.host).options(joinedload(EventType.host))
    if not removed:
        query = query.where(EventType.removed_at.is_(None))
    return list(db.session.scalars(query.order_by(Host.position, Host.id, EventType.position, EventType.id)))


def every_host() -> list[Host]:
    """Every host, those that are gone too, in order."""
    return list(db.session.scalars(select(Host).order_by(Host.removed_at.is_not(None), Host.position, Host.id)))


def _present() -> Select[EventType]:
    return select(EventType).join(EventType.host).options(joinedload(EventType.host)).where(EventType.removed_at.is_(None), Host.removed_at.is_(None))
