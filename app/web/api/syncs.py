"""Comparisons and refreshes for scripts: ask for one, see how far it is.

There is one at a time. Who asks while one waits is led to that one; who asks while one is under way gets the next, which
begins after it, so that whatever was asked for begins later than the asking.
"""

from typing import Any

from flask import Response, url_for

from app import errands
from app.accounts import staff_acts
from app.bookings.listed import utc
from app.db import transaction
from app.errands import Errand, UnderWay
from app.extensions import limiter
from app.sync import queries, runs
from app.sync.models import SyncRun
from app.sync.refreshing import COUNTS, KIND
from app.web.api import shapes
from app.web.api.asked import ComparisonAsked, Nothing, from_body, from_url
from app.web.api.blueprint import READ_LIMIT, SYNC_LIMIT, asker, blueprint, fresh, holder, settings, works
from app.web.problems import Problem

NUMBER = "<int(max=2147483647):number>"
NO_KEY = "This site has no key for Cal.com's API, so there is nothing to compare with. The owner sets CALCOM_API_KEY."
RUN_FIELDS = ("id", "kind", "state", "created", "changed", "same", "gone", "ignored", "unreadable", "requests", "verified", "verified_of")


@blueprint.post("/bookings/sync")
@limiter.limit(SYNC_LIMIT, key_func=asker)
def sync_bookings() -> Response:
    """Asks the worker for a comparison of all bookings with Cal.com's; it begins within a second."""
    from_url(Nothing)
    asked = from_body(ComparisonAsked)
    who = _asker()
    with transaction() as session:
        number = runs.ask(session, kind=asked.kind, cause=f"api:{who.name}").id
        staff_acts.note(session, staff_id=who.staff_id, act="sync.ask", on=str(number), detail=f"token {who.number}")
    return _accepted(_comparison(_run(number)))


@blueprint.get("/bookings/sync")
@limiter.limit(READ_LIMIT, key_func=asker)
def newest_booking_sync() -> Response:
    """The comparison that is under way or waits, else the last one."""
    from_url(Nothing)
    run = queries.under_way() or queries.last_ended()
    if run is None:
        raise Problem(404, "Nothing was compared yet.")
    return fresh(_comparison(run))


@blueprint.get(f"/bookings/sync/{NUMBER}")
@limiter.limit(READ_LIMIT, key_func=asker)
def booking_sync(number: int) -> Response:
    """One comparison, as far as it is."""
    from_url(Nothing)
    return fresh(_comparison(_run(number)))


@blueprint.post("/event-types/sync")
@limiter.limit(SYNC_LIMIT, key_func=asker)
def sync_event_types() -> Response:
    """Asks the worker to read hosts and event types anew; it begins within a second."""
    from_url(Nothing)
    from_body(Nothing)
    who = _asker()
    try:
        with transaction() as session:
            number = errands.ask(session, kind=KIND, cause=f"api:{who.name}").id
            staff_acts.note(session, staff_id=who.staff_id, act="catalogue.ask", on=str(number), detail=f"token {who.number}")
    except UnderWay as other:
        number = other.number
    return _accepted(_refresh(_errand(number)))


@blueprint.get("/event-types/sync")
@limiter.limit(READ_LIMIT, key_func=asker)
def newest_event_type_sync() -> Response:
    """The last refresh that was asked for."""
    from_url(Nothing)
    found = errands.newest(KIND)
    if not found:
        raise Problem(404, "No refresh was asked for yet. By itself the site reads hosts and event types once an hour.")
    return fresh(_refresh(found[0]))


@blueprint.get(f"/event-types/sync/{NUMBER}")
@limiter.limit(READ_LIMIT, key_func=asker)
def event_type_sync(number: int) -> Response:
    """One refresh, as far as it is."""
    from_url(Nothing)
    return fresh(_refresh(_errand(number)))


def _asker() -> Any:
    if not works().desk.open:
        raise Problem(409, NO_KEY)
    return holder()


def _accepted(body: dict[str, Any]) -> Response:
    response = fresh(body, 202)
    response.headers["Location"] = body["url"]
    response.headers["Retry-After"] = "2"
    return response


def _run(number: int) -> SyncRun:
    run = queries.by_id(number)
    if run is None:
        raise Problem(404, f"There is no comparison {number}.")
    return run


def _errand(number: int) -> Errand:
    errand = errands.by_id(number)
    if errand is None or errand.kind != KIND:
        raise Problem(404, f"There is no refresh {number}.")
    return errand


def _comparison(run: SyncRun) -> dict[str, Any]:
    url = settings().SITE_URL + url_for(".booking_sync", number=run.id)
    values = {name: getattr(run, name) for name in RUN_FIELDS} | _moments(run) | {"note": run.note or None, "error": run.error or None, "url": url}
    return shapes.Comparison.model_validate(values).model_dump(mode="json")


def _refresh(errand: Errand) -> dict[str, Any]:
    url = settings().SITE_URL + url_for(".event_type_sync", number=errand.id)
    counts = {name: errand.counts.get(name, 0) for name in COUNTS}
    values = counts | _moments(errand) | {"id": errand.id, "state": errand.state, "error": errand.error or None, "url": url}
    return shapes.Refresh.model_validate(values).model_dump(mode="json")


def _moments(row: SyncRun | Errand) -> dict[str, str | None]:
    return {name: utc(moment) if (moment := getattr(row, name)) else None for name in ("asked_at", "started_at", "ended_at")}
