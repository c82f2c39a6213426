"""Tables of what was asked and answered, and what readers thought of it."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from serving.database.naming import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    # Whose it is: a person's id, `here` for who sits at this machine, `site SITE` for a customer.
    Column("owner", String(255), nullable=False, index=True),
    # chat or widget.
    Column("channel", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(32), nullable=False),
    # The asker's choices (product, model, version, language), as JSON.
    Column("choices", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False, index=True),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation", String(64), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    # 1, 2, ...: its place in the conversation.
    Column("place", Integer, nullable=False),
    # user or assistant.
    Column("role", String(32), nullable=False),
    Column("text", Text, nullable=False),
    # Of an assistant's message: the answer as JSON, with its citations and passages; else empty.
    Column("answer", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("conversation", "place"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "message",
        String(64),
        ForeignKey("messages.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    # 1: good, -1: bad.
    Column("value", Integer, nullable=False),
    # A word from a fixed list (wrong, outdated, incomplete, unclear, other); empty where none was chosen.
    Column("reason", String(64), nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", String(32), nullable=False),
)
