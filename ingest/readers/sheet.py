"""XLSX and CSV to Readings: a heading a sheet, a table for each block of rows.

openpyxl and csv directly: unstructured reads both through pandas, which loses merged cells, the unit in a number
format (`3.0" V"`), and turns the code 007 into 7 and 5 into 5.0.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.readers.encoding import decode_text
from ingest.readers.markup import Reading
from ingest.readers.notices import opens_notice
from ingest.readers.number_format import shown_moment, shown_number
from ingest.readers.tables import Rows, joined_headers, rows_text, without_empty
from ingest.types import Element, Kind, SourceFile

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_MOST_CELLS = 2_000_000
_LONGEST_CELL = 10_000_000
_SEPARATOR_LINE = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


def read_xlsx(source: SourceFile) -> Reading:
    """Visible sheets in order. Formulas show the value the file was saved with."""
    from openpyxl import load_workbook

    book = load_workbook(source.path, data_only=True)
    elements = [element for sheet in book.worksheets if sheet.sheet_state == "visible" for element in _sheet(sheet)]
    return Reading(tuple(elements), title=(book.properties.title or "").strip())


def read_csv(source: SourceFile) -> Reading:
    """Tables of a CSV file; the separator (comma, semicolon, tab, bar) is found out, or stated (`sep=;`)."""
    csv.field_size_limit(_LONGEST_CELL)
    text = decode_text(source.path.read_bytes()).replace("\x00", "")
    stated = _SEPARATOR_LINE.match(text)
    text = text[stated.end() :] if stated else text
    sample = [line for line in text.splitlines()[:50] if line.strip()]
    separator = stated.group(1) if stated else max(",;\t|", key=lambda mark: (_agreement(sample, mark), mark == ","))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    cells = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    width = max(map(len, cells), default=0)
    padded = [row + ("",) * (width - len(row)) for row in cells]
    return Reading(tuple(element for block in _blocks(padded) for element in _block(without_empty(block))))


def _agreement(sample: list[str], mark: str) -> int:
    """How many lines are split into the same number of fields as the first, times those fields."""
    widths = [len(row) for row in csv.reader(sample, delimiter=mark)]
    return (widths[0] - 1) * widths.count(widths[0]) if widths else 0


def _sheet(sheet: "Worksheet") -> Iterator[Element]:
    lines = _lines(sheet)
    blocks = [
        (rows, _header_height(sheet, first, len(block)))
        for first, block in _numbered_blocks(lines)
        for part in _side_by_side(block)
        if (rows := without_empty(part))
    ]
    if blocks:
        yield Element(kind=Kind.HEADING, text=sheet.title.strip(), level=1)
    for rows, header in blocks:
        yield from _block(rows, header)


def _numbered_blocks(lines: list[tuple[str, ...]]) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    place = 0
    for block in _blocks(lines):
        while not any(lines[place]):
            place += 1
        yield place, block
        place += len(block)


def _header_height(sheet: "Worksheet", first: int, height: int) -> int:
    """Rows of the header, from 1: merged cells in its first row say how far it reaches. `first` counts from 0."""
    for row in range(first + 1, first + height):
        starting = [merged for merged in sheet.merged_cells.ranges if merged.min_row == row]
        if any(merged.max_col - merged.min_col + 1 >= (sheet.max_column or 0) for merged in starting):
            continue  # a title over everything
        down = max((merged.max_row - row + 1 for merged in starting), default=1)
        across = any(merged.max_col > merged.min_col for merged in starting)
        return min(max(down, 2 if across else 1), 4, height - (row - first - 1))
    return 1


def _side_by_side(block: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Tables that stand beside each other, an empty column between them, each two columns wide at least."""
    filled = [any(line[x] for line in block) for x in range(len(block[0]))]
    groups: list[list[int]] = [[]]
    for x, used in enumerate(filled):
        if used:
            groups[-1].append(x)
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    if len(groups) < 2 or len(block) < 2 or any(len(g) < 2 or not all(block[0][x] for x in g) for g in groups):
        yield block
        return
    for group in groups:
        yield [tuple(line[x] for x in group) for line in block]


def _block(rows: Rows, header: int = 1) -> Iterator[Element]:
    if max(len(set(filter(None, row))) for row in rows) > 1:
        yield from _table(rows, header)
        return
    # Lines of one cell each are text that was typed into a sheet.
    for row in rows:
        text = next(filter(None, row))
        yield Element(kind=Kind.WARNING if opens_notice(text) else Kind.PARAGRAPH, text=text)


def _table(rows: Rows, header: int) -> Iterator[Element]:
    """A table; a single filled cell above its header is its caption."""
    start = 0
    while start < len(rows) - 1 and len(set(filter(None, rows[start]))) == 1 and _is_caption(rows, start):
        yield Element(kind=Kind.CAPTION, text=next(filter(None, rows[start])))
        start += 1
    lines = list(rows[start:])
    if 1 < header < len(lines):
        lines = [joined_headers(lines[:header]), *lines[header:]]
    rest = without_empty(lines)
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
    form = cell.number_format or "General"
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return shown_number(float(value), form)
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return shown_moment(value, form)
    return " ".join(str(value).split())
