"""The page of figures: what happened over some weeks, as charts, each with its table. Everything asked stands in the URL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from flask import render_template, request

from app import clock
from app.hosts import queries as hosts
from app.reports.figures import LEADS, MOST_WEEKS, Figures, Span, Tally, Which, figures
from app.web.access import own_bookings_of
from app.web.admin.blueprint import blueprint, zone
from app.web.admin.choices import choices
from app.web.admin.listing import origin_label
from app.web.admin.reports.chart import Chart, bars, columns
from app.web.filters import local_date

SPANS = {"4": "4 weeks", "12": "12 weeks", "26": "26 weeks", "52": "52 weeks", "ahead": "8 weeks ahead"}
USUAL = "12"
AHEAD = 8
MOST_BARS = 12
LEGEND = (("kept", "Confirmed"), ("waiting", "Waiting"), ("gone", "Cancelled or declined"))
HEAD = ("Bookings", "Confirmed", "Waiting", "Cancelled or declined", "Held", "No-shows", "No-show rate")


@dataclass(frozen=True)
class Asked:
    """The weeks and whose bookings the URL asks for."""

    span: Span
    chosen: str
    """The named span; empty for dates of one's own."""
    since: str
    until: str
    which: Which
    host: str
    """The host that was chosen; not the one whose own bookings alone are shown."""

    def url_values(self, **changes: str) -> dict[str, str]:
        """The question as URL values, with changes."""
        own = {"span": self.chosen, "from": self.since, "to": self.until, "type": self.which.event_type, "host": self.host}
        return {name: value for name, value in (own | changes).items() if value}


@blueprint.get("/reports")
def reports() -> str:
    """Bookings per week, no-shows, lead time, by event type, host and origin."""
    asked = _asked(request.args)
    found = figures(asked.span, asked.which)
    mine = own_bookings_of()
    return render_template(
        "admin/reports/overview.html",
        asked=asked,
        spans=SPANS,
        total=found.total,
        charts=_charts(found, asked, by_host=not mine),
        lead=_typical_lead(found),
        **choices(),
    )


