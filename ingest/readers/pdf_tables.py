"""Lines of a page in, the same with tables that have no rules put together out."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.readers.pdf_grids import Rows, as_table
from ingest.readers.pdf_joining import join_lines
from ingest.readers.pdf_layout import PageText
from ingest.readers.pdf_lines import CELL_GAP, Line, Segment, join_segments

_MARKER = re.compile(r"(?:[•◦▪▫‣●○■□◆–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[①-⑳]|\d{1,2}(?:\.\d{1,3})*)")

Interval = tuple[float, float]


def with_tables(page: PageText, headings: frozenset[int], before: Line | None = None) -> list[Line]:
    """The page's lines in order, each table without rules as one line with rows.

    `headings`: ids of lines that are. `before`: the line that ends the page before; a table may go on from there.
    """
    lines = page.lines
    out: list[Line] = []
    place = 0
    if before is not None and before.rows and (goes_on := _continuation(lines, before, headings)) is not None:
        out.append(goes_on)
        place = len(goes_on.parts)
    while place < len(lines):
        length, gutters = _stretch(lines, place, headings)
        stretch = lines[place : place + length]
        rows, owners = _rows(stretch, gutters) if length >= 3 else ((), ())
        if rows:
            edges = (stretch[0].left, *(gutter[1] for gutter in gutters), max(line.right for line in stretch))
            table = as_table(stretch, rows, edges, owners)
            table.column = stretch[0].column
            out.append(table)
            place += length
        else:
            out.append(lines[place])
            place += 1
    return out


def _continuation(lines: Sequence[Line], table: Line, headings: frozenset[int]) -> Line | None:
    """The part at the head of a page of a table whose columns are known from the page before."""
    first = lines[0] if lines else None
    if first is None or first.rows or first.mono or len(first.segments) < 2:
        return None
    shift = first.left - table.edges[0] if abs(first.left - table.edges[0]) < 60 else 0.0
    starts = [edge + shift for edge in table.edges[1:-1]]
    length = 0
    for place, line in enumerate(lines):
        far = place and not 0 < line.baseline - lines[place - 1].baseline < 3.2 * first.size
        # A cell too full for its column may reach into the next; running text begins at the margin or anywhere.
        crossing = any(
            part.left < start - 3 and part.right > start
            for part in line.segments
            if not any(abs(part.left - start) < 3 for start in starts)
            for start in starts
        )
        if far or crossing or line.rows or id(line) in headings or line.column != first.column:
            break
        if len(line.segments) > 1 or line.left > starts[0] - 3:
            length = place + 1
        elif line.baseline - lines[place - 1].baseline > 1.9 * line.size:
            break
    stretch = lines[:length]
    rows, owners = _rows_of_cells(stretch, [(start - 6, start) for start in starts])
    if not rows or not any(sum(map(bool, row)) > 1 for row in rows):
        return None
    part = as_table(list(stretch), rows, [edge + shift for edge in table.edges], owners)
    part.column = first.column
    return part


def _stretch(lines: Sequence[Line], start: int, headings: frozenset[int]) -> tuple[int, list[Interval]]:
    """How many lines from `start` share white space between columns, and where that white space is."""
    first = lines[start]
    if not _may_begin(first) or id(first) in headings:
        return 0, []
    gutters = _gaps(first)
    best, best_gutters = 0, gutters
    for place in range(start + 1, len(lines)):
        line, before = lines[place], lines[place - 1]
        gap = line.baseline - before.baseline
        if line.rows or line.column != first.column or not 0 < gap < 3.2 * first.size or id(line) in headings:
            break
        remaining = _shared(gutters, line)
        if len(remaining) < len(gutters) and place - start >= 3 and len(line.segments) < 2:
            break
        if not remaining or (len(line.segments) == 1 and line.right <= remaining[0][0] and gap > 1.9 * line.size):
            break
        gutters = remaining
        if len(line.segments) > 1 or line.left >= gutters[0][1] - 2:
            best, best_gutters = place - start + 1, gutters
    return best, best_gutters


def _may_begin(line: Line) -> bool:
    if len(line.segments) < 2 or line.rows or line.mono:
        return False
    return not _MARKER.fullmatch(line.segments[0].text.strip())


def _gaps(line: Line) -> list[Interval]:
    parts = line.segments
    return [
        (before.right, after.left)
        for before, after in pairwise(parts)
        if after.left - before.right > 0.8 * CELL_GAP * line.size
    ]


def _shared(gutters: Sequence[Interval], line: Line) -> list[Interval]:
    """What a line leaves free of the white space between columns."""
    free = [(-1e6, line.segments[0].left), *_gaps(line), (line.segments[-1].right, 1e6)]
    out = []
    for left, right in gutters:
        for start, end in free:
            low, high = max(left, start), min(right, end)
            if high - low > 0.75 * line.size:
                out.append((low, high))
    return out


def _rows(stretch: Sequence[Line], gutters: Sequence[Interval]) -> tuple[Rows, Sequence[int]]:
    """Rows of a stretch and the row each of its lines is in; both empty where it is not a table."""
    if not gutters or all(line.mono for line in stretch):
        return (), ()
    cells = [_cells(line, gutters) for line in stretch]
    several = sum(sum(map(bool, row)) > 1 for row in cells)
    marked = sum(bool(row[0]) and bool(_MARKER.fullmatch(join_segments(row[0]).strip())) for row in cells)
    if several < 3 or several < 0.4 * len(cells) or marked > 0.5 * sum(bool(row[0]) for row in cells):
        return (), ()
    if not all(_is_aligned([row[column] for row in cells]) for column in range(1, len(gutters) + 1)):
        return (), ()
    rows, owners = _rows_of_cells(stretch, gutters)
    alone = sum(sum(map(bool, row)) == 1 for row in rows)
    # Heads of definitions with a label at the margin, and the text of each between them.
    if len(rows) < 2 or alone >= 0.4 * len(rows):
        return (), ()
    return rows, owners


def _rows_of_cells(stretch: Sequence[Line], gutters: Sequence[Interval]) -> tuple[Rows, Sequence[int]]:
    """Rows of lines whose columns are known, and the row each line is in."""
    cells = [_cells(line, gutters) for line in stretch]
    rows: list[list[list[str]]] = []
    owners: list[int] = []
    for row in cells:
        texts = [join_segments(cell) if cell else "" for cell in row]
        filled = sum(map(bool, texts))
        # A line without a first cell goes on with the row above, unless it has cells enough to be a row. So does one
        # whose first cell is the rest of a divided word.
        divided = bool(rows and rows[-1][0] and rows[-1][0][-1].endswith("-") and texts[0] and len(texts) > 2)
        if rows and (divided or (not texts[0] and (filled == 1 or filled < 0.5 * len(texts)))):
            for cell, text in zip(rows[-1], texts, strict=True):
                cell.extend([text] if text else [])
        else:
            rows.append([[text] if text else [] for text in texts])
        owners.append(len(rows) - 1)
    return tuple(tuple(join_lines(cell) for cell in row) for row in rows), owners


def _is_aligned(cells: Sequence[list[Segment]]) -> bool:
    """Whether the cells of a column share an edge or a middle; air in a justified line does not."""
    filled = [cell for cell in cells if cell]
    left = [cell[0].left for cell in filled]
    middle = [(cell[0].left + cell[-1].right) / 2 for cell in filled]
    figures = [cell[-1].right for cell in filled if any(character.isdigit() for character in cell[-1].text)]
    enough = 0.75 * len(filled)
    return any(_most_together(edges) >= enough for edges in (left, middle, figures))


def _most_together(values: Sequence[float]) -> int:
    return max((sum(abs(other - value) <= 2 for other in values) for value in values), default=0)


def _cells(line: Line, gutters: Sequence[Interval]) -> list[list[Segment]]:
    cells: list[list[Segment]] = [[] for _ in range(len(gutters) + 1)]
    for segment in line.segments:
        column = sum(segment.left >= (left + right) / 2 for left, right in gutters)
        cells[column].append(segment)
    return cells
