"""Figures to pictures: rates, curves and counts go in, SVG text comes out. Colours are the page's own CSS variables.

Every picture has a title and a description for who does not see it; its figures stand in a table beside it as well.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from serving.evaluation.intervals import Interval

_WIDTH: Final = 640
_LEFT: Final = 190
_ROW: Final = 26
_SIDE: Final = 320
"""Of a square plot."""
_PAD: Final = 44
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)

Point = tuple[float, float]


def rates_chart(title: str, rows: Sequence[tuple[str, float, Interval]]) -> str:
    """Horizontal dots with their intervals, from 0 to 1; one row a name."""
    height = _ROW * len(rows) + 40
    span = _WIDTH - _LEFT - 60
    parts = [_grid_line(_LEFT + tick * span, 8, height - 28, f"{tick:g}") for tick in _TICKS]
    for number, (name, value, found) in enumerate(rows):
        middle = 22 + number * _ROW
        low, high, at = (_LEFT + share * span for share in (found.low, found.high, value))
        parts.append(f'<text x="{_LEFT - 10}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<line class="bar" x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"/>')
        parts.append(f'<circle class="dot" cx="{at:.1f}" cy="{middle}" r="4.5"/>')
        parts.append(f'<text x="{_WIDTH - 50}" y="{middle + 4}">{value:.3f}</text>')
    told = "; ".join(f"{name} {value:.3f} ({found.low:.3f} to {found.high:.3f})" for name, value, found in rows)
    return _svg(title, told, (_WIDTH, height), parts)


def square_chart(title: str, axes: tuple[str, str], line: Sequence[Point], dots: Sequence[tuple[Point, int]]) -> str:
    """A line and dots in the unit square; a dot is as large as its count says.

    The dashed diagonal is what knowing nothing gives for a line, what is perfect for dots.
    """
    parts = [_unit_axes(*axes), _diagonal(falling=bool(line))]
    if line:
        path = " ".join(f"{_across(x):.1f},{_down(y):.1f}" for x, y in line)
        parts.append(f'<polyline class="curve" points="{path}"/>')
    most = max((count for _point, count in dots), default=1)
    for (x, y), count in dots:
        radius = 3 + 7 * math.sqrt(count / most)
        parts.append(f'<circle class="dot" cx="{_across(x):.1f}" cy="{_down(y):.1f}" r="{radius:.1f}"/>')
    told = "; ".join(f"{x:.2f}, {y:.2f} ({count} questions)" for (x, y), count in dots) or f"{len(line)} points"
    return _svg(title, f"{axes[0]}, {axes[1]}: {told}", (_SIDE + 60, _SIDE + 40), parts)


def histogram(title: str, unit: str, values: Sequence[float], bins: int = 20) -> str:
    """How many values fall where; what is beyond the 99th of a hundred is put into the last bar."""
    ordered = sorted(values)
    last = ordered[min(len(ordered) - 1, math.floor(len(ordered) * 0.99))]
    step = max(last, 1e-9) / bins
    counts = [0] * bins
    for value in ordered:
        counts[min(bins - 1, int(value / step))] += 1
    height, span, most = 180, _WIDTH - 80, max(counts)
    wide = span / bins
    parts = []
    for number, count in enumerate(counts):
        tall = 130 * count / most
        parts.append(
            f'<rect class="column" x="{50 + number * wide:.1f}" y="{145 - tall:.1f}" '
            f'width="{wide - 2:.1f}" height="{tall:.1f}"/>'
        )
    parts += [
        f'<text x="{50 + number * wide:.1f}" y="165" text-anchor="middle">{number * step:.1f}</text>'
        for number in range(0, bins + 1, 5)
    ]
    parts.append(f'<text x="44" y="22" text-anchor="end">{most}</text><text x="44" y="149" text-anchor="end">0</text>')
    told = f"{len(values)} values in {unit}, the most ({most}) in one bar of {step:.1f} {unit}"
    return _svg(title, told, (_WIDTH, height), parts)


def _unit_axes(across: str, down: str) -> str:
    lines = []
    for tick in _TICKS:
        lines.append(_grid_line(_across(tick), _down(1), _down(0), f"{tick:g}"))
        row = _down(tick)
        lines.append(f'<line class="grid" x1="{_across(0)}" y1="{row:.1f}" x2="{_across(1)}" y2="{row:.1f}"/>')
        lines.append(f'<text x="{_PAD - 6}" y="{row + 4:.1f}" text-anchor="end">{tick:g}</text>')
    lines.append(f'<text x="{_across(0.5)}" y="{_SIDE + 34}" text-anchor="middle">{escape(across)}</text>')
    lines.append(f'<text transform="translate(12 {_down(0.5)}) rotate(-90)" text-anchor="middle">{escape(down)}</text>')
    return "".join(lines)


def _diagonal(*, falling: bool) -> str:
    left, right = (1, 0) if falling else (0, 1)
    return f'<line class="grid strong" x1="{_across(0)}" y1="{_down(left)}" x2="{_across(1)}" y2="{_down(right)}"/>'


def _across(share: float) -> float:
    return _PAD + share * (_SIDE - _PAD)


def _down(share: float) -> float:
    return _SIDE - share * (_SIDE - 20)


def _grid_line(x: float, top: float, bottom: float, label: str) -> str:
    return (
        f'<line class="grid" x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'
        f'<text x="{x:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{label}</text>'
    )


def _svg(title: str, told: str, size: tuple[int, int], parts: Sequence[str]) -> str:
    width, height = size
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>{''.join(parts)}</svg>"
    )
