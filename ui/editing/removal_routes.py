"""Manuals that editors selected: shown before something is done to them, removed, and brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from ingest.index.contract import IndexedDocument
from ingest.originals import bring_back, original_path
from ingest.pipeline import Job
from ingest.recorded import remove_documents
from ingest.records.types import KnownRevision
from serving.api.after_publish import after_publish
from serving.api.audited import audited
from serving.api.errors import NotFound
from serving.api.redirect import see_other
from ui.editing.editors import Editors, named
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page

Names = Annotated[list[str], Form(default_factory=list)]
Asked = Annotated[list[str], Query(default_factory=list)]


@dataclass(frozen=True, slots=True)
class Removed:
    """A manual that was indexed and is not now."""

    known: KnownRevision
    kept: bool
    """Can it be brought back?"""


def removal_routes(editors: Editors) -> APIRouter:
    """The pages and what they send."""
    router = APIRouter(route_class=PageRoute, prefix="/desk/documents")

    @router.get("/selected")
    def selected(request: Request, document: Asked, action: str = "set") -> Response:
        chosen = _chosen(editors, request, document)
        if action == "remove":
            return page(request, "editing/remove.html", chosen=chosen, there=_still_there(editors, chosen))
        names = [each.document for each in chosen]
        return page(request, "editing/set.html", names=names, pattern="", values={}, cleared=(), preview=None)

    @router.post("/remove")
    def remove(request: Request, document: Names) -> Response:
        _remove(editors, request, _chosen(editors, request, document))
        return see_other("/desk/documents/removed")

    @router.get("/removed")
    def removed(request: Request) -> Response:
        return page(request, "editing/removed.html", removed=_removed(editors, request))

    @router.post("/restore")
    def restore(request: Request, document: Names) -> Response:
        known = {each.known.document: each.known for each in _removed(editors, request)}
        chosen = [known[name] for name in dict.fromkeys(document) if name in known]
        if not chosen:
            raise NotFound("None of these manuals was removed.", hint="See the list of removed manuals.")
        job = _restored(editors, request, chosen)
        return see_other(f"/desk/jobs/{job}")

    return router


def _chosen(editors: Editors, request: Request, names: Sequence[str]) -> list[IndexedDocument]:
    known = {each.document: each for each in editors.documents(editor(request).scope)}
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _remove(editors: Editors, request: Request, chosen: Sequence[IndexedDocument]) -> None:
    """From the index at once, and the file where it was uploaded. Raises NotFound, and IndexUnusable during an
    ingest."""
    if not chosen:
        raise NotFound("None of these manuals is indexed.", hint="They were removed already.")
    remove_documents(editors.place(), [each.document for each in chosen])
    for each in chosen:
        if each.root == str(editors.staging.published.folder):
            editors.staging.published.remove(each.document)
        audited(editors.backend, request, "document.removed", each.document, revision=each.revision)
    after_publish(editors.backend)


def _still_there(editors: Editors, chosen: Sequence[IndexedDocument]) -> tuple[str, ...]:
    """Files that are not ours to delete: the next ingest of their folder adds them again."""
    own = str(editors.staging.published.folder)
    return tuple(
        each.document for each in chosen if each.root and each.root != own and Path(each.root, each.document).exists()
    )


def _removed(editors: Editors, request: Request) -> tuple[Removed, ...]:
    indexed = {each.document for each in editors.documents(editor(request).scope)}
    with editors.records() as records:
        known = records.revisions()
    gone = {each.document: each for each in reversed(known) if each.document not in indexed}
    home = editors.backend.home
    found = [Removed(each, original_path(home, each.revision, name) is not None) for name, each in gone.items()]
    return tuple(sorted(found, key=lambda each: (each.known.last_seen, each.known.document), reverse=True))


def _restored(editors: Editors, request: Request, chosen: Sequence[KnownRevision]) -> str:
    """The id of the last job that brings them back; files come back at once. Raises Conflict before that."""
    names = [known.document for known in chosen]
    with editors.room(request) as submit:
        jobs = [Job(paths=tuple(files), root=root) for root, files in _brought_back(editors, request, chosen).items()]
        return [submit(job, f"restore {named(names)}").id for job in jobs][-1]


def _brought_back(editors: Editors, request: Request, chosen: Sequence[KnownRevision]) -> dict[Path, list[Path]]:
    """The files by their root."""
    roots: dict[Path, list[Path]] = {}
    uploads = editors.staging.published.folder
    for known in chosen:
        root = Path(known.root) if known.root and Path(known.root).is_dir() else uploads
        if root == uploads:
            uploads.mkdir(parents=True, exist_ok=True)
        file = bring_back(editors.backend.home, known.revision, known.document, root)
        roots.setdefault(root, []).append(file)
        audited(editors.backend, request, "document.restored", known.document, revision=known.revision)
    return roots
