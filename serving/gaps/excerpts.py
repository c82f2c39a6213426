"""What was said around a question of a gap: questions come in, the ends of the conversations that are kept leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from serving.database.engine import Database
from serving.database.schema_conversations import messages
from serving.gaps.types import GapQuestion

_SHOWN: Final = 6
_LONGEST: Final = 600
"""Characters of a message."""
_MOST: Final = 30
"""Conversations that are looked up for one page."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    role: str
    text: str


def excerpts(database: Database, questions: Sequence[GapQuestion]) -> Mapping[int, tuple[Said, ...]]:
    """By the question's id the messages up to it and the answer to it; those without a kept conversation are left
    out."""
    found = {}
    with database.transaction() as connection:
        for asked in [asked for asked in questions if asked.conversation][:_MOST]:
            query = (
                select(messages.c.role, messages.c.text, messages.c.id)
                .where(messages.c.conversation == asked.conversation)
                .order_by(messages.c.place)
            )
            said = [(row.id, Said(row.role, row.text[:_LONGEST])) for row in connection.execute(query)]
            if said:
                found[asked.id] = tuple(
                    text for _id, text in said[max(0, _end(said, asked) - _SHOWN) : _end(said, asked)]
                )
    return found


def _end(said: Sequence[tuple[str, Said]], asked: GapQuestion) -> int:
    """Behind the answer to the question: the message that was noted, or the last one that says the same."""
    by_id = next((place for place, (number, _text) in enumerate(said) if number == asked.message), None)
    place = by_id
    if place is None:
        place = next((n for n, (_id, text) in reversed(list(enumerate(said))) if text.text == asked.question), None)
    if place is None:
        return len(said)
    return min(len(said), place + 1 + (said[place][1].role == "user"))
