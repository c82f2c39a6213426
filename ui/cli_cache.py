"""`manualdesk cache`: the model's answers that are kept."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import NothingPublished
from serving.settings import load_settings

if TYPE_CHECKING:
    from serving.stored.shelf import Shelf
    from serving.stored.types import CachedAnswer

cache_app = typer.Typer(help="Answers of the language model that are kept for the same question.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    app.add_typer(cache_app, name="cache")


@cache_app.command()
def status(as_json: JsonOption = False) -> None:
    """How many are kept and where. Those whose passages changed since are dropped first."""
    from serving.stored.opening import cache_state

    dropped = len(_swept())
    settings = load_settings()
    state = cache_state(settings.home, settings.redis_url)
    if as_json:
        typer.echo(json.dumps({**asdict(state), "dropped": dropped}))
        return
    place = "Redis" if state.place == "redis" else "a file of the home"
    typer.echo(f"{state.answers} answers in {place}; {dropped} had lost a passage and were dropped")


@cache_app.command("list")
def list_answers(as_json: JsonOption = False) -> None:
    """All of them, oldest first; `manualdesk curated add --cached KEY` makes a draft of one."""
    from serving.stored.curation import SHOWN_KEY

    _swept()
    answers = _shelf().answers()
    if as_json:
        from serving.stored.as_json import cached_to_json

        typer.echo(json.dumps([json.loads(cached_to_json(answer)) for answer in answers], ensure_ascii=False))
        return
    for answer in answers:
        about = f" {answer.product}" if answer.product else ""
        typer.echo(f"{answer.key[:SHOWN_KEY]}  {answer.audience:8} {answer.language:3}{about}  {answer.question}")


@cache_app.command()
def clear() -> None:
    """Drop all of them. Curated answers stay."""
    typer.echo(f"{_shelf().clear()} cached answers dropped", err=True)


def _shelf() -> "Shelf":
    from serving.stored.opening import open_shelf

    settings = load_settings()
    return open_shelf(settings.home, settings.redis_url)


def _swept() -> "tuple[CachedAnswer, ...]":
    from serving.compose import build_store
    from serving.stored.standing import Published
    from serving.stored.sweep import sweep_cached

    try:
        return sweep_cached(_shelf(), Published(build_store(load_settings()).open()))
    except NothingPublished:
        return ()
