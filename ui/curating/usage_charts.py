"""Figures over time as pictures: counts by day go in, SVG leaves, coloured by the page's own variables.

Each has a title and a description for who does not see it; the page has the same figures as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from serving.usage.figures import Day, Figures
from ui.web.texts import Translate

_WIDTH: Final = 720
_HEIGHT: Final = 220
_LEFT: Final = 60
_BOTTOM: Final = 28
_TOP: Final = 12
_LABELS: Final = 6
"""Days that are written below a picture."""
_STEPS: Final = (1, 1.5, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Series:
    """A name, the style class that colours it, and a value a day; None where there is none."""

    name: str
    style: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its heading and what its colours mean."""

    title: str
    svg: str
    series: tuple[Series, ...]


def charts_of(figures: Figures, say: Translate) -> tuple[Chart, ...]:
    """Questions by channel, answers by source, time to the first text, thumbs, gaps."""
    days = figures.days
    channels = ("Chat", "Widget", "API")
    sources = ("Model", "Quotes", "Curated", "Cache")
    stacked = (
        ("Questions a day", [Series(say(name), f"c{n}", _of(days, n, "channels")) for n, name in enumerate(channels)]),
        (
            "What answers are made of",
            [
                *(Series(say(name), f"c{n}", _of(days, n, "sources")) for n, name in enumerate(sources)),
                Series(say("Asked back"), "c4", tuple(float(day.clarified) for day in days)),
                Series(say("Refused"), "c5", tuple(float(day.refused) for day in days)),
            ],
        ),
        (
            "Ratings",
            [
                Series(say("Good"), "c2", tuple(float(day.liked) for day in days)),
                Series(say("Bad"), "c5", tuple(float(day.disliked) for day in days)),
            ],
        ),
        (
            "Gaps",
            [
                Series(say("Opened"), "c5", tuple(float(day.opened) for day in days)),
                Series(say("Closed"), "c2", tuple(float(day.closed) for day in days)),
            ],
        ),
    )
    times = (
        Series(say("Median"), "c0", tuple(day.median_ms for day in days)),
        Series(say("95 of 100 are faster"), "c1", tuple(day.p95_ms for day in days)),
    )
    made = [Chart(say(title), columns(say(title), days, series), tuple(series)) for title, series in stacked]
    title = say("Time to the first text, in milliseconds")
    made.insert(2, Chart(title, lines(title, days, times), times))
    return tuple(made)


def columns(title: str, days: Sequence[Day], series: Sequence[Series]) -> str:
    """Columns by day, one series upon the other."""
    totals = [sum(each.values[n] or 0 for each in series) for n in range(len(days))]
    top = _round_up(max(totals, default=0))
    wide = (_WIDTH - _LEFT) / len(days)
    parts = _axes(days, top, wide)
    for n in range(len(days)):
        below = 0.0
        for each in series:
            value = each.values[n] or 0
            if value:
                tall = _tall(value, top)
                y = _HEIGHT - _BOTTOM - below - tall
                parts.append(
                    f'<rect class="{each.style}" x="{_LEFT + n * wide + wide * 0.12:.1f}" y="{y:.1f}" '
                    f'width="{wide * 0.76:.1f}" height="{tall:.1f}"/>'
                )
                below += tall
    return _svg(title, _told(days, series), parts)


def lines(title: str, days: Sequence[Day], series: Sequence[Series]) -> str:
    """Lines by day; a day without a value is left out, a value that stands alone is a dot."""
    top = _round_up(max((value for each in series for value in each.values if value), default=0))
    wide = (_WIDTH - _LEFT) / len(days)
    parts = _axes(days, top, wide)
    for each in series:
        points = [
            (_LEFT + (n + 0.5) * wide, _HEIGHT - _BOTTOM - _tall(value, top))
            for n, value in enumerate(each.values)
            if value is not None
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="{each.style}" points="{path}"/>')
        parts += [f'<circle class="{each.style}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    return _svg(title, _told(days, series), parts)


def _of(days: Sequence[Day], place: int, field: str) -> tuple[float, ...]:
    return tuple(float(getattr(day, field)[place]) for day in days)


def _axes(days: Sequence[Day], top: float, wide: float) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _HEIGHT - _BOTTOM - _tall(share * top, top)
        parts.append(f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * top:g}</text>')
    every = max(1, -(-len(days) // _LABELS))
    for n in range(len(days) - 1, -1, -every):
        x = _LEFT + (n + 0.5) * wide
        anchor = "end" if n == len(days) - 1 and wide < 40 else "middle"
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{escape(days[n].day[5:])}</text>')
    return parts


def _tall(value: float, top: float) -> float:
    return (_HEIGHT - _BOTTOM - _TOP) * value / top


def _round_up(most: float) -> float:
    """A round number that holds the highest value, with a half that is round too."""
    size = 1.0
    while True:
        for step in _STEPS:
            if 2 * step * size >= most:
                return 2 * step * size
        size *= 10


def _told(days: Sequence[Day], series: Sequence[Series]) -> str:
    told = []
    for each in series:
        present = [value for value in each.values if value is not None]
        told.append(f"{each.name}: {sum(present):g}" if all(value == int(value) for value in present) else each.name)
    return f"{days[0].day} - {days[-1].day}. {'; '.join(told)}"


def _svg(title: str, told: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="xMinYMid meet">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>{''.join(parts)}</svg>"
    )
