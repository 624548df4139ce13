"""A table as an Excel workbook (ECMA-376), piece by piece: no file on disk, no memory that grows with the rows.

Our own writer and not a library: those that write XLSX keep the rows in memory or in files of their own, and a full
disk would end the download of a site that is healthy otherwise. What a plain table needs is little: text, numbers and
times, a heading that stays in view, widths. The archive is written from front to back with the sizes behind each part, and
stays below the limits at which ZIP64 would begin, which Excel does not read in such a stream. A sheet holds 1,048,576
rows; what is more goes on in a second one. A download that breaks off has no directory at its end, and no program opens it.

Text is stored as text and is never a formula. What begins like one carries `quotePrefix` besides, so that it stays
text when somebody edits the cell; what is written is exactly what was said.
"""

import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import IO, cast

from app.reports.table import Cell

MOST_ROWS = 1_048_576
"""Rows of a sheet, with its heading."""
MOST_LETTERS = 32_767
"""Letters of a cell."""
MOST_BYTES = 1_500_000_000
"""Of a sheet before it is packed; at 2 GiB ZIP64 would begin."""
PIECE = 200
"""Rows that are packed together."""

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as the code of a letter."""
_FORMULA = ("=", "+", "-", "@")
_DAY_ZERO = datetime.fromisoformat("1899-12-30")
_PLAIN, _BOLD, _TIME, _QUOTED = range(4)

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class _Stream:
    """Where the archive is written to: a file that cannot be rewound, emptied after every step."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def workbook_pieces(heading: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str, most_rows: int = MOST_ROWS) -> Generator[bytes]:
    """The file in pieces; the first is there before a row is asked for. `name` is that of the sheet."""
    stream = _Stream()
    left = iter(rows)
    sheets = 0
    with zipfile.ZipFile(cast(IO[bytes], stream), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        waiting: Iterable[Sequence[Cell]] | None = left
        while waiting is not None:
            sheets += 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w") as sheet:
                yield from _sheet(sheet, stream, heading, waiting, most_rows=most_rows)
            following = next(left, None)
            waiting = None if following is None else chain([following], left)
        for path, content in _frame(sheets, name):
            archive.writestr(path, content)
            yield stream.taken()
    yield stream.taken()


def _sheet(sheet: IO[bytes], stream: _Stream, heading: Sequence[str], rows: Iterable[Sequence[Cell]], *, most_rows: int) -> Iterator[bytes]:
    """Writes one sheet with as many rows as it may hold, and hands on what was packed."""
    widths = "".join(f'<col min="{at}" max="{at}" width="{min(max(len(name) + 4, 18), 40)}" customWidth="1"/>' for at, name in enumerate(heading, start=1))
    view = '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    opening = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews>{view}</sheetViews><cols>{widths}</cols><sheetData>'
    lines = [opening, "<row>" + "".join(_text(name, style=_BOLD) for name in heading) + "</row>"]
    count, size = 1, 0
    sheet.write("".join(lines).encode())
    lines = []
    yield stream.taken()
    for row in rows:
        lines.append(_row(row))
        count += 1
        if len(lines) == PIECE:
            size += sheet.write("".join(lines).encode())
            lines = []
            if piece := stream.taken():
                yield piece
        if count >= most_rows or size >= MOST_BYTES:
            break
    sheet.write(("".join(lines) + "</sheetData></worksheet>").encode())


def _row(cells: Sequence[Cell]) -> str:
    written = ["<row>"]
    for cell in cells:
        if isinstance(cell, str):
            written.append(_text(cell) if cell else "<c/>")
        elif isinstance(cell, datetime):
            written.append(f'<c s="{_TIME}"><v>{(cell - _DAY_ZERO).total_seconds() / 86400:.6f}</v></c>')
        else:
            written.append(f"<c><v>{cell}</v></c>")
    written.append("</row>")
    return "".join(written)


def _text(text: str, *, style: int = _PLAIN) -> str:
    kept = text if text.isascii() and text.isprintable() and "_x" not in text else _CODE.sub("_x005F_", _BAD.sub("", text))
    if len(kept) > MOST_LETTERS:
        kept = kept[: MOST_LETTERS - 1] + "…"
    if style == _PLAIN and kept.lstrip().startswith(_FORMULA):
        style = _QUOTED
    kept = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


def _frame(sheets: int, name: str) -> Iterator[tuple[str, str]]:
    """The small parts that make an archive of sheets a workbook."""
    numbers = range(1, sheets + 1)
    names = "".join(f'<sheet name="{name}{f" {at}" if at > 1 else ""}" sheetId="{at}" r:id="rId{at}"/>' for at in numbers)
    links = "".join(f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in numbers)
    parts = "".join(f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for at in numbers)
    relations = f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    yield "xl/styles.xml", _STYLES
    yield "xl/workbook.xml", f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>'
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{relations}{links}<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    )
    yield "_rels/.rels", f'{relations}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    types = f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{parts}'
    types += (
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    )
    yield "[Content_Types].xml", f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
