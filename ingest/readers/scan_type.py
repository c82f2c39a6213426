"""Lines as recognised in, the size their type is set in and where they stand on the line out, in pixels of the cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.readers.pdf_characters import is_cjk
from ingest.readers.scan_engine import Cut

_CAP, _X_HEIGHT, _DESCENT, _IDEOGRAPH = 0.70, 0.47, 0.21, 0.86
"""Heights of letters in font sizes: the mean of Times, Helvetica, Courier and Computer Modern."""
_TALL = frozenset("bdfhklt0123456789()[]{}|/\\!?&%$#@'\"")
_DEEP = frozenset("gjpqy()[]{}|/\\$@Q_")
_COMMAS = frozenset(",;")
_CORE = 0.35
"""Rows between x-height and baseline have at least this much of the ink of the fullest one."""
_LARGER, _SMALLER = 0.07, 0.16
"""Sizes that are no further above or below that of most text count as that: a picture tells them no better, and a line
that is wrongly smaller parts a paragraph."""

_BOLD = 1.25
"""Bold type has strokes 1.4 times as thick as the same face in its usual weight."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a line is set. Rows count from the top of the cut."""

    size: float
    """Font size."""
    top: float
    baseline: float
    bottom: float
    stroke: float
    """How thick its strokes are, in font sizes."""
    bold: bool = False


def settings(cuts: Sequence[Cut]) -> list[Setting]:
    """How each line of a page is set; lines of nearly the size that most of the text has are of that size."""
    found = [_setting(cut) for cut in cuts]
    lengths = [len(cut.text) for cut in cuts]
    body = _usual([setting.size for setting in found], lengths)
    stroke = _usual([setting.stroke for setting in found], lengths)
    return [
        replace(
            setting,
            size=body if -_SMALLER * body <= setting.size - body <= _LARGER * body else setting.size,
            bold=setting.stroke > _BOLD * stroke,
        )
        for setting in found
    ]


def _usual(values: Sequence[float], weights: Sequence[int]) -> float:
    """The weighted median; 0 of nothing."""
    half = sum(weights) / 2
    for value, weight in sorted(zip(values, weights, strict=True)):
        half -= weight
        if half <= 0:
            return value
    return 0.0


def _setting(cut: Cut) -> Setting:
    rows = cut.ink.sum(axis=1).astype(float)
    height = len(rows)
    if not rows.any():
        return Setting(float(height), 0.0, float(height), float(height), 0.0)
    # The crop's outer rows may hold the neighbours' feet and heads.
    inner = rows[height // 6 : max(height - height // 6, height // 6 + 1)]
    full = inner.max() if inner.any() else rows.max()
    middle = height // 6 + int(inner.argmax()) if inner.any() else int(rows.argmax())
    first = _edge(rows, middle, -1, _CORE * full)
    last = _edge(rows, middle, 1, _CORE * full) + 1
    core = last - first
    reach = max(2, round(0.75 * core))
    top = _edge(rows, first, -1, 0.5, first - reach)
    bottom = _edge(rows, last - 1, 1, 0.5, last - 1 + reach) + 1
    rises, falls = _extent(cut.text)
    size = (bottom - top) / (rises + falls)
    return Setting(
        size, float(top), bottom - falls * size, float(bottom), _stroke(cut.ink[top:bottom], 0.3 * size) / size
    )


def _stroke(ink: NDArray[np.bool_], longest: float) -> float:
    """Mean length of the runs of ink along the rows, in pixels, but for bars: upright strokes are most of them."""
    rows = np.pad(ink, ((0, 0), (1, 1))).astype(np.int8).ravel()
    ends = np.flatnonzero(np.diff(rows))
    runs = ends[1::2] - ends[::2]
    runs = runs[runs <= longest]
    return float(runs.mean()) if len(runs) else 0.0


def _edge(rows: NDArray[np.float64], start: int, step: int, least: float, end: int | None = None) -> int:
    """The last row from `start` on that holds at least so much ink, no further than `end`."""
    place = start
    while 0 <= place + step < len(rows) and rows[place + step] >= least and place != end:
        place += step
    return place


def _extent(text: str) -> tuple[float, float]:
    """How far the letters of a text rise above and fall below the line, in font sizes."""
    letters = frozenset(text)
    if any(map(is_cjk, letters)):
        return _IDEOGRAPH - 0.1, 0.1
    tall = any(letter.isupper() or letter in _TALL or letter > "\x7f" for letter in letters)
    falls = _DESCENT if letters & _DEEP else _DESCENT * 0.6 if letters & _COMMAS else 0.0
    return _CAP if tall else _X_HEIGHT, falls
