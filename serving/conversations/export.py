"""Conversations to what their owner can take along: JSON for programs, Markdown with its sources for people.

What stands on manuals that the owner may not open any more is left out of both.
"""

import json
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from serving.conversations.kept import answer_from_json
from serving.conversations.readable import Readable, trace_within
from serving.conversations.store import Conversations
from serving.conversations.types import Conversation, Message

_ALL: Final = 100_000
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|!])")
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")

HandedOver = Callable[[str], Sequence[str]]
"""A conversation to what of it was handed over to people, each as JSON."""


def exported_json(
    store: Conversations, owner: str, readable: Readable, conversation: str = "", handed: HandedOver = lambda _: ()
) -> str:
    """One conversation, or all of the owner's: with the sources of each answer, how they were found, and transcripts
    that people were handed. Raises NoConversation."""
    listed = frozenset(readable.listed())
    found = []
    for each in _wanted(store, owner, conversation):
        messages = readable.messages(store.messages(each.id, owner))
        hand_overs = [_hand_over(body, messages, readable) for body in handed(each.id)]
        found.append(_as_json(each, messages, readable, listed) | {"hand_overs": hand_overs})
    return json.dumps({"conversations": found}, ensure_ascii=False, indent=1)


def exported_markdown(store: Conversations, owner: str, readable: Readable, conversation: str = "") -> str:
    """The same to read. Raises NoConversation."""
    found = [
        _as_markdown(each, readable.messages(store.messages(each.id, owner)))
        for each in _wanted(store, owner, conversation)
    ]
    return "\n\n".join(found) + "\n" if found else ""


def _wanted(store: Conversations, owner: str, conversation: str) -> tuple[Conversation, ...]:
    return (store.conversation(conversation, owner),) if conversation else store.of(owner, limit=_ALL)


def _as_json(
    conversation: Conversation, messages: tuple[Message, ...], readable: Readable, listed: Collection[str]
) -> dict[str, object]:
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "title": conversation.title,
        "language": conversation.language,
        "choices": conversation.choices.to_json(),
        "created_at": conversation.created_at,
        "changed_at": conversation.changed_at,
        "messages": [
            {
                "id": message.id,
                "role": message.role,
                "text": message.text,
                "created_at": message.created_at,
                "answer": _answer_json(message.answer, readable, listed),
                "feedback": message.feedback.to_json() if message.feedback else None,
            }
            for message in messages
        ],
    }


def _answer_json(answer: str, readable: Readable, listed: Collection[str]) -> dict[str, Any] | None:
    """An answer as it is kept, without what was found beside what it cites and is withdrawn."""
    if answer_from_json(answer) is None:
        return None
    row: dict[str, Any] = json.loads(answer)
    row["passages"] = [each for each in row["passages"] if readable.opens(each["document"], each["revision"])]
    if isinstance(row.get("trace"), dict):
        row["trace"] = trace_within(row["trace"], listed)
    return row


def _hand_over(body: str, messages: Sequence[Message], readable: Readable) -> dict[str, Any]:
    """What was handed over. Its transcript names no documents: an answer is told from it where it is told above."""
    row: dict[str, Any] = json.loads(body)
    told = {message.text for message in messages if message.role == "user" or message.answer}
    row["transcript"] = [
        said if said["text"] in told else {**said, "text": readable.withdrawn, "citations": []}
        for said in row["transcript"]
    ]
    return row


def _as_markdown(conversation: Conversation, messages: tuple[Message, ...]) -> str:
    lines = [f"# {_plain(conversation.title) or conversation.id}", "", f"{conversation.created_at}"]
    for message in messages:
        lines += ["", f"## {'Question' if message.role == 'user' else 'Answer'}", "", _shown(message.text)]
        lines += _sources(message)
        if message.feedback:
            rated = "helpful" if message.feedback.value > 0 else "not helpful"
            why = ", ".join(filter(None, (message.feedback.reason, _plain(message.feedback.comment))))
            lines += ["", f"Rated: {rated}{f' ({why})' if why else ''}"]
    return "\n".join(lines)


def _sources(message: Message) -> list[str]:
    kept = answer_from_json(message.answer) if message.answer else None
    if kept is None or not kept.answer.citations:
        return []
    lines = [""]
    for citation in kept.answer.citations:
        page = f", page {citation.page}" if citation.page else ""
        section = " › ".join(citation.section)
        lines.append(
            f"- [{citation.number}] {_plain(citation.title)}, {_plain(section)}{page} ({_plain(citation.document)})"
        )
    return lines


def _shown(text: str) -> str:
    """What was said, as Markdown: a picture would be fetched from wherever the text says, and a tag be one."""
    return _TAG.sub(r"\<", text.replace("![", r"!\["))


def _plain(text: str) -> str:
    """A text whose signs are no markup."""
    return _MARKUP.sub(r"\\\1", text)
