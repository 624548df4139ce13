"""Bookings as a file for a spreadsheet: what the list shows under the same filters, all of it, as it is read.

A download is a GET, so that it can be a link and a script can fetch it; that it was made is noted all the same, because
personal data leaves the house. Each keeps a thread busy while it lasts, so only a few run at a time, and a client that
takes nothing any more is given up after a while. One that goes away ends the reading at once.
"""

import threading
from collections.abc import Generator, Iterator

from flask import Response, request
from werkzeug.exceptions import ServiceUnavailable

from app import clock
from app.accounts import staff_acts
from app.db import transaction
from app.reports.csv_file import csv_pieces
from app.reports.table import heading, known_questions, rows
from app.reports.workbook import workbook_pieces
from app.web.access import own_bookings_of, person
from app.web.admin.blueprint import blueprint, zone
from app.web.admin.listing import Asked, asked
from app.web.filters import local_date

AT_A_TIME = 3
"""Of the eight threads that a server has."""
STALLED_SECONDS = 60
"""How long a client may take nothing."""
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_places = threading.BoundedSemaphore(AT_A_TIME)


@blueprint.get("/calendar.csv")
def calendar_csv() -> Response:
    """The bookings of the list's filters as CSV."""
    return _download("csv", CSV)


@blueprint.get("/calendar.xlsx")
def calendar_xlsx() -> Response:
    """The bookings of the list's filters as an Excel workbook."""
    return _download("xlsx", XLSX)


def _download(kind: str, mimetype: str) -> Response:
    question = asked(request.args, zone=zone(), host=own_bookings_of())
    questions = known_questions(event_type=question.filters.event_type)
    with transaction() as session:
        staff_acts.note(session, staff_id=person().id, act=f"export.{kind}", on="bookings", detail=_said(question))
    table = rows(question.filters, zone=zone(), questions=questions)
    names = heading(questions)
    pieces = csv_pieces(names, table) if kind == "csv" else workbook_pieces(names, table, name="Bookings")
    if not _places.acquire(blocking=False):
        raise ServiceUnavailable(f"{AT_A_TIME} downloads are under way already. Try again when one of them has ended.")
    if (connection := request.environ.get("gunicorn.socket")) is not None:
        connection.settimeout(STALLED_SECONDS)
    kept = _Kept(pieces)
    response = Response(kept, content_type=mimetype)
    response.call_on_close(kept.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(question)}.{kind}"'
    response.headers["X-Accel-Buffering"] = "no"
    return response


class _Kept(Iterator[bytes]):
    """The pieces of a download and its place among those that run, which is given back once, however it ends."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._open = True

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:  # the end among them
            self.close()
            raise

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Ends the reading and gives the place back."""
        if self._open:
            self._open = False
            _places.release()
            self._pieces.close()


def _said(question: Asked) -> str:
    """By what the export was narrowed, without what was searched for: that is often a person."""
    shown = {name: "…" if name == "q" else value for name, value in question.url_values().items()}
    return " ".join(f"{name}={value}" for name, value in shown.items())


def _file_name(question: Asked) -> str:
    """`bookings-2026-03-01-to-2026-03-31` for a span, otherwise the day of today."""
    if question.since and question.until:
        return f"bookings-{question.since}-to-{question.until}"
    if question.since or question.until:
        return f"bookings-{'from' if question.since else 'to'}-{question.since or question.until}"
    return f"bookings-{local_date(clock.now(), zone()).isoformat()}"
