"""`/desk/documents`: the list of manuals, and everything about one of them."""

from dataclasses import asdict, dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.index.contract import IndexedDocument
from ingest.metadata import KEYS
from ingest.originals import original_path
from ingest.records.types import KnownRevision
from ingest.types import PageQuality
from serving.keys import Caller
from serving.stored.types import CuratedAnswer
from ui.editing.editors import Editors
from ui.editing.listing import Wanted, listed
from ui.sources import original_url
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page

MOST_PAGES: Final = 100
"""Weak pages that a manual's page lists."""
COLUMNS: Final = (
    ("title", "Title"),
    ("product", "Product"),
    ("audience", "Audience"),
    ("language", "Language"),
    ("pages", "Pages"),
    ("chunks", "Chunks"),
    ("quality", "Quality"),
    ("ingested", "Last ingest"),
)
_UNSAID: Final = {"title": "the manual itself", "language": "the manual itself", "audience": "default"}


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a manual under one key, and who said it."""

    key: str
    value: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Everything about one manual."""

    known: IndexedDocument
    facts: tuple[Fact, ...]
    weak: tuple[PageQuality, ...]
    more_weak: int
    """Weak pages beyond those."""
    score: float
    revisions: tuple[KnownRevision, ...]
    kept: frozenset[str]
    """Revisions whose original is kept."""
    answers: tuple[CuratedAnswer, ...]
    waits: bool
    """Is there a newer file that waits to be published?"""
    uploaded: bool


def document_routes(editors: Editors) -> APIRouter:
    """The pages."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/desk/documents")
    def listing(request: Request) -> Response:
        caller = editor(request)
        wanted = Wanted.of(request.query_params)
        documents = editors.documents(caller.scope)
        with editors.records() as records:
            found = listed(documents, records, wanted)
        waiting = len(editors.staging.waiting.names())
        return page(request, "editing/documents.html", found=found, wanted=wanted, columns=COLUMNS, waiting=waiting)

    @router.get("/desk/documents/{document:path}")
    def one(document: str, request: Request) -> Response:
        caller = editor(request)
        about = _all_about(editors, document, caller)
        return page(request, "editing/document.html", about=about, original=original_url)

    return router


def _all_about(editors: Editors, name: str, caller: Caller) -> About:
    known = editors.document(name, caller.scope)
    with editors.records() as records:
        weak = records.quality(name, known.revision)
        summed = records.weaknesses().get((name, known.revision))
        revisions = records.revisions(name)
    home = editors.backend.home
    return About(
        known=known,
        facts=facts(known),
        weak=weak[:MOST_PAGES],
        more_weak=max(0, len(weak) - MOST_PAGES),
        score=summed.score(known.pages) if summed else 1.0,
        revisions=tuple(revisions),
        kept=frozenset(each.revision for each in revisions if original_path(home, each.revision, name)),
        answers=_standing_on(editors, name),
        waits=editors.staging.find(name) is not None,
        uploaded=known.root == str(editors.staging.published.folder),
    )


def facts(known: IndexedDocument) -> tuple[Fact, ...]:
    """What can be said of a manual, said or not: what nobody said shows an editor what could be."""
    said, values = dict(known.origins), asdict(known)
    return tuple(
        Fact(key, str(values[key] or ""), said.get(key) or (_UNSAID.get(key, "") if values[key] else ""))
        for key in KEYS
    )


def _standing_on(editors: Editors, name: str) -> tuple[CuratedAnswer, ...]:
    """Curated answers that quote it."""
    from serving.stored.book import FILE, CuratedBook

    if not (editors.backend.home / FILE).exists():
        return ()
    book = CuratedBook(editors.backend.home)
    try:
        return tuple(each for each in book.all() if any(ground.document == name for ground in each.grounds))
    finally:
        book.close()
