"""`manualdesk runs`: what earlier runs did, as text, JSON or an HTML page."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import ManualdeskError, SettingError
from serving.settings import load_settings

if TYPE_CHECKING:
    from ingest.records.types import Run

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
LATEST = "latest"
LONGEST_JOB = 100
"""Characters of a job in a list; `runs show` has all of it."""
runs_app = typer.Typer(help="What earlier runs did, newest first.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    app.add_typer(runs_app, name="runs")


@runs_app.callback()
def list_runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """What earlier runs did, newest first."""
    if context.invoked_subcommand is not None:
        return
    from ingest.recorded import opened_records
    from ingest.records.reports import report_from_json
    from ui.run_text import moment, one_line

    with opened_records(load_settings().home) as records:
        found = records.runs(limit)
    if as_json:
        typer.echo(json.dumps([_fields(run) for run in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("No runs yet: manualdesk ingest PATH", err=True)
    for run in found:
        if run.error:
            did = run.error.splitlines()[0]
        elif run.report and run.kind == "ingest":
            did = one_line(report_from_json(run.report))
        else:
            did = run.job if len(run.job) <= LONGEST_JOB else f"{run.job[:LONGEST_JOB]}..."
        typer.echo(f"{run.number:5}  {moment(run)}  {run.kind:8} {run.state:8} {did}")


@runs_app.command()
def show(
    run: Annotated[str, typer.Argument(help="A run's number, or `latest`.", metavar="[NUMBER|latest]")] = LATEST,
    html: Annotated[Path | None, typer.Option(help="Write it as an HTML page to this file.", metavar="FILE")] = None,
    as_json: JsonOption = False,
) -> None:
    """One run: what it added, updated, removed, what failed and why, and what to do next."""
    from ingest.records.reports import report_from_json
    from ui.run_page import run_page
    from ui.run_text import run_lines

    found = _find(run)
    report = report_from_json(found.report) if found.report else None
    if html is not None:
        try:
            html.write_text(run_page(found, report), encoding="utf-8")
        except OSError as error:
            raise SettingError(
                f"{html} cannot be written: {error.strerror}", hint="Name a file in a folder that is there."
            ) from error
        typer.echo(f"Written to {html}.", err=True)
    if as_json:
        value = json.loads(found.report) if found.report else None
        typer.echo(json.dumps({**_fields(found), "report": value}, ensure_ascii=False))
    elif html is None:
        for line in run_lines(found, report):
            typer.echo(line)


def _find(asked: str) -> "Run":
    from ingest.recorded import opened_records

    with opened_records(load_settings().home) as records:
        if asked == LATEST:
            newest = records.runs(1)
            found = newest[0] if newest else None
        elif asked.isdecimal():
            found = records.run(int(asked))
        else:
            raise SettingError(f"{asked!r} is no run's number.", hint="See `manualdesk runs`, or say `latest`.")
    if found is None:
        message = "There are no runs yet." if asked == LATEST else f"There is no run {asked}."
        hint = "manualdesk ingest PATH" if asked == LATEST else "See `manualdesk runs`; the oldest are not kept."
        raise ManualdeskError(message, hint=hint)
    return found


def _fields(run: "Run") -> dict[str, object]:
    return {name: value for name, value in asdict(run).items() if name != "report"}
