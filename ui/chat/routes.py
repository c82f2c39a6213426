"""What the buttons around an answer call, under `/desk/chat`: JSON in, JSON out, for the owner of the message alone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from ingest.errors import IndexUnusable
from serving.answer import Answer
from serving.api.access import asker
from serving.conversations.kept import KeptAnswer, answer_from_json
from serving.conversations.readable import trace_within
from serving.conversations.store import LONGEST_COMMENT, Conversations
from serving.conversations.types import Message, NoConversation
from serving.gaps.types import Cause
from serving.keys import Caller, Role
from ui.backend import Backend
from ui.chat.offers import offers
from ui.chat.texts import BAR, CORRECT, TICKET, WHY, texts_in
from ui.chat.threads import WITHDRAWN
from ui.chat.ticket import LANGUAGES, ticket_language, ticket_text
from ui.chat.why import why
from ui.web.rendering import PageRoute
from ui.web.texts import LANGUAGES as INTERFACE_LANGUAGES
from ui.web.texts import language_of

T = TypeVar("T")


class Rating(BaseModel):
    """What the reader thinks of an answer."""

    value: Annotated[int, Field(ge=-1, le=1)]
    reason: Annotated[str, Field(max_length=32)] = ""
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""


class Correction(BaseModel):
    """An answer as it should be, or what is wrong with it."""

    answer: Annotated[str, Field(max_length=20_000)]
    note: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""


def chat_routes(backend: Backend) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/desk/chat", route_class=PageRoute)
    _add_bar(router, backend)
    _add_readings(router, backend)

    @router.post("/messages/{message}/rating")
    async def rate(message: str, rating: Rating, request: Request) -> Response:
        """Thumbs, with a reason."""

        def rated(store: Conversations, caller: Caller) -> None:
            store.rate(message, caller.owner, rating.value, rating.reason, rating.comment)
            if rating.value < 0:
                said = ": ".join(filter(None, (rating.reason, rating.comment)))
                _note_gap(backend, caller, _answered(store, message, caller), Cause.DISLIKED, said)

        await _own(backend, request, rated)
        return JSONResponse({"rated": rating.value})

    @router.get("/messages/{message}/correction")
    async def correctable(message: str, request: Request) -> Response:
        """The answer to edit."""
        found = await _own(backend, request, lambda store, caller: _readable(backend, store, message, caller))
        texts = texts_in(CORRECT, language_of(request))
        return JSONResponse({"answer": "" if found.kept.answer.refused else found.kept.answer.answer, "texts": texts})

    @router.post("/messages/{message}/correction")
    async def correct(message: str, correction: Correction, request: Request) -> Response:
        """A draft for the editors, and the question noted as a gap."""

        def drafted(store: Conversations, caller: Caller) -> int:
            found = _answered(store, message, caller)
            number = _draft(backend, found.kept, correction, caller)
            _note_gap(backend, caller, found, Cause.ESCALATED, correction.note)
            return number

        return JSONResponse({"draft": await _own(backend, request, drafted)})

    return router


def _add_readings(router: APIRouter, backend: Backend) -> None:
    @router.get("/messages/{message}/ticket")
    async def ticket(message: str, request: Request, language: Annotated[str, Query(max_length=8)] = "") -> Response:
        """The answer to paste into a ticket."""
        found = await _own(backend, request, lambda store, caller: _readable(backend, store, message, caller))
        line, category = await asyncio.to_thread(_labels, backend, found.kept.answer)
        chosen = ticket_language(found.kept.answer.question, language)
        return JSONResponse(
            {
                "text": ticket_text(found.kept.answer, chosen),
                "language": chosen,
                "languages": LANGUAGES,
                "product_line": line,
                "category": category,
                "texts": texts_in(TICKET, language_of(request)),
            }
        )

    @router.get("/messages/{message}/why")
    async def explain(message: str, request: Request) -> Response:
        """How the answer came about."""

        def found(store: Conversations, caller: Caller) -> KeptAnswer:
            kept = _readable(backend, store, message, caller).kept
            return replace(kept, trace=trace_within(kept.trace, backend.listed(caller.scope)))

        language = language_of(request)
        kept = await _own(backend, request, found)
        return JSONResponse({**why(kept, language), "texts": texts_in(WHY, language)})


async def _own(backend: Backend, request: Request, work: Callable[[Conversations, Caller], T]) -> T:
    """What the work returns for the caller, in a thread. Raises Forbidden for customers."""
    caller = asker(request)
    caller.require(Role.AGENT, "The agents' chat")
    return await asyncio.to_thread(lambda: work(Conversations(backend.database()), caller))


def _add_bar(router: APIRouter, backend: Backend) -> None:
    @router.get("/bar")
    async def bar(request: Request) -> Response:
        """What the pickers offer, and who is here."""
        caller, language = asker(request), language_of(request)
        caller.require(Role.AGENT, "The agents' chat")
        known = await asyncio.to_thread(_offered, backend, caller)
        return JSONResponse(
            {
                "offers": known,
                "texts": texts_in(BAR, language),
                "language": language,
                "languages": INTERFACE_LANGUAGES,
                "manual_languages": texts_in(_MANUAL_LANGUAGES, language),
                "name": caller.shown_name,
                "signed_in": bool(caller.person),
                "editor": caller.role.covers(Role.EDITOR),
            },
            headers={"Cache-Control": "no-store"},
        )


_MANUAL_LANGUAGES = {
    "en": "English",
    "zh": "Chinese",
    "de": "German",
    "fr": "French",
    "ja": "Japanese",
    "es": "Spanish",
}


def _offered(backend: Backend, caller: Caller) -> list[dict[str, object]]:
    try:
        found = offers(backend.index(), caller.scope)
    except IndexUnusable:
        return []
    # 2,039 manuals are 245 choices.
    return [offer.to_json() for offer in dict.fromkeys(replace(offer, document="") for offer in found)]


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer of the caller's."""

    store: Conversations
    message: Message
    kept: KeptAnswer


