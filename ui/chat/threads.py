"""A stored conversation to what Chainlit shows: messages and elements as it has them, in the reader's language.

Enters: a conversation with its messages, the reader's scope. Leaves: plain values. What an answer stands on is looked
up again: an answer from manuals that the reader may not open any more is not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from serving.conversations.kept import KeptAnswer, answer_from_json
from serving.conversations.readable import Readable
from serving.conversations.types import Conversation, Message
from ui.chat.elements import Element, Shelf, foot, head, marks, sources_of
from ui.panel import shown_text
from ui.wording import Wording

AUTHOR: Final = "Manualdesk"
WITHDRAWN: Final = "This answer stands on manuals that you cannot open any more, so it is not shown."


class Step(TypedDict):
    """A message as Chainlit has it."""

    id: str
    threadId: str
    parentId: str | None
    name: str
    type: str
    input: str
    output: str
    createdAt: str
    start: str
    end: str
    streaming: bool
    isError: bool
    waitForAnswer: bool
    metadata: dict[str, object]


class ShownElement(TypedDict):
    """An element as Chainlit has it."""

    id: str
    threadId: str
    forId: str
    type: str
    name: str
    display: str
    url: str
    mime: str
    props: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, and how."""

    wording: Wording
    shelf: Shelf
    readable: Readable
    """What of the messages they may read."""


def steps_and_elements(
    conversation: Conversation, messages: Sequence[Message], reader: Reader
) -> tuple[list[Step], list[ShownElement]]:
    """All of it as Chainlit shows it."""
    steps: list[Step] = []
    elements: list[ShownElement] = []
    for message in messages:
        if not reader.readable.may_read(message):
            steps.append(_step(message, f"*{reader.readable.withdrawn}*"))
            continue
        kept = answer_from_json(message.answer) if message.answer else None
        if kept is None:
            steps.append(_step(message, message.text))
        else:
            steps.append(_step(message, shown_text(kept.answer, reader.wording)))
            shown = answer_elements(message, kept, reader)
            elements += [shown_element(element, conversation.id, message.id) for element in shown]
    return steps, elements


def answer_elements(message: Message, kept: KeptAnswer, reader: Reader) -> list[Element]:
    """Around one answer."""
    sources = sources_of(kept.answer, reader.wording, reader.shelf)
    below = foot(message.id, kept, sources, reader.wording, reader.shelf.home, rated=message.feedback)
    found = [each for each in kept.answer.passages if reader.readable.opens(each.document, each.revision)]
    above = [head(found, reader.wording, reader.shelf)] if found and not kept.answer.refused else []
    return [*above, below, *marks(sources)]


def shown_element(element: Element, conversation: str, message: str) -> ShownElement:
    return ShownElement(
        id=f"{message}-{element.key}",
        threadId=conversation,
        forId=message,
        type="custom",
        name=element.name,
        display=element.display,
        url=element.url,
        mime="application/json",
        props=element.props,
    )


def moment(written: str) -> str:
    """A time of the database as Chainlit's page reads it."""
    return written.replace("+00:00", "Z")


def _step(message: Message, text: str) -> Step:
    is_user = message.role == "user"
    return Step(
        id=message.id,
        threadId=message.conversation,
        parentId=None,
        name="You" if is_user else AUTHOR,
        type="user_message" if is_user else "assistant_message",
        input="",
        output=text,
        createdAt=moment(message.created_at),
        start=moment(message.created_at),
        end=moment(message.created_at),
        streaming=False,
        isError=False,
        waitForAnswer=False,
        metadata={},
    )
