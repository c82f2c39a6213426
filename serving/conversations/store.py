"""Conversations in the desk's database: an owner and what was said come in, that owner's conversations go out.

Every read and every write names the owner. Somebody else's conversation is as absent as one that does not exist.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, literal, or_, select, update

from serving.conversations.erasure import remove_conversations
from serving.conversations.types import (
    Choices,
    Conversation,
    Feedback,
    FeedbackUnusable,
    Message,
    MessageRole,
    NoConversation,
    Reason,
    choices_read,
    message_role,
)
from serving.database.engine import Database, in_future, now
from serving.database.schema_conversations import conversations, feedback, messages

LONGEST_TITLE: Final = 200
LONGEST_COMMENT: Final = 2000
EXPIRED_AT_ONCE: Final = 200
_ABSENT: Final = NoConversation("There is no such conversation.", hint="It may have been deleted, or have expired.")


class Conversations:
    """Usable from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, owner: str, channel: str, language: str, choices: Choices | None = None, *, id: str = "") -> str:  # noqa: A002
        """A new conversation; returns its id. `id`: one that the caller made; as it is where the owner began it before.

        Raises NoConversation where that id is somebody else's.
        """
        chosen = id or secrets.token_urlsafe(16)
        moment = now()
        with self._database.transaction() as connection:
            known = connection.execute(select(conversations.c.owner).where(conversations.c.id == chosen)).scalar()
            if known is not None:
                if known != owner:
                    raise _ABSENT
                return chosen
            connection.execute(
                insert(conversations).values(
                    id=chosen,
                    owner=owner,
                    channel=channel,
                    title="",
                    language=language,
                    choices=json.dumps((choices or Choices()).to_json(), ensure_ascii=False),
                    created_at=moment,
                    changed_at=moment,
                )
            )
        return chosen

    def add(
        self,
        conversation: str,
        role: MessageRole,
        text: str,
        answer_json: str = "",
        *,
        owner: str,
        id: str = "",  # noqa: A002
    ) -> str:
        """Add a message at the end; returns its id (`id`: one that the caller made). Raises NoConversation.

        What is asked first becomes the title.
        """
        chosen = id or secrets.token_urlsafe(16)
        moment = now()
        with self._database.transaction() as connection:
            # The update comes first: on PostgreSQL it holds the row, so that two messages get two places.
            self._changed(connection, conversation, owner, changed_at=moment)
            last = connection.execute(
                select(func.max(messages.c.place)).where(messages.c.conversation == conversation)
            ).scalar()
            if role == "user":
                title = " ".join(text.split())[:LONGEST_TITLE]
                unnamed = (conversations.c.id == conversation) & (conversations.c.title == "")
                connection.execute(update(conversations).where(unnamed).values(title=title))
            connection.execute(
                insert(messages).values(
                    id=chosen,
                    conversation=conversation,
                    place=(last or 0) + 1,
                    role=role,
                    text=text,
                    answer=answer_json,
                    created_at=moment,
                )
            )
        return chosen

    def of(
        self,
        owner: str,
        *,
        search: str = "",
        searched: Callable[[Message], bool] = lambda _: False,
        channel: str = "",
        limit: int = 50,
        skip: int = 0,
    ) -> tuple[Conversation, ...]:
        """An owner's conversations, the last changed first; with `search` those whose title, or what the owner said,
        holds it, or an answer: of those that are `searched`, which is called outside of transactions."""
        table = conversations.c
        found = select(conversations).where(table.owner == owner)
        if channel:
            found = found.where(table.channel == channel)
        found = found.order_by(table.changed_at.desc(), table.created_at.desc(), table.id)
        if words := search.strip():
            return self._holding(found, words, searched, skip + limit)[skip:]
        with self._database.transaction() as connection:
            return tuple(_conversation(row) for row in connection.execute(found.limit(limit).offset(skip)))

    def _holding(
        self, listed: Select[Any], words: str, searched: Callable[[Message], bool], most: int
    ) -> tuple[Conversation, ...]:
        table, holds = conversations.c, messages.c.text.icontains(words, autoescape=True)
        said = select(literal(1)).where(messages.c.conversation == table.id, holds)
        titled = table.title.icontains(words, autoescape=True)
        by_owner = or_(titled, said.where(messages.c.role == "user").exists())
        wanted = listed.where(or_(titled, said.exists())).add_columns(by_owner.label("by_owner"))
        with self._database.transaction() as connection:
            rows = connection.execute(wanted).all()
        found: list[Conversation] = []
        for row in rows:
            if len(found) == most:
                break
            if row.by_owner or any(searched(answer) for answer in self._answers(row.id, row.owner, holds)):
                found.append(_conversation(row))
        return tuple(found)

    def _answers(self, conversation: str, owner: str, holds: ColumnElement[bool]) -> tuple[Message, ...]:
        wanted = _with_feedback().where(_is(conversation, owner), messages.c.role != "user", holds)
        with self._database.transaction() as connection:
            return tuple(_message(row) for row in connection.execute(wanted.order_by(messages.c.place)))

    def conversation(self, conversation: str, owner: str) -> Conversation:
        """Raises NoConversation."""
        with self._database.transaction() as connection:
            row = connection.execute(select(conversations).where(_is(conversation, owner))).first()
        if row is None:
            raise _ABSENT
        return _conversation(row)

    def owner_of(self, conversation: str) -> str:
        """Whose it is; empty where there is none. For a check of who asks, not for telling it to anybody."""
        with self._database.transaction() as connection:
            found = connection.execute(select(conversations.c.owner).where(conversations.c.id == conversation))
            return str(found.scalar() or "")

    def messages(self, conversation: str, owner: str, *, last: int = 0) -> tuple[Message, ...]:
        """All messages in order, or only so many at the end. Raises NoConversation."""
        wanted = _with_feedback().where(_is(conversation, owner)).order_by(messages.c.place.desc())
        if last:
            wanted = wanted.limit(last)
        with self._database.transaction() as connection:
            rows = connection.execute(wanted).all()
        if not rows:
            self.conversation(conversation, owner)  # tells an empty conversation from none
        return tuple(_message(row) for row in reversed(rows))

    def message(self, message: str, owner: str) -> Message:
        """Raises NoConversation."""
        wanted = _with_feedback().where(messages.c.id == message, conversations.c.owner == owner)
        with self._database.transaction() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise _ABSENT
        return _message(row)

    def rename(self, conversation: str, owner: str, title: str) -> None:
        """Raises NoConversation."""
        with self._database.transaction() as connection:
            self._changed(connection, conversation, owner, title=" ".join(title.split())[:LONGEST_TITLE])

    def choose(self, conversation: str, owner: str, choices: Choices) -> None:
        """What the asker narrowed the manuals to. Raises NoConversation."""
        written = json.dumps(choices.to_json(), ensure_ascii=False)
        with self._database.transaction() as connection:
            self._changed(connection, conversation, owner, choices=written)

    def delete(self, conversation: str, owner: str) -> None:
        """With its messages, feedback and what was noted of it for editors. Raises NoConversation."""
        with self._database.transaction() as connection:
            if not remove_conversations(connection, _is(conversation, owner)):
                raise _ABSENT

    def erase(self, owner: str) -> int:
        """Everything of an owner; returns how many conversations that were."""
        with self._database.transaction() as connection:
            return remove_conversations(connection, conversations.c.owner == owner)

    def expire(self, days: int) -> int:
        """Remove conversations that nobody went on with for so many days; 0 keeps all. Returns how many went."""
        if days <= 0:
            return 0
        old = select(conversations.c.id).where(conversations.c.changed_at < in_future(days=-days))
        some = conversations.c.id.in_(old.order_by(conversations.c.id).limit(EXPIRED_AT_ONCE))
        gone = 0
        while True:
            # Some at a time: on SQLite all others wait until a transaction ends.
            with self._database.transaction() as connection:
                removed = remove_conversations(connection, some)
            gone += removed
            if removed < EXPIRED_AT_ONCE:
                return gone

    def rate(self, message: str, owner: str, value: int, reason: str = "", comment: str = "") -> None:
        """What the reader thinks of an answer: 1, -1, or 0 to take it back. Raises NoConversation, FeedbackUnusable."""
        if value not in (-1, 0, 1) or (reason and reason not in set(Reason)):
            raise FeedbackUnusable(
                "That is no rating.", hint=f"Rate 1 or -1, for a reason of: {', '.join(Reason)}; 0 takes it back."
            )
        if self.message(message, owner).role != "assistant":
            raise FeedbackUnusable("Only answers are rated.", hint="Name the message of an answer.")
        with self._database.transaction() as connection:
            connection.execute(feedback.delete().where(feedback.c.message == message))
            if value:
                connection.execute(
                    insert(feedback).values(
                        id=secrets.token_urlsafe(16),
                        message=message,
                        value=value,
                        reason=reason if value < 0 else "",
                        comment=comment.strip()[:LONGEST_COMMENT],
                        given_at=now(),
                    )
                )

    def _changed(self, connection: Connection, conversation: str, owner: str, **values: str) -> None:
        done = connection.execute(update(conversations).where(_is(conversation, owner)).values(**values))
        if not done.rowcount:
            raise _ABSENT


def _is(conversation: str, owner: str) -> ColumnElement[bool]:
    return (conversations.c.id == conversation) & (conversations.c.owner == owner)


def _with_feedback() -> Any:
    joined = messages.join(conversations, messages.c.conversation == conversations.c.id)
    rated: Sequence[Any] = (feedback.c.value, feedback.c.reason, feedback.c.comment, feedback.c.given_at)
    return select(messages, *rated).select_from(joined.outerjoin(feedback, feedback.c.message == messages.c.id))


def _conversation(row: Row[Any]) -> Conversation:
    values = {column.name: row._mapping[column.name] for column in conversations.c}
    return Conversation(**{**values, "choices": choices_read(row.choices)})


def _message(row: Row[Any]) -> Message:
    rated = None
    if row.value is not None:
        rated = Feedback(value=row.value, reason=row.reason, comment=row.comment, given_at=row.given_at)
    return Message(
        id=row.id,
        conversation=row.conversation,
        place=row.place,
        role=message_role(row.role),
        text=row.text,
        answer=row.answer,
        created_at=row.created_at,
        feedback=rated,
    )
