"""A table as a CSV file, piece by piece, in which no cell is a formula.

UTF-8 with a byte order mark: without it Excel reads umlauts as Latin-1, and whatever else reads CSV knows the mark
(Python calls it `utf-8-sig`). Commas, CRLF and every cell in quotes, as RFC 4180 has it.

A cell that a spreadsheet would calculate gets an apostrophe in front. That is so wherever a cell may begin: a program set
to semicolons cuts the same file elsewhere, so what follows a semicolon, a tab, a bar or a line end counts as a beginning.
The end of the file is the end of the answer: one that breaks off in the middle ends without its last chunk, and no
client takes it for whole.
"""

import csv
import io
import re
from collections.abc import Generator, Iterable, Sequence
from datetime import datetime

from app.reports.table import Cell

BOM = b"\xef\xbb\xbf"
PIECE = 48_000
"""Letters that are sent together."""
_BEGINNING = re.compile(r"(^|[;|\t\r\n])(?=[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r])")
_SUSPECT = frozenset("=+-@ ")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def csv_pieces(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Generator[bytes]:
    """The file in pieces; the first, with the heading, is there before a row is asked for."""
    letters = io.StringIO(newline="")
    writer = csv.writer(letters, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in heading])
    yield BOM + _taken(letters)
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
        if letters.tell() >= PIECE:
            yield _taken(letters)
    if letters.tell():
        yield _taken(letters)


def harmless(text: str) -> str:
    """The text so that no spreadsheet calculates it: control characters gone, an apostrophe before what begins like a formula."""
    if text.isascii() and text.isprintable() and text[:1] not in _SUSPECT and ";" not in text and "|" not in text:
        return text  # nearly every cell, and a million rows have twenty million of them
    return _BEGINNING.sub(r"\1'", _CONTROL.sub("", text))


def _written(cell: Cell) -> str | int:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return cell if isinstance(cell, int) else harmless(cell)


def _taken(letters: io.StringIO) -> bytes:
    text = letters.getvalue()
    letters.seek(0)
    letters.truncate()
    return text.encode(errors="replace")
