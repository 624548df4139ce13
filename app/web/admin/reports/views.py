"""Bookings as a week, a month, and a day to print. Everything stands in the URL, with the filters of the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from flask import abort, render_template, request

from app import clock
from app.bookings.models import Booking
from app.bookings.queries import status_of
from app.notifications.wording import where
from app.reports.days import Day, days
from app.reports.table import ELSEWHERE
from app.reports.table import said as answer_in_words
from app.web.access import own_bookings_of
from app.web.admin.blueprint import blueprint, zone
from app.web.admin.choices import choices
from app.web.admin.listing import Asked, asked, short_title
from app.web.admin.reports.grid import column, hours, said
from app.web.filters import local_date

IN_WEEK = 40
"""So many bookings of a day are laid out in a week; more would not be read there."""
IN_MONTH = 4
ON_PAPER = 300
FIRST, LAST = date(1980, 1, 1), date(9000, 1, 1)


class Line(NamedTuple):
    """One booking on the page of a day."""

    booking: Booking
    times: str
    title: str
    status: str
    place: str
    guests: list[str]
    answers: list[tuple[str, str]]

    @property
    def begins(self) -> str:
        """The beginning of its time, for where there is little room."""
        return self.times.partition("–")[0].partition(" to ")[0].partition(",")[0]


@dataclass(frozen=True)
class Frame:
    """What the three views share: the question, today, and where the neighbours are."""

    asked: Asked
    today: date
    day: date
    before: date
    after: date

    @property
    def kept(self) -> dict[str, str]:
        """The filters as URL values; the span comes from the view."""
        return self.asked.url_values(**{"view": "", "from": "", "to": "", "sort": ""})


@blueprint.get("/calendar/week")
def week() -> str:
    """Seven days beside each other, Monday first."""
    day = _wanted()
    monday = day - timedelta(days=day.weekday())
    frame = _frame(monday, before=monday - timedelta(days=7), after=monday + timedelta(days=7))
    found = days(frame.asked.filters, first=monday, count=7, zone=zone(), each=IN_WEEK)
    columns = [column(each, zone=zone()) for each in found]
    return render_template("admin/reports/week.html", frame=frame, columns=columns, hours=hours(columns), **choices())


@blueprint.get("/calendar/month")
def month() -> str:
    """The weeks of a month, from Monday to Sunday."""
    first = _wanted().replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    frame = _frame(first, before=(first - timedelta(days=1)).replace(day=1), after=following)
    monday = first - timedelta(days=first.weekday())
    count = -(-(following - monday).days // 7) * 7
    found = days(frame.asked.filters, first=monday, count=count, zone=zone(), each=IN_MONTH)
    lines = [(each, list(_lines(each))) for each in found]
    return render_template("admin/reports/month.html", frame=frame, days=lines, **choices())


@blueprint.get("/calendar/day/<wanted>")
def day(wanted: str) -> str:
    """One day with everything that is good to know before it begins, made to be printed."""
    found = _date(wanted) or abort(404, "That is no day: an address such as /admin/calendar/day/2026-12-08 names one.")
    frame = _frame(found, before=found - timedelta(days=1), after=found + timedelta(days=1))
    (one,) = days(frame.asked.filters, first=found, count=1, zone=zone(), each=ON_PAPER)
    return render_template("admin/reports/day.html", frame=frame, day=one, lines=list(_lines(one)), now=clock.now())


@blueprint.context_processor
def _today() -> dict[str, object]:
    return {"today_here": lambda: local_date(clock.now(), zone())}


def _wanted() -> date:
    return _date(request.args.get("day", "")) or local_date(clock.now(), zone())


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None


def _frame(shown: date, *, before: date, after: date) -> Frame:
    wanted = asked(request.args, zone=zone(), host=own_bookings_of())
    return Frame(wanted, local_date(clock.now(), zone()), shown, before, after)


def _lines(day: Day) -> Iterator[Line]:
    for booking in day.bookings:
        guests = [str(one.get("name") or one.get("email") or "") for one in (booking.attendees or [])[1:]]
        answers = [
            (str(answer.get("label") or slug), words)
            for slug, answer in (booking.answers or {}).items()
            if slug not in ELSEWHERE and (words := answer_in_words(answer))
        ]
        yield Line(booking, said(booking, day, zone=zone()), short_title(booking), status_of(booking), where(booking), guests, answers)
