"""A stored conversation to what Chainlit shows: messages and elements as it has them, in the reader's language.

Enters: a conversation with its messages, the reader's scope. Leaves: plain values. What an answer stands on is looked
up again: an answer from manuals that the reader may not open any more is not shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from ingest.errors import IndexUnusable
from ingest.index.contract import Scope
from serving.conversations.kept import KeptAnswer, answer_from_json
from serving.conversations.readable import may_read
from serving.conversations.types import Conversation, Message
from ui.chat.elements import Element, Shelf, foot, head, marks, sources_of
from ui.panel import shown_text
from ui.web.texts import translator
from ui.wording import Wording

AUTHOR: Final = "Manualdesk"
WITHDRAWN: Final = "This answer stands on manuals that you cannot open any more, so it is not shown."

MayOpen = Callable[[str, str, Scope], bool]


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

    scope: Scope
    wording: Wording
    shelf: Shelf
    may_open: MayOpen
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def may_read(self, message: Message) -> bool:
        """May this reader open everything that the message stands on? What they said themselves is theirs."""
        return message.role == "user" or may_read(message.answer, self.opens)

    def opens(self, document: str, revision: str) -> bool:
        """Nothing does while nobody can say which manuals there are: questions are shown then, and no answers."""
        place = (document, revision)
        if place not in self._known:
            try:
                self._known[place] = self.may_open(document, revision, self.scope)
            except IndexUnusable:
                self._known[place] = False
        return self._known[place]


def steps_and_elements(
    conversation: Conversation, messages: Sequence[Message], reader: Reader
) -> tuple[list[Step], list[ShownElement]]:
    """All of it as Chainlit shows it."""
    steps: list[Step] = []
    elements: list[ShownElement] = []
    for message in messages:
        if not reader.may_read(message):
            steps.append(_step(message, f"*{translator(reader.wording.language)(WITHDRAWN)}*"))
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
    found = [each for each in kept.answer.passages if reader.opens(each.document, each.revision)]
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
