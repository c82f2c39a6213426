"""`documents list`, `show`, `diff`, `remove`: the indexed manuals, one by one."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import ManualdeskError
from serving.settings import load_settings

if TYPE_CHECKING:
    from ingest.index.contract import IndexedDocument
    from ingest.types import Chunk, PageQuality

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
NamesArgument = Annotated[list[str], typer.Argument(help="As `manualdesk documents list` names them.")]
documents_app = typer.Typer(
    help="The manuals: what is known of them, what changed, removed ones.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(documents_app, name="documents")


def indexed_documents() -> "list[IndexedDocument]":
    """All indexed manuals, by name. Raises IndexUnusable where nothing was ingested yet."""
    from ingest.index.contract import EVERYTHING
    from serving.compose import build_store

    index = build_store(load_settings()).open()
    try:
        return index.documents(EVERYTHING)
    finally:
        index.close()


def not_indexed(document: str) -> ManualdeskError:
    return ManualdeskError(f"{document} is not indexed.", hint="See `manualdesk documents list`.")


@documents_app.command("list")
def list_documents(
    removed: Annotated[bool, typer.Option("--removed", help="Those that are not indexed any more.")] = False,
    as_json: JsonOption = False,
) -> None:
    """All indexed manuals, or with --removed those that were and can be restored."""
    documents = indexed_documents()
    if removed:
        _list_removed(documents, as_json=as_json)
        return
    if as_json:
        typer.echo(json.dumps([_fields(document) for document in documents], ensure_ascii=False))
        return
    today = datetime.now(UTC).date().isoformat()
    for document in documents:
        marks = f"{document.language or '-':3} {document.audience:8} {document.chunks:5} chunks"
        past = f"  (valid until {document.valid_until})" if "" < document.valid_until < today else ""
        typer.echo(f"{marks}  {document.document}{past}")


def _list_removed(indexed: "Sequence[IndexedDocument]", *, as_json: bool) -> None:
    from ingest.originals import original_path
    from ingest.recorded import opened_records

    home = load_settings().home
    with opened_records(home) as records:
        known = records.revisions()
    gone = {found.document: found for found in reversed(known)}
    for document in indexed:
        gone.pop(document.document, None)
    names = {document.revision: document.document for document in indexed}
    rows = [
        {"document": name, "title": found.title, "last_seen": found.last_seen, "root": found.root}
        | {"kept": original_path(home, found.revision, name) is not None, "same_as": names.get(found.revision, "")}
        for name, found in sorted(gone.items())
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        same = f"  (indexed as {row['same_as']})" if row["same_as"] else ""
        typer.echo(f"{str(row['last_seen'])[:10]}  {'kept' if row['kept'] else 'gone':4}  {row['document']}{same}")


@documents_app.command()
def show(
    document: Annotated[str, typer.Argument(help="As `manualdesk documents list` names it.")],
    chunks: Annotated[bool, typer.Option("--chunks", help="Show its chunks too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """One manual: what is known of it and who said so, pages to look at and, with --chunks, what is searched."""
    from ingest.index.contract import EVERYTHING
    from ingest.recorded import opened_records
    from serving.compose import build_store

    settings = load_settings()
    found = next((known for known in indexed_documents() if known.document == document), None)
    if found is None:
        raise not_indexed(document)
    with opened_records(settings.home) as records:
        weak = records.quality(document, found.revision)
    pieces: list[Chunk] = []
    if chunks:
        index = build_store(settings).open()
        pieces = index.span(document, 0, found.chunks, EVERYTHING)
        index.close()
    if as_json:
        rows = [
            {"ordinal": c.ordinal, "section": list(c.section), "pages": list(c.pages), "text": c.text} for c in pieces
        ]
        value = {**_fields(found), "weak_pages": [asdict(page) for page in weak]}
        typer.echo(json.dumps({**value, **({"chunk_list": rows} if chunks else {})}, ensure_ascii=False))
        return
    _print_document(found, weak)
    for piece in pieces:
        pages = f" page {piece.page}" if piece.page else ""
        typer.secho(f"\n#{piece.ordinal}{pages}  {' > '.join(piece.section)}", bold=True)
        typer.echo(piece.text)


def _print_document(found: "IndexedDocument", weak: "Sequence[PageQuality]") -> None:
    from ui.run_text import pages

    fields = _fields(found)
    origins = _origins(found)
    width = max(len(str(fields[key])) for key in origins)
    for key, where in origins.items():
        # What nobody said is shown too: a dash tells an editor what could be set.
        typer.echo(f"{key:11} {fields[key] or '-'!s:{min(width, 48)}}  {where}".rstrip())
    for key in ("document", "revision", "root", "pages", "chunks"):
        typer.echo(f"{key:11} {fields[key]}")
    if weak:
        typer.echo(f"look at     {pages(tuple(weak))}")


def _fields(found: "IndexedDocument") -> dict[str, object]:
    return {**asdict(found), "origins": _origins(found)}


def _origins(found: "IndexedDocument") -> dict[str, str]:
    """Where each value came from, empty where there is none."""
    from ingest.metadata import KEYS

    said = dict(found.origins)
    unsaid = {"title": "the manual itself", "language": "the manual itself", "audience": "default"}
    values = asdict(found)
    return {key: said.get(key) or (unsaid.get(key, "") if values[key] else "") for key in KEYS}


@documents_app.command()
def remove(documents: NamesArgument) -> None:
    """Remove manuals from the index. `manualdesk documents restore` brings them back."""
    from pathlib import Path

    from ingest.recorded import remove_documents
    from serving.compose import build_place
    from ui.reviews import tell_of_reviews

    place = build_place(load_settings())
    known = {document.document: document for document in indexed_documents()}
    for document in documents:
        if document not in known:
            raise not_indexed(document)
    published = remove_documents(place, documents)
    tell_of_reviews(place)
    typer.echo(f"{len(documents)} removed; {published.documents} manuals, {published.chunks} chunks left")
    for document in documents:
        file = Path(known[document].root, document)
        if file.exists():
            typer.echo(f"{file} is still there: the next ingest of its folder adds it again.", err=True)
