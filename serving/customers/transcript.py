"""A kept conversation as it is handed over: its messages come in, what both sides said with its places leaves."""

from collections.abc import Sequence

from serving.answer import Answer
from serving.conversations.kept import answer_from_json
from serving.conversations.types import Message
from serving.customers.hand_over import Cited, Said


def transcript_of(messages: Sequence[Message]) -> tuple[Said, ...]:
    """In order. Titles and headings tell where an answer stands: names of files are not a customer's business."""
    return tuple(_said(message) for message in messages)


def _said(message: Message) -> Said:
    if message.role == "user":
        return Said(role="customer", text=message.text, at=message.created_at)
    kept = answer_from_json(message.answer)
    answer = kept.answer if kept else None
    return Said(
        role="manualdesk",
        text=message.text,
        at=message.created_at,
        refused=answer.refused if answer else False,
        citations=_cited(answer) if answer else (),
    )


def _cited(answer: Answer) -> tuple[Cited, ...]:
    return tuple(
        Cited(
            number=citation.number,
            title=citation.title,
            section=citation.section,
            page=citation.page,
            quote=citation.quote,
        )
        for citation in answer.citations
    )
