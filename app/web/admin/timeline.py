"""One booking's story: deliveries, looks at Cal.com, changes, mails, acts of staff and notes in one line of time.

A change stands under the delivery that caused it; a change of another cause (a comparison, a colleague) and each
mail stand by themselves, and so does a look at Cal.com that changed nothing. The order is that in which things happened here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from app.bookings.models import BookingChange
from app.browsing.keep import Moment
from app.desk.notes import Note
from app.desk.told import Deed, Read
from app.inbox.models import InboxMessage
from app.outbox.models import OutboxMessage, OutboxState
from app.web.admin import way, wording
from app.web.admin.body import readable
from app.web.admin.diff import differences
from app.web.admin.entry import Entry
from app.web.admin.together import together
from app.web.filters import clock, day, local


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Everything that is known of a booking."""

    changes: Sequence[BookingChange]
    deliveries: Sequence[InboxMessage]
    mails: Sequence[OutboxMessage]
    reads: Sequence[Read] = ()
    deeds: Sequence[Deed] = ()
    notes: Sequence[Note] = ()
    way: Sequence[Moment] = ()
    """What led to it in the visitor's browser."""


def story(told: Sources, *, zone: str, with_bodies: bool, may_change: Callable[[Note], bool]) -> list[tuple[date, list[Entry]]]:
    """Every happening, oldest first, by day in the zone."""
    moments = _moments(told.changes)
    known = {message.id for message in told.deliveries}
    entries = [_delivery(message, moments, zone=zone, with_body=with_bodies) for message in told.deliveries]
    entries += [_change(group, zone=zone) for group in moments if group[0].inbox_id not in known or group is not _first(moments, group[0].inbox_id)]
    entries += [_mail(message, zone=zone) for message in told.mails]
    entries += [_read(number, read) for number, read in enumerate(told.reads, start=1) if not _changed_by(read, moments)]
    entries += [_deed(deed) for deed in told.deeds if deed.act != "note.add"]
    entries += [_way(told.way)] if told.way else []
    entries += [_note(note, may_change=may_change(note)) for note in told.notes]
    entries.sort(key=lambda entry: (entry.at, ORDER[entry.kind], entry.number))
    return [(day, list(together(group))) for day, group in groupby(entries, key=lambda entry: local(entry.at, zone).date())]


PAUSE = timedelta(seconds=2)
ORDER: Mapping[str, int] = {"browser": -1, "deed": 0, "delivery": 1, "read": 2, "change": 3, "mail": 4, "note": 5}


def _moments(changes: Sequence[BookingChange]) -> list[list[BookingChange]]:
    """The changes that were written together: one cause, no pause between the lines."""
    moments: list[list[BookingChange]] = []
    for change in changes:
        last = moments[-1][-1] if moments else None
        if last is not None and _cause(last) == _cause(change) and change.at - last.at < PAUSE:
            moments[-1].append(change)
        else:
            moments.append([change])
    return moments


def _cause(change: BookingChange) -> tuple[object, ...]:
    return change.booking_id, change.inbox_id, change.actor, change.cause


def _first(moments: list[list[BookingChange]], inbox_id: int | None) -> list[BookingChange] | None:
    return next((group for group in moments if group[0].inbox_id == inbox_id), None)


def _delivery(message: InboxMessage, moments: list[list[BookingChange]], *, zone: str, with_body: bool) -> Entry:
    group = _first(moments, message.id) or []
    first_sight = _is_first_sight(group)
    notes = [f"The same delivery came {message.repeats + 1} times; it counted once."] if message.repeats else []
    if message.error:
        notes.append(message.error)
    elif not group and message.state == "processed":
        notes.append("It told nothing new about this booking.")
    return Entry(
        key=f"delivery-{message.id}",
        kind="delivery",
        at=message.received_at,
        title=wording.trigger(message.trigger),
        exact=message.trigger or "",
        number=message.id,
        delivery=message.id,
        state=message.state,
        state_label=wording.DELIVERY_STATES.get(message.state, message.state),
        notes=notes,
        differences=[] if first_sight else differences(group, zone=zone),
        recorded=len(group) if first_sight else 0,
        body=readable(message.body).text if with_body else "",
    )


