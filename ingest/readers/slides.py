"""What a slide tells beyond its texts: merged cells, charts as numbers, numbered steps, what is no list, notes.

A slide of python-pptx enters, a `SlideFacts` leaves; `office.py` puts it together with the texts in reading order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.readers.tables import Rows, without_empty

_BODY_PLACEHOLDERS = frozenset({"BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"})


@dataclass(frozen=True, slots=True)
class SlideFacts:
    """One slide. Texts are keyed with their white space squeezed."""

    hidden: bool
    numbers: dict[str, str]
    """Text of a numbered paragraph to its marker, `2. `."""
    levels: dict[str, int]
    """Text of a paragraph to its depth, from 0."""
    plain: frozenset[str]
    """Texts that stand in no list: subtitles and text boxes."""
    tables: tuple[Rows, ...]
    """In reading order, a merged cell repeated in each place it covers."""
    charts: tuple[tuple[str, Rows], ...]
    """Title and numbers of each chart, categories down, series across."""
    notes: tuple[str, ...]


def slide_facts(slide: Any) -> SlideFacts:
    """Look at every shape of the slide, those in groups too."""
    shapes = list(_shapes(slide.shapes))
    numbers: dict[str, str] = {}
    levels: dict[str, int] = {}
    plain: set[str] = set()
    for shape in shapes:
        if shape.has_text_frame:
            listed = shape.is_placeholder and shape.placeholder_format.type.name in _BODY_PLACEHOLDERS
            for paragraph in shape.text_frame.paragraphs:
                levels[_squeezed(paragraph.text)] = paragraph.level
                if not listed and not paragraph._p.xpath("./a:pPr/a:buChar"):
                    plain.add(_squeezed(paragraph.text))
            numbers.update(_numbers(shape.text_frame.paragraphs))
    by_place = sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))
    return SlideFacts(
        hidden=slide._element.get("show") == "0",
        numbers=numbers,
        levels=levels,
        plain=frozenset(plain),
        tables=tuple(_table(shape.table) for shape in by_place if shape.has_table),
        charts=tuple(_chart(shape.chart) for shape in by_place if shape.has_chart),
        notes=_notes(slide),
    )


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _numbers(paragraphs: Any) -> dict[str, str]:
    numbers: dict[str, str] = {}
    counts: dict[int, int] = {}
    for paragraph in paragraphs:
        marks = paragraph._p.xpath("./a:pPr/a:buAutoNum")
        for deeper in [level for level in counts if level > paragraph.level]:
            del counts[deeper]
        if not marks:
            counts.pop(paragraph.level, None)
            continue
        first = int(marks[0].get("startAt") or 1)
        counts[paragraph.level] = counts.get(paragraph.level, first - 1) + 1
        numbers[_squeezed(paragraph.text)] = _marker(counts[paragraph.level], marks[0].get("type") or "")
    return numbers


def _marker(number: int, style: str) -> str:
    if style.startswith("alpha") and number <= 26:
        return f"{chr(ord('a' if style.startswith('alphaLc') else 'A') + number - 1)}. "
    return f"{number}. "


def _table(table: Any) -> Rows:
    width, height = len(table.columns), len(table.rows)
    grid = [[_squeezed(table.cell(y, x).text) for x in range(width)] for y in range(height)]
    for y in range(height):
        for x in range(width):
            cell = table.cell(y, x)
            if cell.is_merge_origin:
                for below in range(y, min(y + cell.span_height, height)):
                    for column in range(x, min(x + cell.span_width, width)):
                        grid[below][column] = _squeezed(cell.text)
    return without_empty([tuple(row) for row in grid])


def _chart(chart: Any) -> tuple[str, Rows]:
    title = _squeezed(chart.chart_title.text_frame.text) if chart.has_title and chart.chart_title.has_text_frame else ""
    plots = list(chart.plots)
    categories = [_squeezed(str(category)) for category in plots[0].categories] if plots else []
    series = [one for plot in plots for one in plot.series]
    rows = [("", *(_squeezed(one.name or "") for one in series))]
    for place, category in enumerate(categories):
        values = [one.values[place] if place < len(one.values) else None for one in series]
        rows.append((category, *("" if value is None else f"{value:.12g}" for value in values)))
    return title, tuple(rows) if len(rows) > 1 and series else ()


def _notes(slide: Any) -> tuple[str, ...]:
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    lines = [_squeezed(paragraph.text) for paragraph in frame.paragraphs] if frame is not None else []
    return tuple(filter(None, lines))
