"""Segments of a page in, its lines in reading order out: columns one after the other, full-width lines between."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.readers.pdf_file import PageContent, Rule
from ingest.readers.pdf_grids import grids_of, table_lines
from ingest.readers.pdf_lines import Line, Segment, lines_of, segments_of, with_bullets

_COLUMN_LINES = 8
"""Fewer lines on the longer side are a table or a list with hanging labels rather than a column."""

_SHORT_COLUMN_LINES = 5
"""The same for the shorter side: text may end high up in the last column."""


@dataclass(slots=True)
class PageText:
    """A page as lines in reading order."""

    number: int
    width: float
    height: float
    lines: list[Line]
    rules: list[Rule] = field(default_factory=list)
    leading: float = 1.36
    """Distance of baselines within paragraphs of the document, in font sizes."""


def lay_out(content: PageContent) -> PageText:
    """Lines of a page in reading order; text that runs up or down comes last."""
    upright, turned = segments_of(content.glyphs, content.rules)
    tables: list[Line] = []
    for grid in grids_of(content.rules):
        inside = [part for part in upright if grid.holds(part)]
        found = table_lines(grid, inside, content.number)
        if found:
            tables += found
            held = {id(part) for part in inside}
            upright = [part for part in upright if id(part) not in held]
    lines: list[Line] = []
    upright = with_bullets(upright, content.dots)
    for band, edges in _bands(upright, content):
        for line in lines_of(band, content.number):
            line.column = edges
            lines.append(line)
    for table in tables:
        _insert(lines, table)
    for segment in turned:
        line = Line([segment], content.number)
        line.column = (segment.left, segment.right)
        lines.append(line)
    return PageText(content.number, content.width, content.height, lines, content.rules)


def set_leading(pages: Sequence[PageText]) -> None:
    """Tells all pages the distance of lines most common in the document, in place."""
    seen: Counter[float] = Counter()
    for page in pages:
        for before, line in pairwise(page.lines):
            gap = line.baseline - before.baseline
            if line.column == before.column and abs(line.size - before.size) < 0.1 and not line.mono:
                ratio = round(gap / line.size * 20) / 20
                seen[ratio] += 1 if 1.0 <= ratio <= 1.9 else 0
    if sum(seen.values()) >= 20:
        leading = seen.most_common(1)[0][0]
        for page in pages:
            page.leading = leading


def _insert(lines: list[Line], table: Line) -> None:
    """Puts a table after the last line above it, in the column it stands in."""
    middle = (table.left + table.right) / 2
    place = 0
    for index, line in enumerate(lines):
        if line.baseline < table.top + 1 and line.column[0] <= middle <= line.column[1]:
            place = index + 1
    lines.insert(place, table)


def _bands(segments: list[Segment], content: PageContent) -> list[tuple[list[Segment], tuple[float, float]]]:
    """Groups of segments to be read one after the other, each with the edges of its column."""
    if not segments:
        return []
    edges = (min(part.left for part in segments), max(part.right for part in segments))
    gutter = _gutter(segments, content, edges)
    if gutter is None:
        return [(segments, edges)]
    bands: list[tuple[list[Segment], tuple[float, float]]] = []
    left: list[Segment] = []
    right: list[Segment] = []
    across: list[Segment] = []
    for part in sorted(segments, key=lambda part: part.baseline):
        if part.left < gutter < part.right:
            bands += _side_by_side(left, right, edges, gutter)
            left, right = [], []
            across.append(part)
            continue
        if across:
            bands.append((across, edges))
            across = []
        (left if part.right <= gutter else right).append(part)
    if across:
        bands.append((across, edges))
    return bands + _side_by_side(left, right, edges, gutter)


def _side_by_side(
    left: list[Segment], right: list[Segment], edges: tuple[float, float], gutter: float
) -> list[tuple[list[Segment], tuple[float, float]]]:
    sides = ((left, (edges[0], gutter)), (right, (gutter, edges[1])))
    return [(side, column) for side, column in sides if side]


def _gutter(segments: Sequence[Segment], content: PageContent, edges: tuple[float, float]) -> float | None:
    """Where the white space between two columns of prose runs, if the page has such columns."""
    width = edges[1] - edges[0]
    if len(segments) < 2 * _COLUMN_LINES or width < 200:
        return None
    first, last = edges[0] + 0.35 * width, edges[0] + 0.65 * width
    marks = range(int(first), int(last), max(3, int(width / 200)))
    crossing = [sum(part.left - 2 < x < part.right + 2 for part in segments) for x in marks]
    fewest = min(crossing, default=len(segments))
    if fewest > 0.15 * len(segments):
        return None
    free = [x for x, count in zip(marks, crossing, strict=True) if count == fewest]
    gutter = free[len(free) // 2]
    return float(gutter) if _is_prose_beside(segments, gutter, content) else None


def _is_prose_beside(segments: Sequence[Segment], gutter: float, content: PageContent) -> bool:
    """Whether both sides of a gutter hold running text that fills its column, which cells of a table do not."""
    if any(rule.left < gutter - 20 and rule.right > gutter + 20 for rule in content.rules if _is_inside(rule, content)):
        return False
    sides = (
        [part for part in segments if part.right <= gutter + 2],
        [part for part in segments if part.left >= gutter - 2],
    )
    columns = [lines_of(side, content.number) for side in sides]
    return max(map(len, columns)) >= _COLUMN_LINES and all(map(_is_prose_column, columns))


def _is_prose_column(lines: Sequence[Line]) -> bool:
    """Whether enough lines reach over the whole width that all of them have between them."""
    if len(lines) < _SHORT_COLUMN_LINES or sum(len(line.segments) > 1 for line in lines) > 0.4 * len(lines):
        return False
    width = max(line.right for line in lines) - min(line.left for line in lines)
    loose = [line for line in lines if len(line.segments) == 1]
    full = sum(line.right - line.left > 0.8 * width for line in loose)
    return width >= 100 and full >= max(3, 0.35 * len(loose))


def _is_inside(rule: Rule, content: PageContent) -> bool:
    """Whether a rule is amid the text, not the line under a running header or over a footer."""
    return rule.is_horizontal and 0.12 * content.height < rule.top < 0.88 * content.height