def _change(group: list[BookingChange], *, zone: str) -> Entry:
    """A change that does not stand under a delivery: another cause, a replay, or a delivery about a sibling."""
    first = group[0]
    first_sight = _is_first_sight(group)
    found = "Found by a comparison: no delivery had told of it" if _run(first) else "This booking was recorded"
    title = found if first_sight else f"Changed by {wording.actor(first.actor)}"
    return Entry(
        key=f"change-{first.id}", kind="change", at=first.at, title=title, exact=first.cause, number=first.id,
        run=_run(first), delivery=first.inbox_id or 0, differences=[] if first_sight else differences(group, zone=zone),
        recorded=len(group) if first_sight else 0,
    )  # fmt: skip


def _run(change: BookingChange) -> int:
    number = change.cause.removeprefix("sync run ") if change.actor == "sync" else ""
    return int(number) if number.isdigit() else 0


def _is_first_sight(group: Sequence[BookingChange]) -> bool:
    """Whether this is how the booking came to be: nothing has an old value."""
    return bool(group) and all(change.old is None for change in group) and any(change.field == "status" for change in group)


def _mail(message: OutboxMessage, *, zone: str) -> Entry:
    to = f"To {message.recipient or 'nobody'}"
    notes = [f"{to}: {message.subject}" if message.subject else to]
    reasons = [message.why[0].upper() + message.why[1:]] if message.why else []
    notes += reasons
    if message.state in {OutboxState.PLANNED, OutboxState.RETRYING} and message.due_at > message.created_at:
        notes.append(f"Goes out {day(message.due_at, zone)}, {clock(message.due_at, zone)}")
    sent = message.state == OutboxState.SENT
    return Entry(
        key=f"mail-{message.id}",
        kind="mail",
        at=message.sent_at if sent and message.sent_at else message.created_at,
        title=wording.mail_kind(message.kind),
        exact=message.kind,
        number=message.id,
        state="skipped" if message.state == OutboxState.CANCELLED else message.state,
        state_label=wording.MAIL_STATES.get(message.state, message.state),
        notes=notes,
        reasons=reasons,
    )


def _changed_by(read: Read, moments: list[list[BookingChange]]) -> bool:
    """Whether the look shows as a change already."""
    return any(group[0].inbox_id is None and abs(group[0].at - read.at) < PAUSE for group in moments)


def _read(number: int, read: Read) -> Entry:
    notes = ["It told nothing new; what was seen keeps late deliveries in their place."]
    return Entry(key=f"read-{number}", kind="read", at=read.at, title="Cal.com was read", number=number, notes=notes)


def _way(moments: Sequence[Moment]) -> Entry:
    """One entry where the visit began, though its last moments may come after the first delivery."""
    return Entry(key="browser", kind="browser", at=moments[0].at, title=way.told(moments), moments=way.lines(moments))


def _deed(deed: Deed) -> Entry:
    notes = [deed.detail[0].upper() + deed.detail[1:] + "."] if deed.detail and deed.act.startswith("booking.") and deed.detail != "asked" else []
    title = f"{deed.who} {wording.deed(deed.act)}"
    return Entry(key=f"deed-{deed.number}", kind="deed", at=deed.at, title=title, exact=deed.act, number=deed.number, notes=notes)


def _note(note: Note, *, may_change: bool) -> Entry:
    text = note.text if note.text is not None else "This note cannot be read: it was closed with a SECRET_KEY that this site does not have any more."
    changed = ["Changed since."] if note.edited_at else []
    return Entry(
        key=f"note-{note.id}", kind="note", at=note.created_at, title=f"Note by {note.author}", number=note.id,
        notes=changed, text=text, edit=note.id if may_change else 0,
    )  # fmt: skip
