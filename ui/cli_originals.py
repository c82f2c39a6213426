"""`documents restore`, `documents prune`: kept originals bring a removed manual back, until they are given up."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import ManualdeskError
from serving.settings import load_settings
from ui.cli_documents import JsonOption, NamesArgument, documents_app, indexed_documents

if TYPE_CHECKING:
    from ingest.recorded import Place
    from ingest.records.types import KnownRevision


def register(_app: typer.Typer) -> None:
    documents_app.command()(restore)
    documents_app.command()(prune)


def restore(
    documents: NamesArgument,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to put the files into, in place of where they lay.")
    ] = None,
) -> None:
    """Bring removed manuals back as they were last indexed: file and index. See `documents list --removed`."""
    from ingest.originals import bring_back
    from serving.compose import build_place

    place = build_place(load_settings())
    roots: dict[Path, list[Path]] = {}
    for known in _removed(place, documents):
        root = to if to is not None else Path(known.root)
        there = (root / known.document).exists()
        file = bring_back(place.home, known.revision, known.document, root)
        typer.echo(f"{file} is there already, and is ingested as it is." if there else f"{file} is back.", err=True)
        roots.setdefault(root, []).append(file)
    for root, files in roots.items():
        _ingest(place, root, files)


def _removed(place: "Place", documents: Sequence[str]) -> "list[KnownRevision]":
    """What was last indexed under these names. Raises ManualdeskError for names that are indexed, or never were."""
    from ingest.recorded import opened_records

    present = {known.document for known in indexed_documents()}
    found = []
    with opened_records(place.home) as records:
        for document in documents:
            if document in present:
                raise ManualdeskError(
                    f"{document} is indexed; there is nothing to restore.",
                    hint="An earlier state of the whole index: manualdesk rollback",
                )
            known = records.revisions(document)
            if not known:
                raise ManualdeskError(
                    f"No manual called {document} was ever indexed here.",
                    hint="See `manualdesk documents list --removed`.",
                )
            found.append(known[0])
    return found


def _ingest(place: "Place", root: Path, files: Sequence[Path]) -> None:
    from ingest.pipeline import Job
    from ingest.recorded import run_recorded
    from ui.cli_ingest import follow
    from ui.run_text import concerns

    report = follow(run_recorded(place, Job(paths=tuple(files), root=root), kind="restore"))
    for line in concerns(report):
        typer.echo(line, err=True)
    typer.echo(f"{len(report.added)} restored; {report.documents} manuals, {report.chunks} chunks")
    if report.failed:
        raise typer.Exit(1)


def prune(
    yes: Annotated[bool, typer.Option("--yes", help="Delete them; without this they are only counted.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete kept originals that neither the index nor a generation kept for a rollback needs any more."""
    from ingest.originals import unneeded
    from ingest.recorded import opened_records
    from serving.compose import build_place

    place = build_place(load_settings())
    with place.store.revisions() as needed, opened_records(place.home) as records:
        found = unneeded(place.home, needed)
        gone = {kept.revision for kept in found}
        lost = [known for known in records.revisions() if known.revision in gone]
        if yes:
            for kept in found:
                kept.path.unlink(missing_ok=True)
            records.forget(lost)
    size = sum(kept.size for kept in found)
    if as_json:
        value = {"originals": len(found), "bytes": size, "documents": sorted({known.document for known in lost})}
        typer.echo(json.dumps({**value, "deleted": yes}, ensure_ascii=False))
        return
    for known in lost:
        typer.echo(f"{known.last_seen[:10]}  {known.revision}  {known.document}")
    did = "deleted" if yes else "can be deleted: add --yes"
    typer.echo(f"{len(found)} originals, {size / 1e6:.1f} MB, {did}")
