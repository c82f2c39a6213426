"""`/v1/search` and `/v1/ask`: a question comes in, passages or a cited answer go out, whole or as they come."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ingest.errors import ManualdeskError
from retrieval.query import Retrieval
from serving.answer import Answer, AnswerDone, Event, PassagesFound, TextDelta
from serving.api.access import asker
from serving.api.errors import as_json, error_body, unexpected_body
from serving.api.needs import Desk
from serving.api.noting import noted
from serving.api.schemas import AnswerReply, AskRequest, SearchReply, SearchRequest
from serving.api.streams import EVENTS, EventStream, begun, while_wanted
from serving.assistant import usable
from serving.keys import Caller, Role

log = logging.getLogger("manualdesk.api")


def ask_routes(desk: Desk) -> APIRouter:
    """The routes of questions."""
    router = APIRouter(prefix="/v1", tags=["questions"])

    @router.post("/search", responses={200: {"model": SearchReply}})
    async def search(asked: SearchRequest, request: Request) -> Response:
        """Passages that fit a question, best first."""
        return await while_wanted(request, _found(desk, asked, _allowed(request, explain=asked.explain)))

    @router.post("/ask", responses={200: {"model": AnswerReply, "content": EVENTS}})
    async def ask(asked: AskRequest, request: Request) -> Response:
        """A cited answer; with `stream` as server-sent events: `passages`, `delta`s, and `answer` with all of it."""
        caller = _allowed(request, explain=asked.explain)
        return await while_wanted(request, _answered(desk, asked, caller))

    return router


def _allowed(request: Request, *, explain: bool) -> Caller:
    caller = asker(request)
    if explain:
        caller.require(Role.AGENT, "To see how passages were found")
    return caller


async def _found(desk: Desk, asked: SearchRequest, caller: Caller) -> Response:
    question = usable(asked.question)
    retriever = await desk.retriever()
    retrieve = partial(
        retriever.retrieve,
        question,
        scope=caller.narrowed(asked.product),
        turns=asked.earlier(),
        limit=asked.limit,
        product=asked.page_product,
    )
    found: Retrieval = await asyncio.to_thread(retrieve)
    explained = {"trace": found.trace.to_json()} if asked.explain and found.trace else {}
    passages = [passage.to_json() for passage in found.passages]
    return JSONResponse({"passages": passages, "ms": round(found.milliseconds, 1), **explained})


async def _answered(desk: Desk, asked: AskRequest, caller: Caller) -> Response:
    assistant = await desk.assistant()
    scope, product = caller.narrowed(asked.product), asked.page_product
    answering = assistant.stream(asked.question, scope=scope, turns=asked.earlier(), product=product)
    events = await begun(noted(answering, desk, scope, product))
    if asked.stream:
        return EventStream(_written(events, caller, explain=asked.explain))
    return JSONResponse((await whole(events)).to_json(explain=asked.explain))


async def whole(events: AsyncGenerator[Event]) -> Answer:
    """The answer that the events end with."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, AnswerDone):
                return event.answer
    raise RuntimeError("the assistant's stream ended without an answer")


async def _written(events: AsyncGenerator[Event], caller: Caller, *, explain: bool) -> AsyncGenerator[str]:
    try:
        async with aclosing(events):
            async for event in events:
                match event:
                    case PassagesFound(passages):
                        yield _event("passages", {"passages": [passage.to_json() for passage in passages]})
                    case TextDelta(text):
                        yield _event("delta", {"text": text})
                    case AnswerDone(answer):
                        yield _event("answer", answer.to_json(explain=explain))
    except ManualdeskError as error:
        yield _event("error", {"error": error_body(error, caller)})
    except Exception:
        log.exception("answering failed")
        yield _event("error", {"error": unexpected_body()})


def _event(name: str, value: dict[str, object]) -> str:
    return f"event: {name}\ndata: {as_json(value)}\n\n"
