"""One question in the chat: the assistant's events come in, a message that grows on the page leaves, and is stored.

The found places are shown as soon as they are found, above where the text will be; the foot comes with the whole
answer. So nothing that is on the page moves while the text grows.
"""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field

import chainlit as cl

from ingest.errors import RecordsUnusable
from ingest.index.contract import Scope
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, PassagesFound, TextDelta
from serving.conversations.kept import KeptAnswer, Place, answer_to_json
from serving.conversations.remembered import Remembered
from serving.conversations.store import Conversations
from serving.conversations.types import Choices, NoConversation
from serving.keys import Caller
from ui.backend import Backend
from ui.chat.elements import Element, Shelf, foot, head, marks, sources_of
from ui.chat.offers import narrowed, offers
from ui.panel import shown_text
from ui.wording import Wording

log = logging.getLogger("manualdesk.chat")


@dataclass(slots=True)
class Reply:
    """The message that answers, and to whom."""

    message: cl.Message
    asked: cl.Message
    caller: Caller
    choices: Choices
    wording: Wording
    sent: bool = field(default=False, init=False)
    found: tuple[Place, ...] = field(default=(), init=False)
    """Where the passages are that the answer is made of."""

    @property
    def conversation(self) -> str:
        return self.asked.thread_id


async def answered(backend: Backend, reply: Reply, spoken: Remembered) -> Answer:
    """Pass the assistant's events on to the page, and keep what was said; returns the whole answer.

    Raises ManualdeskError. A database that is down keeps nobody from an answer: it is not stored then.
    """
    stored = await asyncio.to_thread(_begin, backend, reply)
    if stored:
        # A page whose connection was lost gets the conversation again: it missed what was said meanwhile.
        cl.context.session.thread_id_to_resume = reply.conversation
    turns = await asyncio.to_thread(spoken.turns, backend.opens(reply.caller.scope))
    # What pages are shown of is looked up while the manuals are searched.
    looked_up = asyncio.create_task(asyncio.to_thread(_shelf, backend, reply))
    try:
        answer = await _streamed(backend, reply, turns, looked_up)
        shelf = await looked_up
    finally:
        looked_up.cancel()
    sources = await asyncio.to_thread(sources_of, answer, reply.wording, shelf)
    kept = KeptAnswer(answer=answer, scope=reply.choices.to_json())
    below = await asyncio.to_thread(foot, reply.message.id, kept, sources, reply.wording, backend.home, fresh=True)
    reply.message.content = shown_text(answer, reply.wording)
    # Stored first: what can be done with an answer asks for it by its id.
    if stored:
        await asyncio.to_thread(_store, backend, reply, answer)
    reply.message.elements = [*reply.message.elements, *_of(reply, [below, *marks(sources)])]  # type: ignore[list-item]
    await _show(reply)
    backend.notes.answered(
        answer,
        channel="chat",
        scope=reply.caller.scope,
        product=reply.choices.product,
        conversation=reply.conversation,
        message=reply.message.id,
    )
    return answer


def _begin(backend: Backend, reply: Reply) -> bool:
    """Store the question; whether it could be. Raises NoConversation for somebody else's."""
    owner = reply.caller.owner
    try:
        store = Conversations(backend.database())
        store.begin(owner, "chat", reply.wording.language, reply.choices, id=reply.conversation)
        store.add(reply.conversation, "user", reply.asked.content, owner=owner, id=reply.asked.id)
    except RecordsUnusable as error:
        log.warning("a question could not be stored: %s", error.message)
        return False
    return True


def _shelf(backend: Backend, reply: Reply) -> Shelf:
    return Shelf(home=backend.home, documents=tuple(backend.index().documents(reply.caller.scope)))


def _scope(backend: Backend, reply: Reply) -> Scope:
    """What is searched: what the caller may read, within what they chose."""
    whole = reply.caller.scope
    return narrowed(whole, reply.choices, offers(backend.index(), whole)) if reply.choices.any else whole


async def _streamed(backend: Backend, reply: Reply, turns: tuple[Turn, ...], shelf: "asyncio.Task[Shelf]") -> Answer:
    message = reply.message
    if not backend.ready:
        await message.stream_token(reply.wording.loading)
    assistant = await backend.assistant()
    if message.content:
        await message.stream_token(" ", is_sequence=True)
        message.content = ""
    done: Answer | None = None
    scope = await asyncio.to_thread(_scope, backend, reply)
    events = assistant.stream(reply.asked.content, scope=scope, turns=turns, product=reply.choices.model)
    async with aclosing(events):
        async for event in events:
            match event:
                case PassagesFound(passages):
                    reply.found = tuple((passage.document, passage.revision) for passage in passages)
                    if passages:
                        above = await asyncio.to_thread(head, passages, reply.wording, await shelf)
                        message.elements = _of(reply, [above])  # type: ignore[assignment]
                        await _show(reply)
                case TextDelta(text):
                    await message.stream_token(text)
                case AnswerDone(answer):
                    done = answer
    if done is None:
        raise RuntimeError("the assistant's stream ended without an answer")
    if done.refused:
        await _without_places(reply)
    return done


async def _without_places(reply: Reply) -> None:
    """A refusal stands on nothing: places beside it would say otherwise."""
    for element in reply.message.elements:
        await element.remove()  # type: ignore[no-untyped-call]
    reply.message.elements = []


def _store(backend: Backend, reply: Reply, answer: Answer) -> None:
    written, owner = answer_to_json(answer, explain=True, scope=reply.choices.to_json()), reply.caller.owner
    try:
        store = Conversations(backend.database())
        store.add(reply.conversation, "assistant", answer.answer, written, owner=owner, id=reply.message.id)
    except (RecordsUnusable, NoConversation) as error:  # deleted meanwhile, say: the answer is there all the same
        log.warning("an answer could not be stored: %s", error.message)


def _of(reply: Reply, elements: list[Element]) -> list[cl.CustomElement]:
    return [
        cl.CustomElement(
            id=f"{reply.message.id}-{each.key}",
            name=each.name,
            display=each.display,  # type: ignore[arg-type]
            url=each.url,
            props=each.props,
        )
        for each in elements
    ]


async def _show(reply: Reply) -> None:
    """Send the message as it is now, in place of what is on the page of it."""
    message = reply.message
    if reply.sent or message.streaming:
        await message.update()  # type: ignore[no-untyped-call]
    else:
        await message.send()  # type: ignore[no-untyped-call]
    reply.sent = True
