"""`/desk/documents/NAME/chunks`: what is searched of a manual, chunk by chunk, beside the page it was read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ReadError
from ingest.index.contract import IndexedDocument
from ingest.originals import original_path
from ingest.types import Box, Chunk
from serving.keys import Caller
from ui.editing.editors import Editors
from ui.pages import page_size
from ui.sources import is_pdf, original_url, page_url
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page

A_PAGE: Final = 20
"""Chunks shown at once of a manual without pages."""
COLOURS: Final = 6
"""Neighbouring chunks differ in colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A chunk in the list."""

    chunk: Chunk
    number: int
    """As people count, from 1, in the whole manual."""
    boxes: tuple[Box, ...]
    """On the page that is shown."""

    @property
    def colour(self) -> int:
        return self.chunk.ordinal % COLOURS

    @property
    def embedded(self) -> str:
        """What goes before its text where it is embedded: title and headings."""
        whole = self.chunk.embed_text
        return whole.removesuffix(self.chunk.text).strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as a picture, in points."""

    address: str
    width: float
    height: float


def chunk_routes(editors: Editors) -> APIRouter:
    """The page."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/desk/documents/{document:path}/chunks")
    def chunks(document: str, request: Request, page: int = 1) -> Response:
        return _page(editors, request, document, page)

    return router


def _page(editors: Editors, request: Request, document: str, number: int) -> Response:
    caller = editor(request)
    known = editors.document(document, caller.scope)
    if known.pages:
        number, last = min(max(1, number), known.pages), known.pages
        found: Sequence[Chunk] = [each for each in editors.chunks(document, caller.scope) if number in each.pages]
        sheet = _sheet(editors, known, number)
    else:
        last = max(1, -(-known.chunks // A_PAGE))
        number = min(max(1, number), last)
        found, sheet = _some(editors, document, (number - 1) * A_PAGE, caller), None
    with editors.records() as records:
        quality = {each.page: each for each in records.quality(document, known.revision)}
    return page(
        request,
        "editing/chunks.html",
        known=known,
        number=number,
        last=last,
        sheet=sheet,
        shown=[_shown(chunk, number) for chunk in found],
        quality=quality.get(number if known.pages else 0),
        original=original_url(document, known.revision, page=number if known.pages else None),
    )


def _some(editors: Editors, document: str, first: int, caller: Caller) -> Sequence[Chunk]:
    with editors.index() as index:
        return index.span(document, first, first + A_PAGE - 1, caller.scope)


def _shown(chunk: Chunk, page_number: int) -> Shown:
    boxes = tuple(box for box in chunk.boxes if box.page == page_number)
    return Shown(chunk=chunk, number=chunk.ordinal + 1, boxes=boxes)


def _sheet(editors: Editors, known: IndexedDocument, number: int) -> Sheet | None:
    path: Path | None = original_path(editors.backend.home, known.revision, known.document)
    if path is None or not is_pdf(known.document):
        return None
    try:
        size = page_size(path, number)
    except ReadError:
        return None
    return Sheet(page_url(known.document, known.revision, number), *size) if size else None
