"""`manualdesk ingest`: progress on stderr, the report on stdout."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import ManualdeskError, SettingError
from serving.settings import Settings, load_settings
from ui.asking_again import tell_of_gaps
from ui.complaint import complain
from ui.reviews import tell_of_reviews

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from ingest.index.contract import Index
    from ingest.pipeline import Job, Progress, Report
    from ingest.plan import Plan
    from ingest.recorded import Place

_SETTLED_MS = 2000
"""Changes this close together are one: a folder being copied in is ingested once."""

GateFlag = Annotated[
    bool, typer.Option("--gate", help="Publish only where the gold questions of MANUALDESK_GATE find as much.")
]
GateOption = Annotated[Path | None, typer.Option(help="The same with the gold questions of this file.")]


def register(app: typer.Typer) -> None:
    app.command()(ingest)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Folders of manuals, or single manuals.", metavar="PATH...")],
    root: Annotated[Path | None, typer.Option(help="Folder that document names are relative to.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Read and embed unchanged manuals again too.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 when a manual failed.")] = False,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="Go on when more than half of the manuals would vanish.")
    ] = False,
    workers: Annotated[
        str, typer.Option(help="Processes that read manuals, or a cluster: ray://HOST:PORT.", metavar="N|ray")
    ] = "",
    gate: GateFlag = False,
    gate_questions: GateOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and ingest again whenever a manual changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Bring the index to what is in the paths: add, update, leave alone, remove; publish whole."""
    from ingest import pipeline
    from ingest.recorded import plan_recorded
    from serving.compose import build_place

    settings = load_settings()
    job = pipeline.Job(
        paths=tuple(paths),
        root=root,
        force=force,
        allow_removals=allow_removals,
        workers=_worker_count(workers, settings),
        gate=_gate(gate_questions, settings) if gate or gate_questions else None,
    )
    place = build_place(settings)
    if dry_run:
        _print_plan(plan_recorded(place, job), as_json=as_json)
        return
    report = _once(place, job, as_json=as_json)
    if watch:
        _watch(paths, settings.home, lambda: _once(place, replace(job, force=False), as_json=as_json))
    elif strict and report.failed:
        raise typer.Exit(1)


def _once(place: "Place", job: "Job", *, as_json: bool) -> "Report":
    from ingest.recorded import run_recorded

    try:
        report = follow(run_recorded(place, job))
    except KeyboardInterrupt:
        typer.echo("The index is whole; the next ingest goes on with what was embedded already.", err=True)
        raise
    _print_report(report, as_json=as_json)
    tell_of_reviews(place)
    tell_of_gaps(load_settings(), report.generation)
    return report


def _watch(paths: Sequence[Path], home: Path, again: "Callable[[], Report]") -> None:
    """Ingest again after every change, until Ctrl-C. What goes wrong is told, and the watch goes on."""
    from watchfiles import watch

    typer.echo("Watching for changes. Ctrl-C ends.", err=True)
    watched = [Path(os.path.realpath(path)) for path in paths]
    places = watch(
        *paths,
        watch_filter=lambda _change, path: concerns_manuals(Path(os.path.realpath(path)), watched, home),
        debounce=_SETTLED_MS,
        raise_interrupt=True,
    )
    for _changes in places:
        try:
            again()
        except ManualdeskError as error:
            complain(error.message, error.hint)


def concerns_manuals(changed: Path, watched: Sequence[Path], home: Path) -> bool:
    """Whether a change may be of a manual: hidden files are none, and what an ingest writes must not start the next."""
    if changed.is_relative_to(home.resolve()):
        return False
    inside = [changed.relative_to(path).parts for path in watched if changed.is_relative_to(path)]
    return not any(part.startswith(".") for parts in inside for part in parts)


def _gate(questions: Path | None, settings: Settings) -> "Callable[[Index], None]":
    from serving.compose import build_gate

    if questions is None and not settings.gate:
        raise SettingError(
            "--gate has no gold questions to ask.", hint="Name their file: MANUALDESK_GATE, or --gate-questions FILE"
        )
    return build_gate(settings, questions or Path(settings.gate))


