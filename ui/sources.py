"""Cited documents over HTTP: the original file, and a PDF's page as a picture.

Enters: a document and its revision, as a citation names them. Leaves: the file or a PNG, with headers that keep a
manual's own scripts from running on our origin. Only what the index holds or held, in scope, is served.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from ingest.errors import ManualdeskError
from ingest.index.contract import Scope
from ingest.originals import original_path
from serving.api.access import asker
from ui.backend import Backend
from ui.inner_pictures import picture_in
from ui.pages import Mark, PagePictures

_DRAWN_BY = version("manualdesk")
MOST_MARKS = 400
"""Lines on the densest pages are fewer."""

TYPES = {
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".md": "text/plain",
    ".markdown": "text/plain",
    ".rst": "text/plain",
    ".txt": "text/plain",
    ".csv": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
"""What a browser may show; everything else is handed over as a download."""

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""An HTML manual is shown in an origin of its own, without scripts, forms or requests."""


def original_url(document: str, revision: str, *, page: int | None = None, anchor: str = "") -> str:
    """Where the original opens: a PDF at its page, HTML at its anchor."""
    address = f"/sources/{quote(revision, safe='')}/original/{quote(document)}"
    if is_pdf(document):
        return f"{address}#page={page}" if page else address
    return f"{address}#{quote(anchor)}" if anchor else address


def page_url(document: str, revision: str, page: int, marks: tuple[Mark, ...] = ()) -> str:
    """Where the picture of a PDF's page is."""
    address = f"/sources/{quote(revision, safe='')}/pages/{page}/{quote(document)}"
    written = ";".join(f"{m.left:.1f},{m.top:.1f},{m.right:.1f},{m.bottom:.1f}" for m in marks[:MOST_MARKS])
    return f"{address}?{urlencode({'marks': written}, safe=',;')}" if written else address


def part_url(document: str, revision: str, page: int, part: Mark) -> str:
    """Where the picture of a part of a PDF's page is."""
    written = f"{part.left:.1f},{part.top:.1f},{part.right:.1f},{part.bottom:.1f}"
    return f"{page_url(document, revision, page)}?{urlencode({'part': written}, safe=',')}"


def inner_url(document: str, revision: str, place: int) -> str:
    """Where a picture within the original is, by its place among the file's."""
    return f"/sources/{quote(revision, safe='')}/pictures/{place}/{quote(document)}"


def is_pdf(document: str) -> bool:
    return document.lower().endswith(".pdf")


def source_routes(backend: Backend) -> APIRouter:
    """The routes under /sources."""
    router = APIRouter(prefix="/sources")
    pictures = PagePictures()

    @router.get("/{revision}/original/{document:path}", response_class=Response)
    async def original(revision: str, document: str, request: Request) -> Response:
        found = await asyncio.to_thread(_find, backend, document, revision, asker(request).scope)
        return original_reply(found, document) if isinstance(found, Path) else found

    @router.get("/{revision}/pages/{page:int}/{document:path}", response_class=Response)
    async def page_picture(revision: str, page: int, document: str, request: Request, marks: str = "") -> Response:
        found = await asyncio.to_thread(_find, backend, document, revision, asker(request).scope)
        if not isinstance(found, Path):
            return found
        parsed, parts = _parsed(marks), _parsed(request.query_params.get("part", ""))
        if parsed is None or parts is None or len(parts) > 1 or not is_pdf(document):
            return _missing("bad_request", "That is not a page of a PDF.", HTTPStatus.BAD_REQUEST)
        draw = partial(pictures.draw, found, page, parsed, parts[0] if parts else None)
        return await _picture(request, revision, draw, f"{document} has no page {page}.")

    @router.get("/{revision}/pictures/{place:int}/{document:path}", response_class=Response)
    async def inner(revision: str, place: int, document: str, request: Request) -> Response:
        found = await asyncio.to_thread(_find, backend, document, revision, asker(request).scope)
        if not isinstance(found, Path):
            return found
        draw = partial(picture_in, found, document, place)
        return await _picture(request, f"{revision}-{place}", draw, f"{document} has no such picture.")

    @router.get("/{rest:path}", include_in_schema=False)
    async def nothing_else(rest: str) -> Response:
        # Chainlit, mounted behind these routes, would answer any other address with its page.
        return _missing("not_found", f"There is no source at {rest}.")

    return router


async def _picture(request: Request, name: str, draw: Callable[[], bytes | None], missing: str) -> Response:
    """`name`: what is drawn, while the program that draws is the same; `missing`: what is told where nothing is."""
    # Kept by the browser, but asked for each time: after signing out, or once it is withdrawn, it is not shown.
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{name}-{_DRAWN_BY}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    try:
        picture = await asyncio.to_thread(draw)
    except ManualdeskError as error:
        return _missing("unreadable", error.message)
    if picture is None:
        return _missing("not_found", missing)
    return Response(picture, media_type="image/png", headers=headers)


def _find(backend: Backend, document: str, revision: str, scope: Scope) -> Path | Response:
    """The kept original, or the reply that says why there is none. Raises IndexUnusable and RecordsUnusable."""
    if not backend.may_open(document, revision, scope):
        return _missing("not_found", f"{document} is not known at this revision.")
    path = original_path(backend.home, revision, document)
    if path is None:
        return _missing("not_found", f"The original of {document} is no longer kept.", hint="manualdesk ingest")
    return path


def original_reply(path: Path, document: str, *, name: str = "") -> Response:
    """The file as a browser may have it; `name`: another one than its own to save it under."""
    kind = TYPES.get(PurePosixPath(document).suffix.lower())
    shown = quote(name or PurePosixPath(document).name)
    headers = {"Content-Disposition": f"{'inline' if kind else 'attachment'}; filename*=UTF-8''{shown}"}
    if kind == "application/pdf":
        # Chromium does not show a sandboxed PDF; its viewer runs no script on our origin anyway.
        headers["Content-Security-Policy"] = "frame-ancestors 'none'"
    else:
        headers["Content-Security-Policy"] = SANDBOX
    if kind == "text/plain" and _is_utf8(path):
        kind = "text/plain; charset=utf-8"
    reply = FileResponse(path, media_type=kind or "application/octet-stream", headers=headers)
    if kind == "text/html":
        # A page names its own encoding; the charset that Starlette adds would overrule it.
        reply.headers["Content-Type"] = "text/html"
    return reply


def _is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(marks: str) -> tuple[Mark, ...] | None:
    """`left,top,right,bottom;...` as rectangles; None for anything else."""
    found = []
    for written in filter(None, marks.split(";")):
        try:
            left, top, right, bottom = map(float, written.split(","))
        except ValueError:
            return None
        if not (0 <= left <= right < 20000 and 0 <= top <= bottom < 20000):
            return None
        found.append(Mark(left, top, right, bottom))
    return tuple(found) if len(found) <= MOST_MARKS else None


def _missing(kind: str, message: str, status: HTTPStatus = HTTPStatus.NOT_FOUND, hint: str = "") -> JSONResponse:
    return JSONResponse({"error": {"type": kind, "message": message, "hint": hint}}, status_code=status)
