"""Rules and segments of a page in, ruled tables out: cells from the lines drawn around them, merged ones repeated."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.pdf_file import Rule
from ingest.readers.pdf_joining import join_lines
from ingest.readers.pdf_lines import Line, Segment, lines_of

_NEAR = 3.0
"""Points: rules this close are one, and rules this far apart still touch."""

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rules that hang together: the x of its columns' edges and the y of its rows' edges."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    rules: tuple[Rule, ...]

    def holds(self, segment: Segment) -> bool:
        middle = (segment.top + segment.bottom) / 2
        inside = self.rows[0] - 1 <= middle <= self.rows[-1] + 1
        return inside and self.columns[0] - _NEAR <= segment.left <= self.columns[-1]


def grids_of(rules: Sequence[Rule]) -> list[Grid]:
    """Grids of at least two columns and two rows, from top to bottom."""
    grids = []
    for group in _touching(rules):
        upright = [rule for rule in group if not rule.is_horizontal]
        flat = [rule for rule in group if rule.is_horizontal]
        sides, levels = [rule.left for rule in upright], [edge for rule in flat for edge in (rule.top, rule.bottom)]
        # A bar that ends at no other rule is a fraction or an underline within a cell.
        flat = [rule for rule in flat if _is_near(rule.left, sides) and _is_near(rule.right, sides)]
        upright = [rule for rule in upright if _is_near(rule.top, levels) or _is_near(rule.bottom, levels)]
        if not upright or not flat:
            continue
        # A table cut by the end of the page may lack its last rule: the ends of the others tell where it is.
        columns = _distinct([rule.left for rule in upright])
        rows = _distinct([rule.top for rule in flat] + [edge for rule in upright for edge in (rule.top, rule.bottom)])
        if len(columns) >= 3 and len(rows) >= 3:
            grids.append(Grid(columns, rows, tuple(group)))
    return sorted(grids, key=lambda grid: grid.rows[0])


def table_lines(grid: Grid, segments: Sequence[Segment], page: int) -> list[Line]:
    """The table of a grid as one line with rows, a title in its first row before it.

    Empty where the grid is a drawing or a frame.
    """
    places = _merged(grid)
    held: dict[tuple[int, int], list[Segment]] = {}
    for segment in segments:
        held.setdefault(places[_place(grid, segment)], []).append(segment)
    texts = {place: join_lines([line.text for line in lines_of(inside, page)]) for place, inside in held.items()}
    height, width = len(grid.rows) - 1, len(grid.columns) - 1
    rows = [tuple(texts.get(places[row, column], "") for column in range(width)) for row in range(height)]
    filled = [number for number, row in enumerate(rows) if any(row)]
    rows = [row for row in rows if any(row)]
    used = [column for column in range(width) if any(row[column] for row in rows)]
    rows = [tuple(row[column] for column in used) for row in rows]
    distinct = {place for place, text in texts.items() if text}
    if len(rows) < 2 or len(used) < 2 or len(distinct) < 0.35 * len(rows) * len(used):
        return []
    lines = lines_of(segments, page)
    if len(rows) > 2 and len(set(rows[0])) == 1:
        title = [line for line in lines if line.baseline < grid.rows[1]]
        lines = [line for line in lines if line.baseline >= grid.rows[1]]
        if title and lines:
            return [*title, as_table(lines, tuple(rows[1:]), grid.columns, _rows_of(lines, grid, filled[1:]))]
        return []
    rows, filled = _one_header(rows, filled, places)
    return [as_table(lines, tuple(rows), grid.columns, _rows_of(lines, grid, filled))]


def _rows_of(lines: Sequence[Line], grid: Grid, filled: Sequence[int]) -> list[int]:
    """For each printed line the row of the table it is in. `filled`: the grid's rows that the table has."""
    places = {row: place for place, row in enumerate(filled)}
    rows = [_between(grid.rows, (line.top + line.bottom) / 2) for line in lines]
    return [places.get(row, max((place for other, place in places.items() if other <= row), default=0)) for row in rows]


