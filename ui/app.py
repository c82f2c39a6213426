"""Chainlit handlers: a question comes in from the page, the assistant's events go out as a message.

Chainlit loads this file by its path, not as a module of `ui`: a relative import would find no package, and nothing can
be passed in; `ui.backend` hands over what answers.
"""

import asyncio
import logging
from dataclasses import dataclass, field

import chainlit as cl
from chainlit.server import sio
from chainlit.session import WebsocketSession

from ingest.errors import ManualdeskError
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, PassagesFound, TextDelta
from serving.memory import bounded
from ui.backend import Backend, reader_scope, running
from ui.panel import Source, shown_text, source_of
from ui.starters import starter_questions
from ui.wording import Wording, error_text, wording_for

log = logging.getLogger("manualdesk.chat")


@dataclass(slots=True)
class Conversation:
    """What one browser tab has said and been told."""

    turns: list[Turn] = field(default_factory=list)

    def add(self, question: str, answer: str) -> None:
        self.turns = bounded([*self.turns, Turn("user", question), Turn("assistant", answer)])


@cl.set_starters
async def starters(_user: cl.User | None = None, language: str | None = None) -> list[cl.Starter]:
    """Questions to begin with, in the browser's language; none where nothing is indexed yet."""
    try:
        documents = await asyncio.to_thread(lambda: running().index().documents(reader_scope()))
    except ManualdeskError:
        return []
    questions = starter_questions(documents, wording_for(language))
    return [cl.Starter(label=label, message=question) for label, question in questions]


@cl.on_chat_start
async def begin() -> None:
    cl.user_session.set("conversation", Conversation())  # type: ignore[no-untyped-call]


@cl.on_message
async def answer_question(asked: cl.Message) -> None:
    """Answer one question; whatever happens ends in a message with a next step."""
    conversation: Conversation = cl.user_session.get("conversation")  # type: ignore[no-untyped-call]
    wording = wording_for(getattr(cl.context.session, "language", None))
    reply = cl.Message(content="")
    try:
        answer = await _stream(asked.content, conversation, reply, wording)
        conversation.add(asked.content, answer.answer)
    except asyncio.CancelledError:
        # The reader pressed stop: what has been said stays, marked as cut short.
        said = reply.content.rstrip()
        conversation.add(asked.content, said)
        reply.content = f"{said}\n\n*{wording.stopped}*".strip()
        await _show(reply)
        raise
    except ManualdeskError as error:
        await _say_error(reply, error_text(error, wording))
    except Exception:
        # The last line of defence: a reader is told in plain words, the operator's log has the traceback.
        log.exception("answering failed")
        await _say_error(reply, wording.failed)


async def _stream(question: str, conversation: Conversation, reply: cl.Message, wording: Wording) -> Answer:
    """Pass the assistant's events on to the page; returns the whole answer."""
    backend = running()
    if not backend.ready:
        await reply.stream_token(wording.loading)
    assistant = await backend.assistant()
    if reply.content:
        await reply.stream_token("", is_sequence=True)
        reply.content = ""
    done: Answer | None = None
    async for event in assistant.stream(question, scope=reader_scope(), turns=tuple(conversation.turns)):
        match event:
            case PassagesFound():
                continue
            case TextDelta(text):
                await reply.stream_token(text)
            case AnswerDone(answer):
                done = answer
    if done is None:
        raise RuntimeError("the assistant's stream ended without an answer")
    reply.content = shown_text(done, wording)
    reply.elements = await _elements(done, backend, wording)  # type: ignore[assignment]
    await _show(reply)
    return done


async def _elements(answer: Answer, backend: Backend, wording: Wording) -> list[cl.CustomElement]:
    """The numbered sources, and the foot of the answer that lists them and opens them beside the chat.

    A source's element is named like its mark, which makes Chainlit link the mark. Its display is `page`: `side` would
    push the panel open by itself, with every source of the conversation in it. The foot opens the panel instead.
    """
    sources = await asyncio.to_thread(_sources, answer, backend, wording)
    foot = cl.CustomElement(
        name="AnswerFoot",
        display="inline",
        url="/public/elements/AnswerFoot.jsx",
        props={
            "sources": sources,
            "heading": wording.sources,
            "notice": answer.notice,
            "label": wording.not_found if answer.refused else "",
            "options": list(answer.clarify.options) if answer.clarify else [],
        },
    )
    marks = [
        cl.CustomElement(
            name=f"[{source['number']}]", display="page", url="/public/elements/SourcePanel.jsx", props=dict(source)
        )
        for source in sources
    ]
    return [foot, *marks]


def _sources(answer: Answer, backend: Backend, wording: Wording) -> list[Source]:
    found = []
    for citation in answer.citations:
        known = backend.find_document(citation.document, citation.revision, reader_scope())
        found.append(source_of(citation, wording, document_pages=known.pages if known else 0, home=backend.home))
    return found


async def _say_error(reply: cl.Message, text: str) -> None:
    reply.content = text
    reply.is_error = True
    await _show(reply)


async def _show(reply: cl.Message) -> None:
    """Send the whole message, in place of its streamed beginning where there is one."""
    if reply.streaming:
        await reply.update()  # type: ignore[no-untyped-call]
    else:
        await reply.send()  # type: ignore[no-untyped-call]


@sio.on("stop")  # type: ignore[untyped-decorator]
async def stop(sid: str) -> None:
    """Stop the answer. Takes the place of Chainlit's own handler, which adds an English message."""
    session = WebsocketSession.get(sid)
    if session and session.current_task:
        session.current_task.cancel()
