"""The figures of `scale.py` for people: its JSON file goes in, a page and a plot of it come out.

    python tests/bench/scale_page.py data/eval/results/bench-scale.json docs

The plot is a file of its own, so it brings its colours itself, for light and dark.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from serving.evaluation.tables import Row, markdown_table

PLOT = "scale.svg"
PAGE = "scale.md"
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 590, 24, 360
_LABEL_HEIGHT = 15
Point = tuple[float, float]
_TICKS = tuple(step * 10**power for power in range(-1, 4) for step in (1, 2, 5))
_STYLE = """
svg { --ink: #1d232b; --soft: #5b6673; --page: #ffffff; --line: #d5dbe2; --p50: #1759c4; --p95: #7a3fb0;
  --search: #0b6e4f; }
@media (prefers-color-scheme: dark) { svg { --ink: #e7ebf0; --soft: #a3afbd; --page: #14181d; --line: #39424d;
  --p50: #8ab6ff; --p95: #d3a6ff; --search: #7fd8a4; } }
text { fill: var(--soft); font: 12px system-ui, sans-serif; } .page { fill: var(--page); }
.grid { stroke: var(--line); } .linear { stroke: var(--soft); stroke-dasharray: 3 5; }
polyline { fill: none; stroke-width: 2.5; } .p50 { stroke: var(--p50); } .p95 { stroke: var(--p95); }
.search { stroke: var(--search); } .p95 polyline { stroke-dasharray: 8 4; } .search polyline { stroke-width: 1.5; }
"""
_TEXT = """# What a question costs as the index grows

Written by `python tests/bench/scale.py`; do not edit it by hand. {where}

Every size is an embedded index of made-up manuals: about 120 terms and 700 characters a chunk, words by a Zipf law,
vectors of {dimensions} dimensions that lie around a common mean as those of e5 do. {questions} questions are asked of
each, every one for the first time. The times are all that a question costs but the embedding model's encode, in
milliseconds.

![Milliseconds a question by number of chunks, both on logarithmic scales]({plot})

{growth}

## A question

{asked}

`found`: share of the questions whose own chunk is among the ten passages. `open`: opening the index. `processor`: time
of all threads. `memory`: of the asking process at its highest with the parts of the index that it has mapped, and in
brackets without them.

## Its stages, p50 / p95

{stages}

## Filling

{filled}

`seal`: publishing. Below about 40,000 chunks vectors are compared one by one; above, a graph is built then.
"""


def write_page(result: Path, folder: Path) -> None:
    """Write the page and the plot of a result into `folder`."""
    record = json.loads(result.read_text(encoding="utf-8"))
    (folder / PLOT).write_text(plot(record["sizes"]), encoding="utf-8")
    (folder / PAGE).write_text(page(record), encoding="utf-8")


def page(record: Mapping[str, Any]) -> str:
    """The page, in Markdown."""
    rows, machine = record["sizes"], record["machine"]
    return _TEXT.format(
        where=f"{record['date']}, commit {record['commit'][:10]}{'*' if record['dirty'] else ''}, "
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB.",
        dimensions=record["dimensions"],
        questions=record["questions"],
        plot=PLOT,
        growth=_growth(record),
        asked=_table({_chunks(row): _asked(row) for row in rows}),
        stages=_table({_chunks(row): _stages(row) for row in rows}),
        filled=_table({_chunks(row): _filled(row) for row in rows}),
    )


def plot(rows: Sequence[Mapping[str, Any]]) -> str:
    """An SVG file: p50 and p95 of a question and p50 of its search by chunks, beside growth in proportion."""
    lines = {
        "p95": [(row["chunks"], row["p95"]) for row in rows],
        "p50": [(row["chunks"], row["p50"]) for row in rows],
        "search": [(row["chunks"], row["stages_p50"]["search"]) for row in rows],
    }
    points = [point for line in lines.values() for point in line]
    axes = _Axes.around(points)
    parts = [f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>', *axes.grid([row["chunks"] for row in rows])]
    parts.append(axes.linear(lines["p50"][0]))
    labels = {"p95": "p95", "p50": "p50", "search": "search alone, p50"}
    before = -math.inf
    for name, line in sorted(lines.items(), key=lambda item: -item[1][-1][1]):
        path = " ".join(f"{axes.across(x):.1f},{axes.down(y):.1f}" for x, y in line)
        before = max(before + _LABEL_HEIGHT, axes.down(line[-1][1]) + 4)
        label = f'<text x="{_RIGHT + 8}" y="{before:.1f}">{labels[name]}</text>'
        parts.append(f'<g class="{name}"><polyline points="{path}"/>{label}</g>')
    told = "; ".join(
        f"{row['chunks']:,} chunks: p50 {row['p50']:g} ms, p95 {row['p95']:g} ms, "
        f"search {row['stages_p50']['search']:g} ms"
        for row in rows
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" viewBox="0 0 {_WIDTH} '
        f'{_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">\n'
        '<title id="title">Milliseconds a question by number of chunks</title>\n'
        f'<desc id="desc">{escape(told)}. Both scales are logarithmic; a dashed line is growth in proportion.</desc>\n'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axes:
    """Two logarithmic scales."""

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> "_Axes":
        xs, ys = zip(*points, strict=True)
        return cls(left=min(xs) / 1.2, right=max(xs) * 1.2, low=max(min(ys), 0.05) / 1.4, high=max(ys) * 1.6)

    def across(self, x: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * math.log(x / self.left) / math.log(self.right / self.left)

    def down(self, y: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * math.log(max(y, self.low) / self.low) / math.log(self.high / self.low)

    def grid(self, sizes: Sequence[int]) -> Iterator[str]:
        for size in sizes:
            x = f"{self.across(size):.1f}"
            yield f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{_BOTTOM}"/>'
            yield f'<text x="{x}" y="{_BOTTOM + 18}" text-anchor="middle">{size:,}</text>'
        for tick in (tick for tick in _TICKS if self.low <= tick <= self.high):
            y = self.down(tick)
            yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}"/>'
            yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g} ms</text>'
        yield f'<text x="{(_LEFT + _RIGHT) / 2}" y="{_BOTTOM + 42}" text-anchor="middle">chunks in the index</text>'

    def linear(self, start: Point) -> str:
        """From the start on in proportion, to the plot's edge."""
        factor = min(self.right / start[0], self.high / start[1])
        x, y = self.across(start[0] * factor), self.down(start[1] * factor)
        return (
            f'<line class="linear" x1="{self.across(start[0]):.1f}" y1="{self.down(start[1]):.1f}" x2="{x:.1f}" '
            f'y2="{y:.1f}"/><text x="{x + 6:.1f}" y="{y + 10:.1f}">in proportion</text>'
        )


def _asked(row: Mapping[str, Any]) -> Row:
    return {
        "p50": f"{row['p50']:g}",
        "p95": f"{row['p95']:g}",
        "processor": f"{row['processor_p50']:g}",
        "open": f"{row['open']:g}",
        "found": f"{row['found']:.2f}",
        "memory": f"{row['ask_mebibytes']} MiB ({row['own_mebibytes']})",
    }


def _stages(row: Mapping[str, Any]) -> Row:
    return {stage: f"{spent:g} / {row['stages_p95'][stage]:g}" for stage, spent in row["stages_p50"].items()}


def _filled(row: Mapping[str, Any]) -> Row:
    return {
        "documents": f"{row['documents']:,}",
        "fill": f"{row['fill_seconds']:g} s",
        "seal": f"{row['seal_seconds']:g} s",
        "peak memory": f"{row['fill_mebibytes']} MiB",
        "disk": f"{row['disk_mebibytes']} MiB",
    }


def _table(rows: Mapping[str, Row]) -> str:
    return markdown_table(rows, first="chunks")


def _chunks(row: Mapping[str, Any]) -> str:
    return f"{row['chunks']:,}"


def _growth(record: Mapping[str, Any]) -> str:
    rows, exponent = record["sizes"], record["growth"]
    if exponent is None:
        return ""
    times, cost = rows[-1]["chunks"] / rows[0]["chunks"], rows[-1]["p50"] / rows[0]["p50"]
    return f"{times:.0f} times the chunks cost {cost:.1f} times as much: the chunks to the power of {exponent:g}."


if __name__ == "__main__":
    write_page(Path(sys.argv[1]), Path(sys.argv[2]))
