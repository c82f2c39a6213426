"""What a customer's answers stand on: the cited page as a picture with its lines marked, and the original.

Enters: a session, and one of its own answers' citations by message and number. Leaves: a picture, or the file under its
title. Which file that is, is never told; whether it may be opened now is asked at each call.
"""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ReadError
from ingest.originals import original_path
from serving.answer import Citation
from serving.api.errors import NotFound
from serving.conversations.kept import answer_from_json
from serving.customers.sessions import Session
from ui.chat.figures import figures_of
from ui.pages import Mark, PagePictures, quoted_lines
from ui.sources import is_pdf, original_reply
from ui.widget.customers import Customers
from ui.widget.shown import PAGES_AROUND
from ui.widget.way import visitor


@dataclass(frozen=True, slots=True)
class _Cited:
    citation: Citation
    path: Path


def original_routes(customers: Customers) -> APIRouter:
    """The routes of cited pages and originals."""
    router = APIRouter()
    pictures = PagePictures()

    @router.get("/sources/{message}/{number:int}/pages/{page:int}", response_class=Response)
    async def page_picture(message: str, number: int, page: int, request: Request) -> Response:
        """A page around the cited one; the cited lines are marked."""
        session = visitor(request)
        return _shown(request, await asyncio.to_thread(_drawn, customers, session, (message, number, page), pictures))

    @router.get("/sources/{message}/figures/{place:int}", response_class=Response)
    async def figure(message: str, place: int, request: Request) -> Response:
        """A figure of a cited page, by its place among the answer's."""
        return _shown(request, await asyncio.to_thread(_figure, customers, visitor(request), message, place))

    @router.get("/originals/{ticket}", response_class=Response)
    async def original(ticket: str) -> Response:
        """The original in a tab of its own."""
        cited = await asyncio.to_thread(_of_ticket, customers, ticket)
        return original_reply(cited.path, cited.citation.document, name=_file_name(cited.citation))

    return router


def _shown(request: Request, picture: bytes) -> Response:
    """A browser keeps it, but asks each time whether it may still be seen."""
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{sha256(picture).hexdigest()[:32]}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(picture, media_type="image/png", headers=headers)


def _drawn(customers: Customers, session: Session, place: tuple[str, int, int], pictures: PagePictures) -> bytes:
    message, number, page = place
    cited = _cited(customers, session, message, number)
    citation = cited.citation
    is_near = citation.page is not None and abs(page - citation.page) <= PAGES_AROUND
    if not is_near or not is_pdf(citation.document):
        raise _no_source()
    boxes = citation.boxes or citation.passage.boxes
    lines = tuple(Mark(box.left, box.top, box.right, box.bottom) for box in boxes if box.page == page)
    try:
        marks = quoted_lines(cited.path, page, lines, citation.quote) if lines and page == citation.page else lines
        picture = pictures.draw(cited.path, page, marks)
    except ReadError:
        picture = None
    if picture is None:
        raise NotFound("There is no such page.", hint="Open the original.")
    return picture


def _figure(customers: Customers, session: Session, message: str, place: int) -> bytes:
    kept = answer_from_json(customers.stores().conversations.message(message, session.owner).answer)
    figures = figures_of(kept.answer.citations, customers.backend.home) if kept else ()
    if not 0 <= place < len(figures):
        raise _no_source()
    chosen = figures[place]
    cited = _cited(customers, session, message, chosen.number)
    try:
        picture = chosen.picture(cited.path)
    except ReadError:
        picture = None
    if picture is None:
        raise _no_source()
    return picture


def _of_ticket(customers: Customers, ticket: str) -> _Cited:
    session, message, number = customers.sessions().read_ticket(ticket)
    return _cited(customers, session, message, number)


def _cited(customers: Customers, session: Session, message: str, number: int) -> _Cited:
    """Raises NotFound: also for what is no longer public, or no longer of a product that the site may read."""
    kept = answer_from_json(customers.stores().conversations.message(message, session.owner).answer)
    citations = kept.answer.citations if kept else ()
    citation = next((each for each in citations if each.number == number), None)
    if citation is None:
        raise _no_source()
    if not customers.backend.may_open(citation.document, citation.revision, session.caller.scope):
        raise _no_source()
    path = original_path(customers.backend.home, citation.revision, citation.document)
    if path is None:
        raise _no_source()
    return _Cited(citation, path)


def _file_name(citation: Citation) -> str:
    """Of the title; the file's own name is for staff."""
    title = "".join(each if each.isalnum() or each in " -_." else " " for each in citation.title)
    return f"{' '.join(title.split())[:100] or 'manual'}{PurePosixPath(citation.document).suffix.lower()}"


def _no_source() -> NotFound:
    return NotFound("There is no such source.", hint="It may have been withdrawn; ask again.")
