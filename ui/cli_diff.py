"""`documents diff`: what the file on disk would add, change and remove in the indexed manual, passage by passage."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import ManualdeskError
from serving.settings import load_settings
from ui.cli_documents import JsonOption, documents_app, indexed_documents, not_indexed

if TYPE_CHECKING:
    from ingest.diff import PassageDiff
    from ingest.recorded import Place
    from ingest.types import SourceFile


def register(_app: typer.Typer) -> None:
    documents_app.command()(diff)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualDiff:
    """What became of one manual. `passages` are listed for changed manuals only."""

    document: str
    state: str
    """`new`, `changed`, `removed`, `failed`."""
    passages: "tuple[PassageDiff, ...]" = ()
    error: str = ""


def diff(
    path: Annotated[Path, typer.Argument(help="A manual or a folder of manuals.")],
    with_name: Annotated[
        str, typer.Option("--with", help="The indexed manual to compare a file with, if not the one of its place.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """What a new revision adds, changes and removes, before it is ingested. Nothing is published."""
    from serving.compose import build_place

    place = build_place(load_settings())
    found = [_with_other(place, path, with_name)] if with_name else list(_differences(place, path))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        for line in _lines(one, coloured=sys.stdout.isatty() and not os.environ.get("NO_COLOR")):
            typer.echo(line)
    if not any(one.passages or one.state != "changed" for one in found):
        typer.echo("No passage differs from what is indexed.")


def _differences(place: "Place", path: Path) -> Iterator[ManualDiff]:
    from ingest.pipeline import Job
    from ingest.recorded import plan_recorded

    plan = plan_recorded(place, Job(paths=(path,), allow_removals=True))
    for document, error in plan.failed:
        yield ManualDiff(document=document, state="failed", error=error.message)
    moved = {name for pair in plan.renamed for name in pair}
    for source in plan.added:
        if source.document not in moved:
            yield ManualDiff(document=source.document, state="new")
    yield from _changes(place, {source.document: source for source in plan.updated})
    for document in plan.removed:
        if document not in moved:
            yield ManualDiff(document=document, state="removed")


def _with_other(place: "Place", path: Path, document: str) -> ManualDiff:
    from ingest.discover import default_root, discover

    if all(known.document != document for known in indexed_documents()):
        raise not_indexed(document)
    found = discover([path], root=default_root([path]))
    if path.is_dir() or len(found.files) != 1:
        reason = found.failed[0][1].message if found.failed else f"{path} is not one manual."
        raise ManualdeskError(reason, hint="Name one file of a format that can be read.")
    return next(_changes(place, {document: found.files[0]}))


def _changes(place: "Place", sources: "dict[str, SourceFile]") -> Iterator[ManualDiff]:
    """The indexed manuals of these names compared with these files."""
    from ingest.diff import compare
    from ingest.index.contract import EVERYTHING
    from ingest.workers import read_all

    if not sources:
        return
    name_of = {source.path: document for document, source in sources.items()}
    index = place.store.open()
    try:
        chunks = {known.document: known.chunks for known in index.documents(EVERYTHING)}
        for file in read_all(list(sources.values()), workers=1):
            document = name_of[file.source.path]
            if file.error is not None:
                yield ManualDiff(document=document, state="failed", error=file.error.message)
                continue
            old = index.span(document, 0, chunks[document], EVERYTHING)
            yield ManualDiff(document=document, state="changed", passages=tuple(compare(old, file.chunks)))
    finally:
        index.close()


def _lines(one: ManualDiff, *, coloured: bool) -> Iterator[str]:
    if one.state != "changed":
        yield typer.style(f"{one.document}: {one.error or one.state}", bold=True)
        return
    if not one.passages:
        return
    counts = Counter(str(found.change) for found in one.passages)
    summary = ", ".join(f"{counts[change]} {change}" for change in ("added", "changed", "removed"))
    yield typer.style(f"{one.document}: passages {summary}", bold=True)
    place = ""
    for found in one.passages:
        here = " > ".join(found.section) + (f" (page {found.page})" if found.page else "")
        if here != place:
            yield typer.style(f"  {here}", dim=True)
            place = here
        yield _passage(found, coloured=coloured)


def _passage(found: "PassageDiff", *, coloured: bool) -> str:
    from ingest.diff import Change

    if found.change is Change.ADDED:
        return typer.style(f"  + {found.new}", fg="green" if coloured else None)
    if found.change is Change.REMOVED:
        return typer.style(f"  - {found.old}", fg="red" if coloured else None)
    return "  ~ " + "".join(_words(part.old, part.new, coloured=coloured) for part in found.words)


def _words(old: str, new: str, *, coloured: bool) -> str:
    if old == new:
        return new
    if not coloured:
        return (f"[-{old}-]" if old else "") + (f"{{+{new}+}}" if new else "")
    gone = typer.style(old, fg="red", strikethrough=True) if old else ""
    return gone + (typer.style(new, fg="green", underline=True) if new else "")
