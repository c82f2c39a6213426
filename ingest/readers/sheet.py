"""XLSX and CSV to Readings: a heading a sheet, a table for each block of rows.

openpyxl and csv directly: unstructured reads both through pandas, which loses merged cells, the unit in a number
format (`3.0" V"`), and turns the code 007 into 7 and 5 into 5.0.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.readers.encoding import decode_text
from ingest.readers.markup import Reading
from ingest.readers.notices import opens_notice
from ingest.readers.tables import Rows, rows_text, without_empty
from ingest.types import Element, Kind, SourceFile

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_MOST_CELLS = 2_000_000
_QUOTED_UNIT = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]')


def read_xlsx(source: SourceFile) -> Reading:
    """Visible sheets in order. Formulas show the value the file was saved with."""
    from openpyxl import load_workbook

    book = load_workbook(source.path, data_only=True)
    elements = [element for sheet in book.worksheets if sheet.sheet_state == "visible" for element in _sheet(sheet)]
    return Reading(tuple(elements), title=(book.properties.title or "").strip())


def read_csv(source: SourceFile) -> Reading:
    """Tables of a CSV file; the separator (comma, semicolon, tab, bar) is found out."""
    lines = decode_text(source.path.read_bytes()).replace("\x00", "").splitlines()
    sample = [line for line in lines[:50] if line.strip()]
    separator = max(",;\t|", key=lambda mark: (_agreement(sample, mark), mark == ","))
    rows = [tuple(" ".join(cell.split()) for cell in row) for row in csv.reader(lines, delimiter=separator)]
    width = max(map(len, rows), default=0)
    padded = [row + ("",) * (width - len(row)) for row in rows]
    return Reading(tuple(element for block in _blocks(padded) for element in _block(without_empty(block))))


def _agreement(sample: list[str], mark: str) -> int:
    """How many lines are split into the same number of fields as the first, times those fields."""
    widths = [len(row) for row in csv.reader(sample, delimiter=mark)]
    return (widths[0] - 1) * widths.count(widths[0]) if widths else 0


def _sheet(sheet: "Worksheet") -> Iterator[Element]:
    blocks = [rows for block in _blocks(_lines(sheet)) if (rows := without_empty(block))]
    if blocks:
        yield Element(kind=Kind.HEADING, text=sheet.title.strip(), level=1)
    for rows in blocks:
        yield from _block(rows)


def _block(rows: Rows) -> Iterator[Element]:
    if max(len(set(filter(None, row))) for row in rows) > 1:
        yield from _table(rows)
        return
    # Lines of one cell each are text that was typed into a sheet.
    for row in rows:
        text = next(filter(None, row))
        yield Element(kind=Kind.WARNING if opens_notice(text) else Kind.PARAGRAPH, text=text)


def _table(rows: Rows) -> Iterator[Element]:
    """A table; a single filled cell above its header is its caption."""
    start = 0
    while start < len(rows) - 1 and len(set(filter(None, rows[start]))) == 1 and _is_caption(rows, start):
        yield Element(kind=Kind.CAPTION, text=next(filter(None, rows[start])))
        start += 1
    rest = without_empty(list(rows[start:]))
    yield Element(kind=Kind.TABLE, text=rows_text(rest), rows=rest)


def _is_caption(rows: Rows, start: int) -> bool:
    return any(len(set(filter(None, row))) > 1 for row in rows[start + 1 : start + 3])


def _lines(sheet: "Worksheet") -> list[tuple[str, ...]]:
    width, height = sheet.max_column or 0, sheet.max_row or 0
    if width * height > _MOST_CELLS:
        # A stray format in the last row makes a sheet a million rows high; cells that exist are few.
        height = min(height, _MOST_CELLS // max(width, 1))
    lines = [[_written(cell) for cell in row] for row in sheet.iter_rows(min_row=1, max_row=height, max_col=width or 1)]
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= height:
            text = lines[merged.min_row - 1][merged.min_col - 1]
            for y in range(merged.min_row - 1, min(merged.max_row, height)):
                for x in range(merged.min_col - 1, min(merged.max_col, width)):
                    lines[y][x] = text
    return [tuple(line) for line in lines]


def _blocks(lines: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Rows between empty rows."""
    block: list[tuple[str, ...]] = []
    for line in [*lines, ()]:
        if any(line):
            block.append(line)
        elif block:
            yield block
            block = []


def _written(cell: "Cell") -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(float(value), cell.number_format or "General")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return " ".join(str(value).split())


def _number(value: float, form: str) -> str:
    """A number with the percent sign or unit its format shows."""
    first = form.split(";", maxsplit=1)[0]
    percent = "%" in _QUOTED_UNIT.sub("", first)
    text = f"{value * 100 if percent else value:.12g}"
    unit = next((match.group(1) or match.group(2) or "" for match in _QUOTED_UNIT.finditer(first)), "")
    if percent:
        return f"{text}%"
    zeros = re.fullmatch(r"0+", first)
    if zeros and value >= 0 and value.is_integer():
        return text.zfill(len(first))
    return text + unit if first.rstrip().endswith(('"', "]")) else text
