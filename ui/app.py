"""Chainlit handlers: a question comes in from the page, the assistant's events go out as a message, and are stored.

Chainlit loads this file by its path, not as a module of `ui`: a relative import would find no package, and nothing can
be passed in; `ui.backend` hands over what answers.
"""

import asyncio
import logging
from typing import cast

import chainlit as cl
from chainlit.server import sio
from chainlit.session import WebsocketSession
from chainlit.socket import connection_successful
from chainlit.types import ThreadDict

from ingest.errors import ManualdeskError
from serving.conversations.kept import Place, unfinished_to_json
from serving.conversations.remembered import Remembered, places_of
from serving.conversations.store import Conversations
from serving.conversations.types import Choices, NoConversation, choices_from
from serving.keys import Caller, Role
from ui.backend import running
from ui.chat.answering import Reply, answered
from ui.chat.data_layer import StoredThreads
from ui.chat.offers import offers, within
from ui.chat.session import choose, chosen, session_caller, session_wording
from ui.chat.under_way import Conversing, Page, UnderWay
from ui.chat_identity import chat_caller
from ui.starters import starter_questions
from ui.wording import error_text, wording_for

log = logging.getLogger("manualdesk.chat")


conversing = Conversing()


@cl.data_layer
def stored_threads() -> StoredThreads:
    return StoredThreads(running())


@cl.set_starters
async def starters(user: cl.User | None = None, language: str | None = None) -> list[cl.Starter]:
    """Questions to begin with, in the browser's language; none where nothing is indexed yet."""
    if user is None:
        return []
    try:
        scope = chat_caller(user.identifier).scope
        documents = await asyncio.to_thread(lambda: running().index().documents(scope))
    except ManualdeskError:
        return []
    questions = starter_questions(documents, wording_for(language))
    return [cl.Starter(label=label, message=question) for label, question in questions]


@cl.on_chat_start
async def begin() -> None:
    """A new conversation starts within what was chosen in the last one."""
    cl.user_session.set("spoken", Remembered())  # type: ignore[no-untyped-call]
    try:
        choices = await asyncio.to_thread(_last_choices, session_caller())
    except ManualdeskError as error:
        log.warning("the last choices could not be read: %s", error.message)
        choices = Choices()
    await _set_choices(choices)


@cl.on_chat_resume
async def resume(thread: ThreadDict) -> None:
    """A stored conversation is shown again, in the language of now, and remembered as it was.

    Also where the page's connection was lost for a while: it may have missed something.
    """
    # First, so that an answer which ends meanwhile is in what is stored, or in what it has said.
    answer = conversing.of(_page())
    if answer is not None:
        answer.join(_page())
    opened = await StoredThreads(running()).opened(thread["id"], session_caller().owner, session_wording())
    thread["steps"], thread["elements"] = opened.steps, opened.elements  # type: ignore[typeddict-item]
    cl.user_session.set("spoken", answer.spoken if answer else Remembered(opened.messages))  # type: ignore[no-untyped-call]
    await _set_choices(opened.conversation.choices)
    if answer is not None:
        answer.add_to(thread)  # Last: what is said after this comes to the page after the thread.


@cl.on_window_message
async def window_message(message: object) -> None:
    """The page's pickers were changed."""
    if not isinstance(message, dict) or message.get("manualdesk") != "choose":
        return
    wanted = message.get("choices")
    choices = choices_from(wanted if isinstance(wanted, dict) else {})
    choose(choices)
    try:
        store = Conversations(await asyncio.to_thread(running().database))
        await asyncio.to_thread(store.choose, cl.context.session.thread_id, session_caller().owner, choices)
    except NoConversation:
        return  # Nothing was asked yet: the choices are kept with the first question.
    except ManualdeskError as error:
        log.warning("choices could not be kept: %s", error.message)


@cl.on_message
async def answer_question(asked: cl.Message) -> None:
    """Answer one question; whatever happens ends in a message with a next step."""
    spoken: Remembered = cl.user_session.get("spoken")  # type: ignore[no-untyped-call]
    wording = session_wording()
    message = cl.Message(content="")
    under_way = UnderWay(_page(), message, spoken)
    conversing.begin(under_way)
    try:
        reply = Reply(message, asked, session_caller(), chosen(), wording)
        answer = await answered(running(), reply, spoken)
        spoken.add(asked.content, answer.answer, places_of(answer))
    except asyncio.CancelledError:
        # The reader pressed stop: what has been said stays, marked as cut short.
        said = message.content.rstrip()
        spoken.add(asked.content, said, reply.found)
        message.content = f"{said}\n\n*{wording.stopped}*".strip()
        await _end(message, reply.found)
        raise
    except ManualdeskError as error:
        log.warning("a question was not answered: %s", error.message)
        await _say_error(message, error_text(error, wording, whole=_mends()))
    except Exception:
        # The last line of defence: a reader is told in plain words, the operator's log has the traceback.
        log.exception("answering failed")
        await _say_error(message, wording.failed)
    finally:
        await conversing.end(under_way)


def _page() -> Page:
    return cast(Page, cl.context.session)


def _mends() -> bool:
    """Can this reader mend what is wrong with the installation?"""
    try:
        return session_caller().role.covers(Role.EDITOR)
    except ManualdeskError:
        return False


def _last_choices(caller: Caller) -> Choices:
    before = Conversations(running().database()).of(caller.owner, channel="chat", limit=1)
    if not before or not before[0].choices.any:
        return Choices()
    return within(before[0].choices, offers(running().index(), caller.scope))


async def _set_choices(choices: Choices) -> None:
    """For the questions of this session, and in the page's pickers."""
    choose(choices)
    await cl.send_window_message({"manualdesk": "choices", "choices": choices.to_json()})


async def _say_error(message: cl.Message, text: str) -> None:
    message.content = text
    message.is_error = True
    await _end(message)


async def _end(message: cl.Message, found: tuple[Place, ...] = ()) -> None:
    """Send the whole message, in place of its streamed beginning where there is one, and store it as it is.

    `found`: the places that it is made of; what an error says is made of none.
    """
    if message.streaming:
        await message.update()  # type: ignore[no-untyped-call]
    else:
        await message.send()  # type: ignore[no-untyped-call]
    conversation = cl.context.session.thread_id
    try:
        owner = session_caller().owner
        store = Conversations(await asyncio.to_thread(running().database))
        await asyncio.to_thread(
            lambda: store.add(
                conversation, "assistant", message.content, unfinished_to_json(found), owner=owner, id=message.id
            )
        )
    except ManualdeskError as error:
        log.warning("a message could not be stored: %s", error.message)


@sio.on("connection_successful")  # type: ignore[untyped-decorator]
async def connected(sid: str) -> None:
    """A page is there, perhaps again. Chainlit's own handler tells it that nothing is under way."""
    await connection_successful(sid)
    session = WebsocketSession.get(sid)
    if session is not None and (answer := conversing.of(cast(Page, session))):
        await answer.show(cast(Page, session))


@sio.on("stop")  # type: ignore[untyped-decorator]
async def stop(sid: str) -> None:
    """Stop the answer. Takes the place of Chainlit's own handler, which adds an English message."""
    session = WebsocketSession.get(sid)
    if session is None:
        return
    if answer := conversing.of(cast(Page, session)):
        answer.stop()
    elif session.current_task:
        session.current_task.cancel()