def _asked(values: Mapping[str, str]) -> Asked:
    """What cannot be understood is as if it were not there."""
    today = local_date(clock.now(), zone())
    monday = today - timedelta(days=today.weekday())
    chosen = values.get("span", "")
    first, last = _day(values.get("from", "")), _day(values.get("to", ""))
    since = until = ""
    if chosen not in SPANS and first and last and first <= last:
        begin = first - timedelta(days=first.weekday())
        weeks = min((last - begin).days // 7 + 1, MOST_WEEKS)
        chosen, since, until = "", first.isoformat(), last.isoformat()
    else:
        chosen = chosen if chosen in SPANS else USUAL
        weeks = AHEAD if chosen == "ahead" else int(chosen)
        begin = monday if chosen == "ahead" else monday - timedelta(weeks=weeks - 1)
    mine = own_bookings_of()
    host = "" if mine else values.get("host", "").replace("\x00", "")[:254].lower()
    which = Which(host=mine or host, event_type=values.get("type", "").replace("\x00", "")[:200])
    return Asked(Span(begin, weeks, zone()), chosen, since, until, which, host)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1980 <= day.year <= 9000 else None


def _charts(found: Figures, asked: Asked, *, by_host: bool) -> list[Chart]:
    names = {host.email.lower(): host.name for host in hosts.bookable_hosts() if host.email and host.name}
    charts = [_per_week(found, asked.span), _no_shows(found, asked.span), _leads(found)]
    charts.append(_by_name("type", "By event type", "Event type", found.by_type, lambda slug: slug or "Not known"))
    if by_host:
        charts.append(_by_name("host", "By host", "Host", found.by_host, lambda email: f"{names[email]}, {email}" if email in names else email or "Not known"))
    charts.append(_by_name("source", "By source", "Came from", found.by_origin, origin_label))
    return charts


def _per_week(found: Figures, span: Span) -> Chart:
    values = [
        (_short(monday), f"Week of {_short(monday)}: {_said(week)}", [("kept", week.kept), ("waiting", week.waiting), ("gone", week.gone)])
        for monday, week in zip(span.mondays, found.weeks, strict=True)
    ]
    drawn, ticks = columns(values)
    total = found.total.all
    best = max(range(span.weeks), key=lambda number: found.weeks[number].all)
    summary = f"{_amount(total)} in {span.weeks} {'week' if span.weeks == 1 else 'weeks'}, {total / span.weeks:.1f} a week on average"
    summary += f"; most in the week of {_short(span.mondays[best])} ({found.weeks[best].all})." if total else "."
    rows = [[f"{monday:%Y-%m-%d}", *_cells(week)] for monday, week in zip(span.mondays, found.weeks, strict=True)]
    return Chart("weeks", "Bookings per week", summary, "columns", drawn, ("Week from Monday", *HEAD), rows, ticks, LEGEND)


def _no_shows(found: Figures, span: Span) -> Chart:
    total = found.total
    values = [
        (_short(monday), f"Week of {_short(monday)}: {_rate(week)}", [("absent", week.absence or 0)])
        for monday, week in zip(span.mondays, found.weeks, strict=True)
    ]
    drawn, ticks = columns(values, percent=True)
    rows = [[f"{monday:%Y-%m-%d}", str(week.held), str(week.absent), _percent(week)] for monday, week in zip(span.mondays, found.weeks, strict=True)]
    summary = f"Somebody did not come to {total.absent} of {total.held} meetings held: {_percent(total)}." if total.held else ""
    note = "Of confirmed meetings that are over. Weeks in which none was held have no rate."
    empty = "" if total.held else "No meeting of these weeks is over yet. The rate appears here once some are, and who did not come is marked on their page."
    head = ("Week from Monday", "Held", "No-shows", "No-show rate")
    return Chart("no-shows", "No-show rate", summary, "columns", drawn, head, rows, ticks, note=note, empty=empty)


def _leads(found: Figures) -> Chart:
    known = sum(found.leads)
    values = [
        (label, f"{label} ahead: {count} of {known}", f"{count} · {_share(count, known)}", [("kept", float(count))])
        for (_, label), count in zip(LEADS, found.leads, strict=True)
    ]
    rows = [[label, str(count), _share(count, known)] for (_, label), count in zip(LEADS, found.leads, strict=True)]
    rows += [["Not known", str(found.no_lead), ""]] if found.no_lead else []
    note = "From when this site first heard of a booking to its present start."
    note += f" {_amount(found.no_lead)} came in after it had begun and {'is' if found.no_lead == 1 else 'are'} left out." if found.no_lead else ""
    empty = "" if known else "How far ahead people book appears here with the first booking of these weeks."
    lead = _typical_lead(found)
    summary = f"Half of them were booked {lead} ahead." if lead else ""
    return Chart("leads", "Lead time", summary, "bars", bars(values), ("Booked ahead", "Bookings", "Share"), rows, note=note, empty=empty)


def _by_name(key: str, title: str, column: str, tallies: Mapping[str, Tally], called: Callable[[str], str]) -> Chart:
    named = [(called(name), tally) for name, tally in tallies.items()]
    values = [
        (label, f"{label}: {_said(tally)}", str(tally.all), [("kept", float(tally.kept)), ("waiting", float(tally.waiting)), ("gone", float(tally.gone))])
        for label, tally in named[:MOST_BARS]
    ]
    rows = [[label, *_cells(tally)] for label, tally in named[:500]]
    first = f"Most: {named[0][0]}, {_share(named[0][1].all, sum(tally.all for _, tally in named))} of all." if named else ""
    empty = "" if named else "Nothing was booked for these weeks."
    return Chart(key, title, first, "bars", bars(values), (column, *HEAD), rows, legend=LEGEND, more=max(0, len(named) - MOST_BARS), empty=empty)


def _typical_lead(found: Figures) -> str:
    """Within which step the middle booking lies, in small letters; empty when none is known."""
    known = sum(found.leads)
    middle = next((at for at, sum_ in enumerate(accumulate(found.leads)) if sum_ * 2 >= known), 0)
    return f"{LEADS[middle][1][0].lower()}{LEADS[middle][1][1:]}" if known else ""


def _cells(tally: Tally) -> list[str]:
    return [*(str(number) for number in (tally.all, tally.kept, tally.waiting, tally.gone, tally.held, tally.absent)), _percent(tally)]


def _said(tally: Tally) -> str:
    return f"{_amount(tally.all)}, {tally.kept} confirmed, {tally.waiting} waiting, {tally.gone} cancelled or declined"


def _rate(tally: Tally) -> str:
    return "no meeting held" if tally.absence is None else f"{tally.absent} of {tally.held} meetings, {_percent(tally)}"


def _percent(tally: Tally) -> str:
    return "–" if tally.absence is None else f"{tally.absence * 100:.1f} %"


def _share(part: int, whole: int) -> str:
    return f"{part / whole * 100:.0f} %" if whole else "–"


def _amount(number: int) -> str:
    return f"{number:,} {'booking' if number == 1 else 'bookings'}"


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
