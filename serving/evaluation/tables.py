"""Figures by name to lines a person reads: as text for a terminal, as Markdown for a page."""

from collections.abc import Mapping, Sequence

from serving.evaluation.retrieval_metrics import Row


def text_table(rows: Mapping[str, Row], *, first: str = "slice") -> str:
    """One line a name, aligned. Empty where there are no rows."""
    cells = _cells(rows, first)
    if not cells:
        return ""
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def markdown_table(rows: Mapping[str, Row], *, first: str) -> str:
    """The same as a Markdown table."""
    cells = _cells(rows, first)
    if not cells:
        return ""
    rule = ["---", *("---:" for _ in cells[0][1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])


def shown(value: float | str | None) -> str:
    """A figure as it is written in tables: rates to three places, larger ones as short as they can be."""
    if value is None:
        return "-"
    if isinstance(value, str | int):
        return str(int(value)) if isinstance(value, bool) else str(value)
    return f"{value:.3f}" if value <= 1 else f"{value:.1f}".removesuffix(".0")


def _cells(rows: Mapping[str, Row], first: str) -> Sequence[Sequence[str]]:
    if not rows:
        return []
    columns = list(next(iter(rows.values())))
    return [[first, *columns], *([name, *(shown(row.get(column)) for column in columns)] for name, row in rows.items())]