def _answered(store: Conversations, message: str, caller: Caller) -> _Found:
    """Raises NoConversation."""
    found = store.message(message, caller.owner)
    kept = answer_from_json(found.answer) if found.answer else None
    if kept is None:
        raise NoConversation("There is no such answer.", hint="It may have been deleted, or have expired.")
    return _Found(store, found, kept)


def _readable(backend: Backend, store: Conversations, message: str, caller: Caller) -> _Found:
    """As `_answered`; also raises NoConversation for one from manuals that the caller may not open any more."""
    found = _answered(store, message, caller)
    if not all(backend.may_open(each.document, each.revision, caller.scope) for each in found.kept.answer.citations):
        raise NoConversation(WITHDRAWN)
    return found


def _note_gap(backend: Backend, caller: Caller, found: "_Found", cause: Cause, said: str) -> None:
    product = found.store.conversation(found.message.conversation, caller.owner).choices.product
    backend.notes.gap(
        found.kept.answer.question,
        cause,
        scope=caller.scope,
        product=product,
        conversation=found.message.conversation,
        message=found.message.id,
        comment=said,
    )


def _labels(backend: Backend, answer: Answer) -> tuple[str, str]:
    from serving.gaps.labels import Labels, suggest

    return suggest(Labels(backend.database()).all(), answer.question, answer)


def _draft(backend: Backend, kept: KeptAnswer, correction: Correction, caller: Caller) -> int:
    from serving.gaps.drafts import draft
    from serving.stored.book import CuratedBook
    from serving.stored.standing import kept_citations

    # An answer that only says what is wrong is kept as it was given, with the note beside it.
    text = correction.answer.strip() or kept.answer.answer
    book = CuratedBook(backend.home)
    try:
        made = draft(
            book,
            kept.answer.question,
            text,
            by=caller.byline,
            note=correction.note,
            citations=kept_citations(kept.answer.citations),
        )
    finally:
        book.close()
    return made.number
