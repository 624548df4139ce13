import csv
import io
import re
import tracemalloc
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.csv_file import BOM, csv_pieces, harmless

EVIL = ["=1+1", "+49 30 1", "-5", "@SUM(A1)", "\t=1", "\r=1", "a;=1+1", "two\n=lines", " =1", "\u200b=1", "x|@y", "a;\t-1", "＝1+1", '";=1', "=", "\x00=1"]
CALCULATED = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]")
CELLS = st.one_of(st.text(), st.sampled_from(EVIL), st.lists(st.sampled_from([*EVIL, ",", '"', ";", "\r\n"]), max_size=4).map("".join))


def read(*rows):
    whole = b"".join(csv_pieces(["Number"] * len(rows[0]), rows))
    assert whole.startswith(BOM)
    return whole.decode("utf-8-sig"), list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline="")))[1:]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=4))
def test_no_cell_is_a_formula_wherever_a_program_cuts_the_file(rows):
    text, found = read(*rows)
    assert len(found) == len(rows)
    assert not [cell for row in found for cell in row if CALCULATED.match(cell) or cell[:1] in {"\t", "\r"}]
    for line in re.split(r"[\r\n]+", text):  # a program that cuts at semicolons, tabs or bars, and does not know the quotes
        assert not [piece for piece in re.split(r"[;|\t]", line) if CALCULATED.match(piece)]


@given(st.text(alphabet=st.characters(categories=("L", "N", "Zs", "Po"), exclude_characters="@＠")))
def test_what_is_no_formula_stays_as_it_was_said(text):
    assert read([text])[1] == [[text]]


@pytest.mark.parametrize(("text", "written"), [("+49 30 123", "'+49 30 123"), ("a=b", "a=b"), ("10 - 12", "10 - 12"), ("Mon;-5 %", "Mon;'-5 %"), ("", "")])
def test_an_apostrophe_stands_where_a_formula_would_begin_and_nowhere_else(text, written):
    assert harmless(text) == written


def test_numbers_and_times_are_written_plainly():
    assert read([3, datetime.fromisoformat("2026-12-08T11:00")])[1] == [["3", "2026-12-08 11:00"]]


def test_half_a_letter_does_not_end_the_file():
    assert read(["\ud800"])[1] == [["?"]]


def test_the_heading_is_there_before_a_row_is_asked_for():
    def rows():
        raise AssertionError("not yet")
        yield []

    assert next(iter(csv_pieces(["Number", "Name"], rows()))) == BOM + b'"Number","Name"\r\n'


def test_memory_does_not_grow_with_the_rows():
    def peak(count):
        tracemalloc.start()
        for _ in csv_pieces(["a", "b"], (["word " * 20, number] for number in range(count))):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(2_000) * 1.3