def _worker_count(given: str, settings: Settings) -> int | str:
    if not given:
        return settings.workers or max(1, (os.cpu_count() or 2) - 1)
    if given.startswith("ray"):
        from ingest.cluster_session import check_address

        check_address(given)
        return given
    if not given.isdigit() or int(given) < 1:
        raise SettingError(f"--workers has value {given!r}, which is not a count.", hint="Give a number from 1.")
    return int(given)


def follow(steps: "Iterator[Progress | Report]") -> "Report":
    """Draw the progress on stderr until the report comes."""
    from rich import progress as bars
    from rich.console import Console

    from ingest.pipeline import Report

    console = Console(file=sys.stderr)
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TextColumn("{task.fields[documents]} manuals  {task.fields[pages]} pages  {task.fields[rate]} chunks/s"),
        bars.TimeElapsedColumn(),
        bars.TextColumn("left"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Reading", total=None, documents="", pages=0, rate="-")
        for step in steps:
            if isinstance(step, Report):
                return step
            _draw(bar, task, step)
    raise RuntimeError("an ingest ended without a report")


def _draw(bar: "Bar", task: "TaskID", step: "Progress") -> None:
    """Work left is estimated from the manuals read so far: the chunks of the others are not known before."""
    share = step.documents / step.documents_total if step.documents_total else 0.0
    elapsed = bar.tasks[0].elapsed or 0.0
    total = step.chunks / share if share else None
    bar.update(
        task,
        description="Embedding" if step.embedded else "Reading",
        completed=step.embedded,
        total=max(total, step.chunks) if total else None,
        documents=f"{step.documents}/{step.documents_total}",
        pages=step.pages,
        rate=f"{step.embedded / elapsed:.0f}" if elapsed else "-",
    )


def _print_plan(plan: "Plan", *, as_json: bool) -> None:
    moved = {name for pair in plan.renamed for name in pair}
    added = [source.document for source in plan.added]
    updated = [source.document for source in plan.updated]
    if as_json:
        failed = [{"document": name, "error": error.message, "hint": error.hint} for name, error in plan.failed]
        value = {
            "added": added,
            "updated": updated,
            "unchanged": len(plan.unchanged),
            "removed": list(plan.removed),
            "renamed": [{"from": old, "to": new} for old, new in plan.renamed],
            "failed": failed,
            "skipped": [{"document": document, "reason": reason} for document, reason in plan.skipped],
            "duplicates": [list(group) for group in plan.duplicates],
        }
        typer.echo(json.dumps(value, ensure_ascii=False))
        return
    new = [document for document in added if document not in moved]
    gone = [document for document in plan.removed if document not in moved]
    for word, documents in (("add", new), ("update", updated), ("remove", gone)):
        for document in documents:
            typer.echo(f"{word:7} {document}")
    for old, name in plan.renamed:
        typer.echo(f"{'rename':7} {old} -> {name}")
    for name, error in plan.failed:
        typer.echo(f"{'fail':7} {name}: {error.message.removeprefix(f'{name}: ')}")
    for document, reason in plan.skipped:
        typer.echo(f"{'skip':7} {document}: {reason}")
    for group in plan.duplicates:
        typer.echo(f"{'same':7} {', '.join(group)}")
    typer.echo(
        f"{len(new)} to add, {len(updated)} to update, {len(plan.renamed)} to rename, {len(gone)} to remove, "
        f"{len(plan.unchanged)} unchanged. Nothing was done.",
        err=True,
    )


def _print_report(report: "Report", *, as_json: bool) -> None:
    from ui.run_text import concerns, one_line

    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
        return
    for line in concerns(report):
        typer.echo(line, err=True)
    typer.echo(one_line(report))
    typer.echo(f"index: {report.documents} manuals, {report.chunks} chunks, generation {report.generation}")
    if report.failed or report.removed or report.weak_pages or report.duplicates:
        typer.echo("What to do next: manualdesk runs show", err=True)
