"""Lines of all pages in, the same with tables that run on in the next column or on the next page as one out."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.pdf_lines import Line

_NEAR = 6.0
"""Points: the parts of one table have their columns at the same distances, up to this."""


def join_continued_tables(pages: Sequence[list[Line]], notes: frozenset[int]) -> None:
    """Puts the parts of a table together where its first part stands, in place; a repeated header is left out.

    `notes`: ids of lines that are footnotes, which may stand between the parts.
    """
    before: list[Line] = []
    for lines in pages:
        kept: list[Line] = []
        for line in lines:
            holder = kept or before
            place = _last(holder, notes)
            if place is not None and _goes_on(holder[place], line):
                holder[place] = _joined(holder[place], line)
            else:
                kept.append(line)
        lines[:] = kept
        # A page of nothing but the middle of a table leaves it open for the next one.
        before = lines or before


def _last(lines: Sequence[Line], notes: frozenset[int]) -> int | None:
    """Place of the last line that is no footnote."""
    return next((place for place in range(len(lines) - 1, -1, -1) if id(lines[place]) not in notes), None)


def _goes_on(table: Line, line: Line) -> bool:
    """Whether a line that follows a table in reading order is a further part of it."""
    if not table.rows or not line.rows or len(_named(table)) != len(_named(line)):
        return False
    end = table.parts[-1]
    next_page = line.page == end.page + 1
    next_column = line.page == end.page and line.column != end.column and line.top < end.top
    return (next_page or next_column) and _same_columns(table, line) and not _has_own_header(table, line)


def _same_columns(one: Line, other: Line) -> bool:
    if len(one.edges) != len(other.edges):
        return False
    # The next page may have another margin, the next column always has.
    shift = other.edges[0] - one.edges[0]
    return all(abs(left + shift - right) < _NEAR for left, right in zip(one.edges[:-1], other.edges[:-1], strict=True))


def _has_own_header(table: Line, line: Line) -> bool:
    """Whether both begin with a header in bold, and these differ: then they are two tables."""
    bold = [
        [part.bold for part, row in zip(one.parts, one.part_rows, strict=True) if row == 0] for one in (table, line)
    ]
    headers = [list(filter(None, one.rows[0])) for one in (table, line)]
    return all(parts and all(parts) for parts in bold) and headers[0] != headers[1]


def _named(table: Line) -> list[int]:
    """Columns that the first row has a text for, or all where it is no header."""
    named = [column for column, cell in enumerate(table.rows[0]) if cell]
    return named if len(table.rows[0]) - len(named) == 1 else list(range(len(table.rows[0])))


def _joined(table: Line, line: Line) -> Line:
    width = max(len(table.rows[0]), len(line.rows[0]))
    table, line = _widened(table, line, width), _widened(line, table, width)
    repeated = int(table.rows[0] == line.rows[0])
    shift = len(table.rows) - repeated
    more = [(part, row + shift) for part, row in zip(line.parts, line.part_rows, strict=True) if row >= repeated]
    joined = _with_rows(table, table.rows + line.rows[repeated:])
    joined.parts = table.parts + tuple(part for part, _ in more)
    joined.part_rows = table.part_rows + tuple(row for _, row in more)
    return joined


def _widened(table: Line, other: Line, width: int) -> Line:
    """The table with the empty column that only the other part found something in."""
    if len(table.rows[0]) == width:
        return table
    missing = next(column for column in range(width) if column not in _named(other))
    return _with_rows(table, tuple((*row[:missing], "", *row[missing:]) for row in table.rows))


def _with_rows(table: Line, rows: tuple[tuple[str, ...], ...]) -> Line:
    changed = replace(table, rows=rows)
    changed.column, changed.baseline, changed.left = table.column, table.baseline, table.left
    return changed
