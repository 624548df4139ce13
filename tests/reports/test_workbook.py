import io
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.workbook import MOST_LETTERS, workbook_pieces
from tests.reports.test_csv_file import CELLS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ZERO = datetime.fromisoformat("1899-12-30")


def opened(rows, **options):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(workbook_pieces(["Number", "Text"], rows, name="Bookings", **options))))
    assert archive.testzip() is None
    return archive


def sheet(archive, number=1):
    return ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))


def texts(found):
    """Every row as its cells' words, as a program shows them: codes such as `_x0041_` stand for letters there."""
    return [["".join(part.text or "" for part in cell.iter(f"{MAIN}t")).replace("_x005F_", "_") for cell in row] for row in found.iter(f"{MAIN}row")]


def clean(text):
    return "".join(sign for sign in text if sign in "\t\n\r" or not (sign < " " or "\ud800" <= sign <= "\udfff" or sign in "\ufffe\uffff"))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4))
def test_no_cell_is_a_formula_and_each_says_what_was_said(rows):
    found = sheet(opened(rows))
    assert not list(found.iter(f"{MAIN}f"))
    assert {cell.get("t") for cell in found.iter(f"{MAIN}c") if len(cell)} == {"inlineStr"}
    assert texts(found)[1:] == [[clean(cell) for cell in row] for row in rows]


def test_what_begins_like_a_formula_stays_text_when_it_is_edited():
    archive = opened([["=1+1", "plain"]])
    styles = ET.fromstring(archive.read("xl/styles.xml")).find(f"{MAIN}cellXfs")
    evil, plain = [styles[int(cell.get("s"))].get("quotePrefix") for cell in list(sheet(archive).iter(f"{MAIN}row"))[1]]
    assert (evil, plain) == ("1", None)


def test_words_that_look_like_codes_of_letters_stay_words():
    assert b"_x005F_x0041_" in opened([["_x0041_", ""]]).read("xl/worksheets/sheet1.xml")


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_says_so():
    (_, [text, _]) = texts(sheet(opened([["a" * 40_000, ""]])))
    assert len(text) == MOST_LETTERS
    assert text.endswith("…")


def test_times_are_times_and_numbers_are_numbers():
    row = list(sheet(opened([[datetime.fromisoformat("2026-10-25T01:30"), 7]])).iter(f"{MAIN}row"))[1]
    time, number = (cell.find(f"{MAIN}v").text for cell in row)
    assert abs(ZERO + timedelta(days=float(time)) - datetime.fromisoformat("2026-10-25T01:30")) < timedelta(seconds=1)
    assert number == "7"


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (1, 1), (9, 1), (10, 2), (18, 2), (19, 3)])
def test_what_one_sheet_cannot_hold_goes_on_in_the_next_under_the_same_heading(rows, sheets):
    archive = opened(([f"R{number}", ""] for number in range(rows)), most_rows=10)
    pages = [texts(sheet(archive, number + 1)) for number in range(sheets)]
    assert all(page[0] == ["Number", "Text"] for page in pages)
    assert [row[0] for page in pages for row in page[1:]] == [f"R{number}" for number in range(rows)]
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    assert [one.get("name") for one in book.iter(f"{MAIN}sheet")] == ["Bookings", "Bookings 2", "Bookings 3"][:sheets]
    listed = archive.read("[Content_Types].xml").decode() + archive.read("xl/_rels/workbook.xml.rels").decode()
    assert all(listed.count(f"worksheets/sheet{number + 1}.xml") == 2 for number in range(sheets))


def test_the_archive_needs_nothing_that_excel_cannot_read_in_a_stream():
    archive = opened([["a", "b"]] * 1000)
    assert {one.extract_version for one in archive.infolist()} == {20}  # 45 would be ZIP64
    assert archive.infolist()[0].flag_bits & 0x08  # sizes stand behind the part


def test_a_piece_is_there_before_a_row_is_asked_for_and_half_a_file_opens_nowhere():
    def rows():
        yield ["a", "b"]
        raise RuntimeError("the database went away")

    pieces = workbook_pieces(["Number", "Text"], rows(), name="Bookings")
    first = next(pieces)
    assert first.startswith(b"PK")
    with pytest.raises(RuntimeError):
        next(pieces)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(first))


def test_memory_does_not_grow_with_the_rows():
    def peak(count):
        tracemalloc.start()
        for _ in workbook_pieces(["a", "b"], ((f"word {number}", number) for number in range(count)), name="Bookings"):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(2_000) * 1.3
