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
from ui.complaint import complain

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from ingest.pipeline import Job, Progress, Report
    from ingest.plan import Plan

_SETTLED_MS = 2000
"""Changes this close together are one: a folder being copied in is ingested once."""


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
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and ingest again whenever a manual changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Bring the index to what is in the paths: add, update, leave alone, remove; publish whole."""
    from ingest import pipeline
    from serving.compose import build_store

    settings = load_settings()
    job = pipeline.Job(
        paths=tuple(paths),
        root=root,
        force=force,
        allow_removals=allow_removals,
        workers=_worker_count(workers, settings),
    )
    store = build_store(settings)
    if dry_run:
        _print_plan(pipeline.plan(store, job), as_json=as_json)
        return

    def once(job: "Job") -> "Report":
        report = _follow(pipeline.run(store, settings.embedder, settings.models, settings.home, job))
        _print_report(report, as_json=as_json)
        return report

    report = once(job)
    if watch:
        _watch(paths, lambda: once(replace(job, force=False)))
    elif strict and report.failed:
        raise typer.Exit(1)


def _watch(paths: Sequence[Path], again: "Callable[[], Report]") -> None:
    """Ingest again after every change, until Ctrl-C. What goes wrong is told, and the watch goes on."""
    from watchfiles import watch

    typer.echo("Watching for changes. Ctrl-C ends.", err=True)
    for _changes in watch(*paths, debounce=_SETTLED_MS, recursive=True, raise_interrupt=True):
        try:
            again()
        except ManualdeskError as error:
            complain(error.message, error.hint)


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


def _follow(steps: "Iterator[Progress | Report]") -> "Report":
    """Draw the progress until the report comes."""
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
    added = [source.document for source in plan.added]
    updated = [source.document for source in plan.updated]
    if as_json:
        failed = [{"document": name, "error": error.message, "hint": error.hint} for name, error in plan.failed]
        unchanged = len(plan.unchanged)
        value = {"added": added, "updated": updated, "unchanged": unchanged, "removed": list(plan.removed)}
        typer.echo(json.dumps({**value, "failed": failed}, ensure_ascii=False))
        return
    for word, documents in (("add", added), ("update", updated), ("remove", plan.removed)):
        for document in documents:
            typer.echo(f"{word:7} {document}")
    for name, error in plan.failed:
        typer.echo(f"{'fail':7} {name}: {error.message}")
    typer.echo(
        f"{len(added)} to add, {len(updated)} to update, {len(plan.removed)} to remove, "
        f"{len(plan.unchanged)} unchanged. Nothing was done.",
        err=True,
    )


def _print_report(report: "Report", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
        return
    for failure in report.failed:
        typer.echo(f"failed: {failure.error}", err=True)
        if failure.hint:
            typer.echo(f"  hint: {failure.hint}", err=True)
    for document, reason in report.skipped:
        typer.echo(f"skipped: {document}: {reason}", err=True)
    typer.echo(
        f"{len(report.added)} added, {len(report.updated)} updated, {report.unchanged} unchanged, "
        f"{len(report.removed)} removed, {len(report.failed)} failed in {report.seconds:.1f} s"
    )
    typer.echo(f"index: {report.documents} manuals, {report.chunks} chunks, generation {report.generation}")
