"""Glyphs of a page in, lines of text out: runs of glyphs joined where they touch, spaces told from gaps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf_characters import compose, is_accent, is_cjk, mend
from ingest.readers.pdf_file import Glyph, Rule, Style

CELL_GAP = 0.95
"""In font sizes: a wider gap in a line separates segments, which may be cells of a table."""

_BAND = 12
"""Points: dots are looked for in bands of this height, since a drawing may hold thousands of them."""

_SPACE_GAP = 0.28
"""In font sizes: a wider gap is a space even where the file has none (a word space is 0.2 to 0.33)."""


class Segment:
    """A run of text on one line without a wide gap in it."""

    __slots__ = ("baseline", "bold", "bottom", "italic", "left", "mono", "right", "size", "text", "top")

    def __init__(self, run: "_Run") -> None:
        self.text = mend("".join(run.characters))
        self.left, self.top, self.right, self.bottom = run.left, run.top, run.right, run.bottom
        self.baseline, self.size = run.baseline, run.size
        styles = list(zip(run.styles, run.counts, strict=True))
        count = sum(run.counts)
        self.bold = sum(number for style, number in styles if style.bold) > 0.6 * count
        self.mono = sum(number for style, number in styles if style.mono) > 0.85 * count
        self.italic = sum(number for style, number in styles if style.italic) > 0.6 * count


@dataclass(slots=True)
class Line:
    """Segments on one baseline of one column, from left to right."""

    segments: list[Segment]
    page: int
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    baseline: float = 0.0
    size: float = 0.0
    text: str = ""
    bold: bool = False
    mono: bool = False
    italic: bool = False
    column: tuple[float, float] = (0.0, 0.0)
    """Left and right edge of the column the line stands in."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Where this stands for a whole table: its cells, row by row."""
    parts: tuple["Line", ...] = ()
    """The lines of that table as printed."""
    part_rows: tuple[int, ...] = ()
    """The row that each of those lines is printed in."""
    edges: tuple[float, ...] = ()
    """The left edges of that table's columns and its right edge."""

    def __post_init__(self) -> None:
        parts = self.segments
        longest = max(parts, key=lambda part: len(part.text))
        self.left, self.right = parts[0].left, max(part.right for part in parts)
        self.top, self.bottom = min(part.top for part in parts), max(part.bottom for part in parts)
        self.baseline, self.size = longest.baseline, longest.size
        self.bold = all(part.bold for part in parts)
        # An arrow or a box at the end of a line of code comes from another font.
        lettered = [part for part in parts if any(map(str.isalnum, part.text))]
        self.mono = all(part.mono for part in lettered or parts)
        self.italic = all(part.italic for part in parts)
        self.text = join_segments(parts, mono=self.mono)


def join_segments(parts: Sequence[Segment], *, mono: bool = False) -> str:
    """Text of segments that stand beside each other; in fixed pitch the width of the gap is kept."""
    text = parts[0].text
    for before, after in pairwise(parts):
        if mono:
            pitch = (before.right - before.left) / max(len(before.text), 1) or 1.0
            text += " " * max(1, round((after.left - before.right) / pitch)) + after.text
        else:
            text += " " + after.text
    return text


class _Run:
    """A segment in the making."""

    __slots__ = ("baseline", "bottom", "characters", "counts", "left", "previous", "right", "size", "styles", "top")

    def __init__(self, glyph: Glyph, style: Style) -> None:
        character, self.left, self.top, self.right, self.bottom, _, _ = glyph
        self.characters = [character]
        self.styles, self.counts = [style], [1]
        self.baseline, self.size = style.baseline, style.size
        self.previous = glyph

    def takes(self, glyph: Glyph, style: Style) -> bool:
        """Whether the glyph goes on with this run: on its baseline (or as an index to it) and close by."""
        size = self.size if self.size > style.size else style.size
        rise = abs(style.baseline - self.baseline)
        if rise > 0.2 * size and self._is_accented_by(glyph):
            return rise < 0.6 * size
        if rise > 0.2 * size and (rise > 0.55 * size or abs(style.size - self.size) < 0.1 * size):
            return False
        gap = glyph[1] - self.right
        limit = CELL_GAP * size
        if style.mono and self.styles[-1].mono:
            # In fixed pitch two spaces are wider than the gap between cells of other tables.
            limit *= 1.6
        return (-0.75 * size < gap < limit) or glyph[1] == self.previous[1]

    def _is_accented_by(self, glyph: Glyph) -> bool:
        """Whether one of the last glyph and this one is an accent over the other, raised for a capital."""
        over = glyph[1] < self.previous[3] - 0.1 * self.size and glyph[3] > self.previous[1]
        return over and is_accent(self.characters[-1]) != is_accent(glyph[0])

    def add(self, glyph: Glyph, style: Style) -> None:
        character, left, top, right, bottom, _, spaced = glyph
        gap = left - self.right
        last = self.characters[-1]
        same_box = left == self.previous[1] and right == self.previous[3] and style is self.previous[5]
        if same_box and not is_accent(last):
            # PDFium gives each letter of a ligature the box of the whole.
            self.characters.append(character)
            self.counts[-1] += 1
            return
        if gap < -0.1 * style.size and self._overlay(glyph, last):
            return
        if spaced or gap > _SPACE_GAP * style.size:
            self._space(gap, character, style)
        self.characters.append(character)
        if style is self.styles[-1]:
            self.counts[-1] += 1
        else:
            self.styles.append(style)
            self.counts.append(1)
            if style.size > self.size:
                self.size, self.baseline = style.size, style.baseline
        self.right = right if right > self.right else self.right
        self.top = top if top < self.top else self.top
        self.bottom = bottom if bottom > self.bottom else self.bottom
        self.previous = glyph

    def _overlay(self, glyph: Glyph, last: str) -> bool:
        """Deals with a glyph drawn over the last one: an accent, or the same letter again for a bold look."""
        character, left, _, right, _, _, _ = glyph
        _, last_left, _, last_right, _, _, _ = self.previous
        if character == last and abs(left - last_left) < 0.12 * self.size:
            return True
        if min(right, last_right) - max(left, last_left) < 0.4 * min(right - left, last_right - last_left):
            return False
        composed = compose(character, last) if is_accent(last) else ""
        composed = composed or (compose(last, character) if is_accent(character) else "")
        if not composed:
            return False
        self.characters[-1] = composed
        if is_accent(last):
            self.styles[-1], self.baseline = glyph[5], glyph[5].baseline
        self.right = max(self.right, right)
        self.previous = glyph
        return True

    def _space(self, gap: float, character: str, style: Style) -> None:
        if style.mono and gap > 0.1 * style.size:
            width = self.previous[3] - self.previous[1]
            self.characters.append(" " * max(1, round(gap / width)) if width > 0 else " ")
        elif is_cjk(character) and is_cjk(self.characters[-1]):
            # Justified Chinese and Japanese has no spaces, only air.
            if gap > 0.6 * style.size:
                self.characters.append(" ")
        else:
            self.characters.append(" ")

    def add_turned(self, glyph: Glyph) -> None:
        """Text that runs up or down keeps the order of the file, a stretch a run."""
        self.characters.append(" " + glyph[0] if glyph[6] else glyph[0])
        self.counts[-1] += 1
        self.left, self.top = min(self.left, glyph[1]), min(self.top, glyph[2])
        self.right, self.bottom = max(self.right, glyph[3]), max(self.bottom, glyph[4])


