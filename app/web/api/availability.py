"""When an event type can be had. Nothing private is in the answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from flask import Response, abort, request

from app.calcom.errors import CalcomError, NotConfigured, NotFound, Wait
from app.extensions import limiter
from app.hosts import queries as hosts
from app.hosts.models import EventType
from app.reception.availability import FreeTime, Span, busy, hours
from app.reception.months import midnight
from app.web.api.blueprint import asker, blueprint, fresh, works
from app.web.api.event_types import NO_KEY
from app.web.filters import iso, zone
from app.web.problems import Problem

MOST_DAYS = 62
YEARS = (1970, 9000)
"""Beyond them a moment and a month on either side of it are no dates any more."""
RETRY_SECONDS = 10
LIMIT = "60 per minute"


@blueprint.get("/availability")
@limiter.limit(LIMIT, key_func=asker)
def availability() -> Response:
    """Free times of an event type, when our own bookings take the host's time, and the hours of its schedule."""
    kind = _kind()
    begin, end = _range()
    try:
        free = works().desk.free(kind, begin, end, minutes=_minutes(kind))
    except NotConfigured:
        abort(503, NO_KEY)
    except NotFound:
        abort(404, "Cal.com does not know this event type any more.")
    except CalcomError as error:
        seconds = max(int(error.seconds), 1) if isinstance(error, Wait) else RETRY_SECONDS
        raise Problem(503, "Cal.com does not answer at the moment. Try again shortly.", headers={"Retry-After": str(seconds)}) from None
    return fresh({"slots": _spans(free), "busy": _spans(busy(kind, begin, end)), "dateRanges": _spans(hours(kind, begin, end))})


def _kind() -> EventType:
    """The event type that is asked about; 400 and 404 say what is wrong."""
    said = request.args.get("eventTypeId", "")
    if not said.isascii() or not said.isdigit() or len(said) > 9:
        abort(400, "eventTypeId is missing or no number: take an id from /api/event-types.")
    if not works().desk.open:
        abort(503, NO_KEY)
    kind = hosts.numbered(int(said))
    if kind is None or kind.hidden or not kind.active:
        abort(404, f"There is no event type {said}: take an id from /api/event-types.")
    return kind


def _range() -> tuple[datetime, datetime]:
    """From `dateFrom` to `dateTo`; a date alone means the whole day in `timeZone`, UTC unless given."""
    named = request.args.get("timeZone", "UTC")
    if zone(named) is None:
        abort(400, "timeZone is not known: write one such as Europe/London, or leave it out.")
    begin, end = _moment("dateFrom", named, last=False), _moment("dateTo", named, last=True)
    if not (YEARS[0] <= begin.year and end.year <= YEARS[1]):
        abort(400, f"dateFrom and dateTo must lie in the years {YEARS[0]} to {YEARS[1]}.")
    if end <= begin:
        abort(400, "dateTo lies before dateFrom: swap them.")
    if end - begin > timedelta(days=MOST_DAYS):
        abort(400, f"dateFrom and dateTo are too far apart: ask for at most {MOST_DAYS} days at once.")
    return begin, end


def _moment(name: str, zone_name: str, *, last: bool) -> datetime:
    said, found = request.args.get(name, ""), zone(zone_name)
    try:
        if found and len(said) == len("2026-12-01"):
            day = date.fromisoformat(said) + timedelta(days=last)
            return midnight(day, found)
        moment = datetime.fromisoformat(said.replace(" ", "+"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=found)).astimezone(UTC)
    except (ValueError, OverflowError):
        abort(400, f"{name} is missing or no date: write it as 2026-12-01 or 2026-12-01T09:00:00Z.")


def _minutes(kind: EventType) -> int:
    said = request.args.get("duration", "")
    if not said:
        return kind.minutes
    offered = kind.lengths or [kind.minutes]
    if said not in {str(minutes) for minutes in offered}:
        abort(400, f"duration must be one of {', '.join(map(str, offered))}.")
    return int(said)


def _spans(spans: Sequence[FreeTime | Span]) -> list[dict[str, str]]:
    return [{"start": iso(each.start), "end": iso(each.end)} for each in spans]
