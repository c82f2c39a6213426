"""What the commands of `manualdesk eval` share: outcomes followed on stderr, tables for stdout, results kept."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from serving.settings import Settings

if TYPE_CHECKING:
    from ingest.index.contract import IndexInfo
    from serving.evaluation.retrieval_metrics import Row

SetOption = Annotated[str, typer.Option("--set", help="Only the questions of this set.")]
SaveOption = Annotated[str, typer.Option(help="Keep the figures as data/eval/results/NAME.json.", metavar="NAME")]
FailuresOption = Annotated[bool, typer.Option("--failures", help="Show the questions that went wrong too.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Outcome = TypeVar("Outcome")


def followed(steps: Iterator[Outcome], total: int) -> list[Outcome]:
    """Collect the outcomes, counting on stderr where a person watches."""
    outcomes: list[Outcome] = []
    for outcome in steps:
        outcomes.append(outcome)
        if sys.stderr.isatty():
            typer.echo(f"\r{len(outcomes)}/{total}", nl=False, err=True)
    if sys.stderr.isatty():
        typer.echo("\r", nl=False, err=True)
    return outcomes


def published_info(settings: Settings) -> "IndexInfo":
    """Of the index the settings name."""
    from serving.compose import build_store

    index = build_store(settings).open()
    try:
        return index.info()
    finally:
        index.close()


def keep(name: str, measured: Mapping[str, object]) -> None:
    """As a result of that name, and the page of all results with it; nothing where there is no name."""
    if not name:
        return
    from serving.evaluation.results import save
    from serving.evaluation.results_page import write_page

    path = save(name, measured)
    write_page(path.parent)
    typer.echo(f"kept as data/eval/results/{path.name}", err=True)


def print_figures(slices: "Mapping[str, Row]", totals: "Row") -> None:
    """The table of slices, and what is not by slice below it."""
    from serving.evaluation.tables import shown, text_table

    typer.echo(text_table(slices))
    typer.echo()
    for line in _wrapped(f"{name.replace('_', ' ')} {shown(value)}" for name, value in totals.items()):
        typer.echo(line)


def _wrapped(parts: Iterable[str], width: int = 120) -> Sequence[str]:
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 2 <= width:
            lines[-1] += f"; {part}"
        else:
            lines.append(part)
    return lines