def segments_of(glyphs: Iterable[Glyph], rules: Sequence[Rule]) -> tuple[list[Segment], list[Segment]]:
    """Segments of a page in the order of the file: those set upright, and those that run another way.

    A vertical rule between two glyphs separates segments however close they are.
    """
    fences = [rule for rule in rules if not rule.is_horizontal]
    runs: list[_Run] = []
    for glyph in glyphs:
        style = glyph[5]
        run = runs[-1] if runs else None
        if run is None:
            runs.append(_Run(glyph, style))
            continue
        gap = glyph[1] - run.right
        if style is run.styles[-1] and not glyph[6] and style.upright and -0.09 * run.size < gap < 0.19 * run.size:
            # The next letter of a word, as nearly all are.
            run.characters.append(glyph[0])
            run.counts[-1] += 1
            run.right, run.previous = glyph[3], glyph
        elif not style.upright and not run.styles[0].upright:
            run.add_turned(glyph)
        elif style.upright and run.styles[0].upright and run.takes(glyph, style) and not _fenced(fences, run, glyph):
            run.add(glyph, style)
        else:
            runs.append(_Run(glyph, style))
    segments = [(run.styles[0].upright, Segment(run)) for run in runs]
    upright = [part for is_upright, part in segments if is_upright and part.text.strip()]
    return upright, [part for is_upright, part in segments if not is_upright and part.text.strip()]


def with_bullets(segments: Sequence[Segment], dots: Sequence[Rule]) -> list[Segment]:
    """The segments, and before each that has a drawn bullet close by on its left the bullet as text."""
    if not dots:
        return list(segments)
    by_height: defaultdict[int, list[Rule]] = defaultdict(list)
    for dot in dots:
        by_height[int((dot.top + dot.bottom) / 2) // _BAND].append(dot)
    found: list[Segment] = []
    for segment in segments:
        size = segment.size
        band = int(segment.baseline - 0.3 * size) // _BAND
        for dot in (dot for near in (band - 1, band, band + 1) for dot in by_height.get(near, ())):
            middle = (dot.top + dot.bottom) / 2
            beside = 0.15 * size < segment.left - dot.right < 2.5 * size and dot.bottom - dot.top < 0.7 * size
            if beside and 0 < segment.baseline - middle < 0.6 * size:
                style = Style(size, bold=False, mono=False, italic=False, upright=True, baseline=segment.baseline)
                box = (dot.left, segment.top, dot.right, segment.bottom)
                found.append(Segment(_Run(("•", *box, style, False), style)))
                break
        found.append(segment)
    return found


def _fenced(fences: Sequence[Rule], run: _Run, glyph: Glyph) -> bool:
    if not fences:
        return False
    gap = glyph[1] - run.right
    if not glyph[6] and abs(gap) < 0.2 * run.size:
        # Within a word: it is too wide for its cell.
        return False
    middle = (glyph[2] + glyph[4]) / 2
    before, after = run.previous[1], glyph[1] + 0.1 * run.size
    return any(before <= fence.left <= after and fence.top <= middle <= fence.bottom for fence in fences)


def lines_of(segments: Sequence[Segment], page: int) -> list[Line]:
    """Segments of one column grouped into lines, from top to bottom and from left to right."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda part: (part.baseline, part.left)):
        for row in rows[-3:]:
            size = max(row[0].size, segment.size)
            close = abs(row[0].baseline - segment.baseline) <= 0.25 * size or (
                abs(row[0].baseline - segment.baseline) <= 0.5 * size and min(row[0].size, segment.size) < 0.85 * size
            )
            if close and not any(_overlaps(part, segment) for part in row):
                row.append(segment)
                break
        else:
            rows.append([segment])
    lines = []
    for row in rows:
        row.sort(key=lambda part: part.left)
        lines.append(Line(row, page))
    lines.sort(key=lambda line: line.baseline)
    return lines


def _overlaps(one: Segment, other: Segment) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.3 * min(one.size, other.size)
