"""A line as recognised in, its characters with left and right edges and the spaces it is printed with out.

The models leave out most spaces between Latin words. They are put back from the picture: where a line has white
columns much wider than those between letters, and where the models saw a space after all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.readers.pdf_characters import is_cjk
from ingest.readers.scan_engine import Cut
from ingest.readers.scan_type import Setting

_NARROWEST_SPACE = 0.13
"""In font sizes: no word space is narrower, however tight a line is set (letters stand at most 0.1 apart)."""
_WIDEST_SPACE = 0.45
"""In font sizes: no gap between letters is wider, not even between narrow letters of a typewriter face."""
_FIGURES = 1.6
"""Between two figures a space has to be so much wider: a 1 stands in the middle of the width that all figures have."""
_CLOSERS = ".,;:!?)]}%"


@dataclass(frozen=True, slots=True)
class Placed:
    """A character with its edges, in pixels from the left of the cut, and whether a space goes before it."""

    character: str
    left: float
    right: float
    spaced: bool


def placed_characters(cut: Cut, setting: Setting) -> list[Placed]:
    """The characters of a line but for its spaces."""
    characters, centres, told = _without_spaces(cut)
    if not characters:
        return []
    gaps = _gaps(cut.ink[int(setting.top) : int(setting.bottom)])
    start, end = (gaps.start, gaps.end) if gaps.end > gaps.start else (0.0, float(cut.ink.shape[1]))
    least = _least_space(gaps.inner, setting.size)
    cells: dict[int, tuple[float, float]] = {}
    for left, right in gaps.inner:
        place = _place(centres, (left + right) / 2)
        wanted = least * (0.6 if place in told else _FIGURES if _amid_figures(characters, place) else 1.0)
        wide = right - left >= wanted and 0 < place < len(characters)
        if wide and (place not in cells or right - left > cells[place][1] - cells[place][0]):
            cells[place] = (left, right)
    edges = [start, *((one + other) / 2 for one, other in pairwise(centres)), end]
    out = []
    for place, character in enumerate(characters):
        left = cells[place][1] if place in cells else edges[place]
        right = cells[place + 1][0] if place + 1 in cells else edges[place + 1]
        spaced = (place in cells or place in told) and _may_part(characters, place)
        out.append(Placed(character, left, max(right, left), spaced))
    return out


def _without_spaces(cut: Cut) -> tuple[list[str], list[float], frozenset[int]]:
    """Characters and their middles, and before which of them the models saw a space."""
    characters: list[str] = []
    centres: list[float] = []
    told = set()
    for character, centre in zip(cut.text, cut.centres, strict=True):
        if character.isspace():
            told.add(len(characters))
        else:
            characters.append(character)
            centres.append(centre)
    return characters, centres, frozenset(told - {0, len(characters)})


@dataclass(frozen=True, slots=True)
class _Gaps:
    start: float
    end: float
    inner: tuple[tuple[float, float], ...]


def _gaps(ink: NDArray[np.bool_]) -> _Gaps:
    """White columns between the first and the last written column, as stretches of them."""
    columns = np.flatnonzero(ink.any(axis=0))
    if not len(columns):
        return _Gaps(0.0, 0.0, ())
    inner = [(float(one + 1), float(other)) for one, other in pairwise(columns.tolist()) if other > one + 1]
    return _Gaps(float(columns[0]), float(columns[-1] + 1), tuple(inner))


def _least_space(gaps: Sequence[tuple[float, float]], size: float) -> float:
    """From which width on a gap of this line is a space: where its narrow and its wide gaps part best."""
    low, high = _NARROWEST_SPACE * size, _WIDEST_SPACE * size
    widths = np.sort(np.minimum([right - left for left, right in gaps], 1.2 * high)) if gaps else np.zeros(0)
    if len(widths) < 4:
        return 0.2 * size
    best, least = 0.0, 0.2 * size
    for cut in range(1, len(widths)):
        middle = float(widths[cut - 1] + widths[cut]) / 2
        if not low <= middle <= high:
            continue
        apart = float(widths[cut:].mean() - widths[:cut].mean())
        between = cut * (len(widths) - cut) * apart**2
        if between > best:
            best, least = between, middle
    return least


def _place(centres: Sequence[float], middle: float) -> int:
    """Before which character a gap lies."""
    return int(np.searchsorted(np.asarray(centres), middle))


def _amid_figures(characters: Sequence[str], place: int) -> bool:
    return 0 < place < len(characters) and characters[place - 1].isdigit() and characters[place].isdigit()


def _may_part(characters: Sequence[str], place: int) -> bool:
    """Whether a space can stand before a character: not between Chinese ones, not before a closing mark."""
    before, after = characters[place - 1], characters[place]
    return not (is_cjk(before) and is_cjk(after)) and after not in _CLOSERS
