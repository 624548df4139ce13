"""Free times in Cal.com's answers, turned into values."""

from typing import Any

from app.calcom.calling import Answer
from app.calcom.errors import Away
from app.calcom.read_value import day, mapping, moment, text, whole
from app.calcom.types import Hold, Slot, Slots


def free(answer: Answer) -> Slots:
    """Free times by day, each day in order; days without any are left out."""
    if not isinstance(answer.data, dict):
        raise Away("Cal.com answered the free times with something else.")
    inner = answer.data.get("slots")
    days: dict[str, Any] = inner if isinstance(inner, dict) else answer.data
    found = {}
    for name in sorted(days):
        on, times = day(name), days[name] if isinstance(days[name], list) else []
        slots = sorted((slot for slot in map(_slot, times) if slot is not None), key=lambda slot: slot.start)
        if on is not None and slots:
            found[on] = tuple(slots)
    return found


def _slot(row: Any) -> Slot | None:
    said = mapping(row) if isinstance(row, dict) else {"start": row}
    start = moment(said.get("start") or said.get("time"))
    if start is None:
        return None
    return Slot(start=start, end=moment(said.get("end")), attendees=whole(said.get("attendeesCount")), booking_uid=text(said.get("bookingUid")))


def hold(answer: Answer) -> Hold:
    """A time held."""
    said = mapping(answer.data)
    uid, until = text(said.get("reservationUid")), moment(said.get("reservationUntil"))
    if not uid or until is None:
        raise Away("Cal.com answered with a held time that cannot be understood.")
    return Hold(uid=uid, until=until)