def _one_header(
    rows: list[tuple[str, ...]], filled: list[int], places: dict[tuple[int, int], tuple[int, int]]
) -> tuple[list[tuple[str, ...]], list[int]]:
    """A header of two rows as one: under a cell that spans columns stand their own, beside it cells that span both."""
    width = max(column for _, column in places) + 1
    first, second = filled[0], filled[1]
    across = any(places[first, column] == places[first, column - 1] for column in range(1, width))
    # Beside it stand cells that go down over both rows, or nothing.
    down = [places[first, column] == places[second, column] for column in range(width)]
    if len(rows) < 4 or not across or all(down) or not (any(down) or not rows[0][0]):
        return rows, filled
    header = tuple(" ".join(filter(None, dict.fromkeys(cells))) for cells in zip(rows[0], rows[1], strict=True))
    return [header, *rows[2:]], filled[1:]


def as_table(lines: list[Line], rows: Rows, columns: Sequence[float], part_rows: Sequence[int]) -> Line:
    """A line that stands for a whole table. `part_rows`: the row each of the lines is in."""
    table = Line([part for line in lines for part in line.segments], lines[0].page)
    table.rows, table.parts, table.part_rows = rows, tuple(lines), tuple(part_rows)
    table.edges = tuple(columns)
    table.baseline, table.left = lines[0].baseline, min(line.left for line in lines)
    table.column = (columns[0], columns[-1])
    return table


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules in groups that hang together, found by growing each group's rules in order from the top."""
    ordered = sorted(rules, key=lambda rule: (rule.top, rule.left))
    groups: list[tuple[list[float], list[Rule]]] = []
    for rule in ordered:
        frame = [rule.left, rule.top, rule.right, rule.bottom]
        members = [rule]
        apart = []
        for other_frame, other_members in groups:
            if _meet(frame, other_frame):
                frame = [*map(min, frame[:2], other_frame[:2]), *map(max, frame[2:], other_frame[2:])]
                members = other_members + members
            else:
                apart.append((other_frame, other_members))
        groups = [*apart, (frame, members)]
    return [members for _, members in groups if len(members) > 4]


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    across = one[0] <= other[2] + _NEAR and other[0] <= one[2] + _NEAR
    return across and one[1] <= other[3] + _NEAR and other[1] <= one[3] + _NEAR


def _is_near(value: float, others: Sequence[float]) -> bool:
    return any(abs(value - other) <= _NEAR for other in others)


def _distinct(values: Sequence[float]) -> tuple[float, ...]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _NEAR:
            kept.append(value)
    return tuple(kept)


def _place(grid: Grid, segment: Segment) -> tuple[int, int]:
    """Row and column of a segment. What is too wide for its cell belongs where it begins."""
    middle = (segment.left + segment.right) / 2
    row = _between(grid.rows, (segment.top + segment.bottom) / 2)
    column, first = _between(grid.columns, middle), _between(grid.columns, segment.left + 1.5)
    return row, column if column == first else first


def _between(edges: Sequence[float], value: float) -> int:
    place = sum(edge <= value for edge in edges) - 1
    return min(max(place, 0), len(edges) - 2)


def _merged(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """For each place of the grid the first place of the cell it is part of."""
    first: dict[tuple[int, int], tuple[int, int]] = {}
    upright = [rule for rule in grid.rules if not rule.is_horizontal]
    flat = [rule for rule in grid.rules if rule.is_horizontal]
    for row in range(len(grid.rows) - 1):
        y = (grid.rows[row] + grid.rows[row + 1]) / 2
        for column in range(len(grid.columns) - 1):
            x = (grid.columns[column] + grid.columns[column + 1]) / 2
            place = (row, column)
            edge, over = grid.columns[column], grid.rows[row]
            if column and not any(abs(rule.left - edge) <= _NEAR and rule.top <= y <= rule.bottom for rule in upright):
                place = first[row, column - 1]
            elif row and not any(abs(rule.top - over) <= _NEAR and rule.left <= x <= rule.right for rule in flat):
                place = first[row - 1, column]
            first[row, column] = place
    return first
