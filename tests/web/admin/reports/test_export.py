import csv
import io
import zipfile

import pytest
from sqlalchemy import select

from app.accounts.models import Role, StaffAct
from app.db import db
from app.web.admin.reports import export


def read(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def acts():
    db.session.rollback()
    return [(act.act, act.subject, act.detail) for act in db.session.scalars(select(StaffAct).where(StaffAct.act.startswith("export.")).order_by(StaffAct.id))]


def test_the_file_has_what_the_list_has_under_the_same_address(book, sign_in):
    march, other = book(event_type="intro"), book(event_type="paid")
    desk = sign_in()
    answer = desk.get("/admin/calendar.csv")
    assert [row["Number"] for row in read(answer)] == [march, other]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bookings-2026-12-08.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert [row["Number"] for row in read(desk.get("/admin/calendar.csv?type=paid"))] == [other]
    named = desk.get("/admin/calendar.csv?from=2026-03-01&to=2026-03-31")
    assert named.headers["Content-Disposition"] == 'attachment; filename="bookings-2026-03-01-to-2026-03-31.csv"'
    assert read(named) == []
    assert "bookings-from-2026-03-01.csv" in desk.get("/admin/calendar.csv?from=2026-03-01").headers["Content-Disposition"]


def test_the_workbook_has_the_same_rows(book, sign_in):
    reference = book(booker_name="=HYPERLINK(1)")
    answer = sign_in().get("/admin/calendar.xlsx")
    assert answer.headers["Content-Type"] == export.XLSX
    found = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
    assert reference in found
    assert "<f>" not in found


def test_a_host_takes_the_own_bookings_only(book, sign_in):
    own, foreign = book(host_email="Host@example.com"), book(host_email="other@example.com")
    browser = sign_in(role=Role.HOST, email="host@example.com")
    for query in ("", "?host=other@example.com", f"?q={foreign}", "?view=all"):
        assert foreign not in browser.get(f"/admin/calendar.csv{query}").text
    assert [row["Number"] for row in read(browser.get("/admin/calendar.csv"))] == [own]


def test_what_leaves_the_house_is_noted_without_the_name_that_was_searched_for(book, sign_in):
    sign_in().get("/admin/calendar.csv?q=ines+example&status=confirmed").close()
    assert acts() == [("export.csv", "bookings", "q=… status=confirmed")]


def test_only_a_few_downloads_run_at_a_time_and_each_gives_its_place_back(book, sign_in, monkeypatch):
    book()
    desk = sign_in()
    going = [desk.get("/admin/calendar.csv", buffered=False) for _ in range(export.AT_A_TIME)]
    refused = desk.get("/admin/calendar.xlsx")
    assert refused.status_code == 503
    assert "downloads are under way already" in refused.text
    for answer in going:
        answer.close()
        answer.close()
    allowed = desk.get("/admin/calendar.xlsx")
    assert allowed.status_code == 200, allowed.text
    assert db.engine.pool.checkedout() <= 1  # that of the test itself


def test_a_client_that_takes_nothing_is_given_up(book, sign_in):
    class Socket:
        seconds = None

        def settimeout(self, seconds):
            self.seconds = seconds

    connection = Socket()
    book()
    sign_in().get("/admin/calendar.csv", buffered=True, environ_overrides={"gunicorn.socket": connection})
    assert connection.seconds == export.STALLED_SECONDS


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_fault_in_the_middle_ends_the_file_there(book, sign_in, monkeypatch, kind):
    book()
    whole = export.rows

    def broken(*given, **options):
        yield from whole(*given, **options)
        raise RuntimeError("the database went away")

    monkeypatch.setattr(export, "rows", broken)
    with pytest.raises(RuntimeError):
        sign_in().get(f"/admin/calendar.{kind}", buffered=True)
