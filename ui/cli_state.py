"""`status`, `rollback`, `doctor`: what is published, and what this machine has."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from serving.settings import load_settings

if TYPE_CHECKING:
    from ingest.index.contract import IndexInfo

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(rollback)
    app.command()(doctor)


def status(as_json: JsonOption = False) -> None:
    """What is indexed and published."""
    from serving.compose import build_store

    settings = load_settings()
    index = build_store(settings).open()
    info = index.info()
    index.close()
    if as_json:
        typer.echo(json.dumps({**asdict(info), "home": str(settings.home)}))
        return
    _print_info(info)
    typer.echo(f"home       {settings.home}")


def rollback(as_json: JsonOption = False) -> None:
    """Publish the previous generation again. Nothing is read or embedded for it."""
    from ingest.recorded import record_change
    from serving.compose import build_place
    from ui.reviews import tell_of_reviews

    place = build_place(load_settings())
    info = place.store.rollback()
    record_change(place, "rollback", [], info)
    tell_of_reviews(place)
    if as_json:
        typer.echo(json.dumps(asdict(info)))
        return
    _print_info(info)


def doctor(as_json: JsonOption = False) -> None:
    """What is missing on this machine, and how to get it."""
    from serving.checks import checks

    found = checks(load_settings())
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in found], ensure_ascii=False))
    else:
        for check in found:
            mark = "ok  " if check.ok else ("FAIL" if check.needed else "-   ")
            typer.echo(f"{mark} {check.name}: {check.state}")
            if check.hint and not check.ok:
                typer.echo(f"     {check.hint}")
    if any(check.needed and not check.ok for check in found):
        raise typer.Exit(1)


def _print_info(info: "IndexInfo") -> None:
    typer.echo(f"generation {info.generation}, published {info.published_at}")
    typer.echo(f"holds      {info.documents} manuals, {info.chunks} chunks")
    typer.echo(f"embedder   {info.embedder}, {info.dimensions} dimensions")
