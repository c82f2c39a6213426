"""`status`, `documents`, `rollback`, `doctor`: what is indexed, and what this machine has."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import ManualdeskError
from serving.settings import load_settings

if TYPE_CHECKING:
    from ingest.index.contract import IndexedDocument, IndexInfo

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
documents_app = typer.Typer(help="List, show and remove indexed manuals.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(rollback)
    app.command()(doctor)
    app.add_typer(documents_app, name="documents")


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
    from serving.compose import build_store

    info = build_store(load_settings()).rollback()
    if as_json:
        typer.echo(json.dumps(asdict(info)))
        return
    _print_info(info)


@documents_app.command("list")
def list_documents(as_json: JsonOption = False) -> None:
    """All indexed manuals."""
    documents = _documents()
    if as_json:
        typer.echo(json.dumps([asdict(document) for document in documents], ensure_ascii=False))
        return
    for document in documents:
        marks = f"{document.language or '-':3} {document.audience:8} {document.chunks:5} chunks"
        typer.echo(f"{marks}  {document.document}")


@documents_app.command()
def show(
    document: Annotated[str, typer.Argument(help="As `manualdesk documents list` names it.")],
    chunks: Annotated[bool, typer.Option("--chunks", help="Show its chunks too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """One manual: what is known of it and, with --chunks, what is searched."""
    from ingest.index.contract import EVERYTHING
    from serving.compose import build_store

    found = next((known for known in _documents() if known.document == document), None)
    if found is None:
        raise ManualdeskError(f"{document} is not indexed.", hint="See `manualdesk documents list`.")
    pieces = []
    if chunks:
        index = build_store(load_settings()).open()
        pieces = index.span(document, 0, found.chunks, EVERYTHING)
        index.close()
    if as_json:
        rows = [
            {"ordinal": c.ordinal, "section": list(c.section), "pages": list(c.pages), "text": c.text} for c in pieces
        ]
        typer.echo(json.dumps({**asdict(found), **({"chunk_list": rows} if chunks else {})}, ensure_ascii=False))
        return
    for key, value in asdict(found).items():
        typer.echo(f"{key:10} {value}")
    for piece in pieces:
        pages = f" page {piece.page}" if piece.page else ""
        typer.secho(f"\n#{piece.ordinal}{pages}  {' > '.join(piece.section)}", bold=True)
        typer.echo(piece.text)


@documents_app.command()
def remove(
    documents: Annotated[list[str], typer.Argument(help="As `manualdesk documents list` names them.")],
) -> None:
    """Remove manuals from the index. `manualdesk rollback` brings them back."""
    from serving.compose import build_store

    store = build_store(load_settings())
    known = {document.document for document in _documents()}
    for document in documents:
        if document not in known:
            raise ManualdeskError(f"{document} is not indexed.", hint="See `manualdesk documents list`.")
    index = store.open()
    info = index.info()
    index.close()
    with store.draft(embedder=info.embedder, dimensions=info.dimensions) as draft:
        draft.remove(documents)
        published = draft.publish()
    typer.echo(f"{len(documents)} removed; {published.documents} manuals, {published.chunks} chunks left")


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


def _documents() -> "list[IndexedDocument]":
    from ingest.index.contract import EVERYTHING
    from serving.compose import build_store

    index = build_store(load_settings()).open()
    try:
        return index.documents(EVERYTHING)
    finally:
        index.close()


def _print_info(info: "IndexInfo") -> None:
    typer.echo(f"generation {info.generation}, published {info.published_at}")
    typer.echo(f"holds      {info.documents} manuals, {info.chunks} chunks")
    typer.echo(f"embedder   {info.embedder}, {info.dimensions} dimensions")
