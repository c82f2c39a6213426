"""`/desk/search`: what readers would be shown for a question, and why; by the path that answers them, without a model.

An address holds all that was asked, so that it can be sent to a colleague.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError
from ingest.index.contract import Scope
from ingest.types import Audience
from serving.answer import Answer
from serving.keys import Caller
from ui.backend import Backend
from ui.curating.openings import original_of
from ui.traced import STAGES, told
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page

if TYPE_CHECKING:
    from retrieval.retriever import Retriever


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A test as its address has it."""

    q: str
    who: str
    """`public` or `internal`: as a customer or as staff."""
    only: str
    """The one product that its reader may read; empty: all."""
    product: str
    """Of the page that it is asked on."""
    document: str
    """A manual that was expected."""

    def scope(self, caller: Caller) -> Scope:
        """Never more than the editor may read."""
        audience = Audience.PUBLIC if self.who == str(Audience.PUBLIC) else caller.audience
        return Scope(audience=audience, products=caller.narrowed(self.only).products)


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of it."""

    answer: Answer
    refuse_below: float
    whereabouts: str


def search_routes(backend: Backend) -> APIRouter:
    """One page."""
    router = APIRouter(prefix="/desk/search", route_class=PageRoute)

    @router.get("")
    async def search(
        request: Request, *, q: str = "", who: str = "internal", only: str = "", product: str = "", document: str = ""
    ) -> Response:
        """A form, and below it what was found."""
        caller = editor(request)
        asked = Asked(q=q.strip(), who=who, only=only.strip(), product=product.strip(), document=document.strip())
        tested, error = None, None
        if asked.q:
            try:
                retriever = cast("Retriever", await backend.retriever())
                tested = await asyncio.to_thread(_tested, retriever, asked, asked.scope(caller))
            except ManualdeskError as found:
                error = found
        products = await asyncio.to_thread(backend.products, caller.scope)
        return page(
            request,
            "curating/search.html",
            asked=asked,
            tested=tested,
            trace=tested.answer.trace if tested else None,
            error=error,
            products=products,
            told=told,
            stages=STAGES,
            original=original_of,
        )

    return router


def _tested(retriever: "Retriever", asked: Asked, scope: Scope) -> Tested:
    from retrieval.confidence import calibration
    from retrieval.query import Retrieval
    from serving.assistant import Assistant

    below = calibration().refuse_below
    answer = Assistant(retriever, refuse_below=below).ask(asked.q, scope=scope, product=asked.product)
    where = ""
    if asked.document and answer.trace:
        searched = Retrieval(
            question=answer.trace.rewritten,
            language=answer.trace.language,
            passages=(),
            confidence=0.0,
            milliseconds=0.0,
        )
        where = retriever.whereabouts(searched, asked.document, scope=scope)
    return Tested(answer, below, where)
