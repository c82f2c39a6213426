"""Takes conversations out of the desk's database with all that was noted because of them.

Enters: which conversations. Leaves: how many went. Messages and feedback go with a conversation by foreign keys.
"""

from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, select, update

from serving.database.schema_conversations import conversations
from serving.database.schema_customers import hand_overs
from serving.database.schema_editing import gap_questions, gaps
from serving.gaps.rows import digest_of, noted_of
from serving.gaps.types import Noted

_AT_ONCE: Final = 200
"""Ids in one statement; databases bound how many parameters one takes."""


def remove_conversations(connection: Connection, which: ColumnElement[bool]) -> int:
    """Remove those conversations, the questions noted from them as gaps, and transcripts handed over to people."""
    found = [str(name) for name in connection.execute(select(conversations.c.id).where(which)).scalars()]
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        _forget_gaps(connection, some)
        connection.execute(delete(hand_overs).where(hand_overs.c.conversation.in_(some)))
        connection.execute(delete(conversations).where(conversations.c.id.in_(some)))
    return len(found)


def _forget_gaps(connection: Connection, some: list[str]) -> None:
    """A gap whose questions are all gone goes too; one that was called by such a question is called by another."""
    asked = gap_questions.c
    touched = {
        gap for gap in connection.execute(select(asked.gap).where(asked.conversation.in_(some))).scalars() if gap
    }
    connection.execute(delete(gap_questions).where(asked.conversation.in_(some)))
    for gap in sorted(touched):
        left = connection.execute(select(gap_questions).where(asked.gap == gap).order_by(asked.id)).all()
        title = connection.execute(select(gaps.c.title).where(gaps.c.id == gap)).scalar()
        if any(row.question == title for row in left):
            continue
        if not left or not _retitled(connection, gap, noted_of(left[0])):
            connection.execute(update(gap_questions).where(asked.gap == gap).values(gap=None))
            connection.execute(delete(gaps).where(gaps.c.id == gap))


def _retitled(connection: Connection, gap: int, noted: Noted) -> bool:
    """Call it by that question, so that it stays what it was made: closed, or dismissed by an editor. Its vector is
    made anew when it is compared next. False where another gap is called so: then it is grouped anew."""
    digest = digest_of(noted)
    if connection.execute(select(gaps.c.id).where(gaps.c.digest == digest, gaps.c.id != gap)).first() is not None:
        return False
    new = {"title": noted.question, "digest": digest, "vector": b"", "embedder": ""}
    connection.execute(update(gaps).where(gaps.c.id == gap).values(new))
    return True
