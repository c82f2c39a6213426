"""`/v1/documents`: editors list, upload and remove manuals. What is uploaded is searched after the next ingest."""

import asyncio
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from ingest.errors import NothingPublished
from ingest.index.contract import EVERYTHING, IndexedDocument, Scope
from ingest.recorded import remove_documents
from serving.api.access import asker
from serving.api.after_publish import after_publish
from serving.api.audited import audited
from serving.api.errors import Conflict, NotFound
from serving.api.needs import Desk
from serving.api.schemas import Name
from serving.api.uploads import Uploaded, Uploads
from serving.keys import Role


def document_routes(desk: Desk, uploads: Uploads) -> APIRouter:
    """The routes of manuals; all of them for editors."""
    router = APIRouter(prefix="/v1/documents", tags=["manuals"])

    @router.get("")
    async def listed(request: Request) -> Response:
        """All indexed manuals that the key may read, by name."""
        caller = asker(request)
        caller.require(Role.EDITOR, "To list manuals")
        found = await asyncio.to_thread(_indexed, desk, caller.scope)
        return JSONResponse({"documents": [_fields(document) for document in found]})

    @router.post("", status_code=201)
    async def upload(
        request: Request,
        file: Annotated[UploadFile, File(description="The manual, or a `manual.toml` that tells of its folder.")],
        path: Annotated[
            Name, Form(description="Its name, with folders: <product>/<language>/guide.pdf. Empty: the file's own.")
        ] = "",
    ) -> Response:
        """Keep a manual for the next ingest; one of the same name is replaced. See POST /v1/ingest."""
        caller = asker(request)
        caller.require(Role.EDITOR, "To upload manuals")
        name = path or file.filename or ""
        taken = await asyncio.to_thread(_take, desk, uploads, name, file.file)
        await asyncio.to_thread(audited, desk, request, "document.uploaded", taken.document, size=taken.size)
        return JSONResponse(asdict(taken), status_code=201)

    @router.delete("/{document:path}")
    async def remove(document: str, request: Request) -> Response:
        """Remove a manual from the index, and its file where it was uploaded."""
        caller = asker(request)
        caller.require(Role.EDITOR, "To remove manuals")
        removed = await asyncio.to_thread(_remove, desk, uploads, document, caller.scope)
        await asyncio.to_thread(audited, desk, request, "document.removed", document)
        await asyncio.to_thread(after_publish, desk)
        return JSONResponse(removed)

    return router


def _indexed(desk: Desk, scope: Scope) -> list[IndexedDocument]:
    """As it is this moment: what readers have open may be a second old, too old for who has just changed it."""
    with suppress(NothingPublished), closing(desk.place().store.open()) as index:
        return index.documents(scope)
    return []


def _find(desk: Desk, document: str, scope: Scope) -> IndexedDocument | None:
    return next((known for known in _indexed(desk, scope) if known.document == document), None)


def _fields(document: IndexedDocument) -> dict[str, object]:
    fields = {**asdict(document), "origins": dict(document.origins)}
    del fields["signature"]  # ours, and nothing that tells an editor anything
    return fields


def _take(desk: Desk, uploads: Uploads, name: str, source: BinaryIO) -> Uploaded:
    known = _find(desk, name, EVERYTHING)
    if known is not None and known.root != str(uploads.folder):
        raise Conflict(
            f"{name} is indexed from {known.root}.", hint="Change the file there, or upload it under another name."
        )
    return uploads.take(name, source)


def _remove(desk: Desk, uploads: Uploads, document: str, scope: Scope) -> dict[str, object]:
    known = _find(desk, document, scope)
    if known is None:
        if not uploads.remove(document):
            raise NotFound(f"There is no manual {document}.", hint="GET /v1/documents lists them.")
        return {"removed": document, "indexed": False, "file": "deleted"}
    left = remove_documents(desk.place(), [document])
    if known.root == str(uploads.folder):
        file = "deleted" if uploads.remove(document) else "gone"
    else:
        # Not ours to delete; whoever laid it there may want it elsewhere.
        there = Path(known.root, document).exists()
        file = "still there: the next ingest of its folder adds it again" if there else "gone"
    return {
        "removed": document,
        "indexed": True,
        "file": file,
        "documents": left.documents,
        "chunks": left.chunks,
        "generation": left.generation,
    }
