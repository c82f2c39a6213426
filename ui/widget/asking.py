"""A customer's question: it comes in with a session, events leave: where it is looked, the text, the whole answer."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, Event, PassagesFound, TextDelta
from serving.api.access import asker_address
from serving.api.errors import as_json, error_body, unexpected_body
from serving.api.streams import EVENTS, EventStream, begun, while_wanted
from serving.assistant import usable
from serving.conversations.kept import answer_from_json, answer_to_json
from serving.conversations.remembered import Remembered
from serving.conversations.types import Message
from serving.customers.look import spoken
from serving.customers.sessions import Session
from serving.gaps.types import Cause
from ui.widget.customers import Customers
from ui.widget.requests import Question, Rating
from ui.widget.shown import answer_shown, passages_shown
from ui.widget.way import visitor

log = logging.getLogger("manualdesk.widget")
CHANNEL = "widget"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """A question in its conversation."""

    session: Session
    conversation: str
    question: str
    turns: tuple[Turn, ...]


def asking_routes(customers: Customers) -> APIRouter:
    """The routes of questions and ratings."""
    router = APIRouter()

    @router.post("/ask", responses={200: {"content": EVENTS}})
    async def ask(asked: Question, request: Request) -> Response:
        """Server-sent events: `conversation`, `passages`, `delta`s, and `answer` with all of it."""
        session = visitor(request)
        (await asyncio.to_thread(customers.stores)).quotas.question(session.owner, asker_address(request))
        return await while_wanted(request, _answered(customers, session, asked))

    @router.post("/rate")
    async def rate(rating: Rating, request: Request) -> dict[str, bool]:
        """What a customer thinks of an answer; 0 takes it back."""
        session = visitor(request)
        await asyncio.to_thread(_rate, customers, session, rating)
        return {"rated": True}

    return router


async def _answered(customers: Customers, session: Session, asked: Question) -> Response:
    question = usable(asked.question)
    assistant = await customers.backend.assistant()
    talk = await asyncio.to_thread(_begin, customers, session, asked, question)
    events = await begun(
        assistant.stream(question, scope=session.caller.scope, turns=talk.turns, product=session.product)
    )
    return EventStream(_written(customers, talk, events))


def _begin(customers: Customers, session: Session, asked: Question, question: str) -> _Talk:
    """The question is counted and kept. Blocking."""
    stores = customers.stores()
    kept = stores.conversations
    before: Sequence[Message] = ()
    if asked.conversation:
        before = kept.messages(asked.conversation, session.owner)
    stores.quotas.today(session.site)
    conversation = asked.conversation or kept.begin(session.owner, CHANNEL, spoken(asked.language))
    kept.add(conversation, "user", question, owner=session.owner)
    turns = Remembered(before).turns(customers.backend.opens(session.caller.scope))
    return _Talk(session=session, conversation=conversation, question=question, turns=turns)


async def _written(customers: Customers, talk: _Talk, events: AsyncGenerator[Event]) -> AsyncGenerator[str]:
    try:
        yield _event("conversation", {"conversation": talk.conversation})
        async with aclosing(events):
            async for event in events:
                match event:
                    case PassagesFound(passages):
                        yield _event("passages", {"passages": passages_shown(passages)})
                    case TextDelta(text):
                        yield _event("delta", {"text": text})
                    case AnswerDone(answer):
                        yield _event("answer", await asyncio.to_thread(_kept, customers, talk, answer))
    except ManualdeskError as error:
        yield _event("error", {"error": error_body(error, talk.session.caller)})
    except Exception:
        log.exception("answering failed")
        yield _event("error", {"error": unexpected_body()})


def _kept(customers: Customers, talk: _Talk, answer: Answer) -> dict[str, object]:
    """The answer as it is shown, after it was kept and counted. Blocking."""
    stores, session = customers.stores(), talk.session
    message = stores.conversations.add(
        talk.conversation, "assistant", answer.answer, answer_to_json(answer), owner=session.owner
    )
    customers.backend.notes.answered(
        answer,
        channel=CHANNEL,
        scope=session.caller.scope,
        product=session.product,
        conversation=talk.conversation,
        message=message,
    )
    return answer_shown(answer, message, customers.originals_of(session), customers.backend.home)


def _rate(customers: Customers, session: Session, rating: Rating) -> None:
    kept = customers.stores().conversations
    kept.rate(rating.message, session.owner, rating.value, rating.reason, rating.comment)
    if rating.value >= 0:
        return
    message = kept.message(rating.message, session.owner)
    if answered := answer_from_json(message.answer):
        customers.backend.notes.gap(
            answered.answer.question,
            Cause.DISLIKED,
            scope=session.caller.scope,
            product=session.product,
            conversation=message.conversation,
            message=message.id,
            comment=rating.comment or rating.reason,
        )


def _event(name: str, value: dict[str, object]) -> str:
    return f"event: {name}\ndata: {as_json(value)}\n\n"
