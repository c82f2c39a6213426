"""Tables of what editors work on: gaps in the manuals, labels for tickets, and how much is asked."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from serving.database.naming import metadata

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The question that stands for all that mean the same.
    Column("title", Text, nullable=False),
    Column("language", String(32), nullable=False),
    Column("audience", String(32), nullable=False),
    # Those that its askers may read, one a line; null: all.
    Column("products", Text),
    # That it was asked within; empty where none was chosen.
    Column("chosen", String(255), nullable=False),
    # That it is about: the chosen one, or what the question named when it was asked first.
    Column("product", String(255), nullable=False),
    # A digest of all of the above in normal form, so that two processes do not make one gap twice.
    Column("digest", String(64), nullable=False, unique=True),
    # The title's vector as float32 bytes, and the embedder that made it.
    Column("vector", LargeBinary, nullable=False),
    Column("embedder", String(255), nullable=False),
    # Marks of the passages that were found when it was last asked, one a line.
    Column("known", Text, nullable=False),
    # open, closed (a replay found the answer) or dismissed (by an editor).
    Column("state", String(32), nullable=False, index=True),
    # What comes nearest in the manuals: document, and headings joined by `›`.
    Column("nearest_document", String(1024), nullable=False),
    Column("nearest_section", Text, nullable=False),
    # What answers it now; empty while nothing does.
    Column("answered_by", String(1024), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
    # The generation that it was last replayed on, and why it is in its state, in words.
    Column("generation", String(64), nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)

gap_questions = Table(
    "gap_questions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Null until it is grouped.
    Column("gap", Integer, ForeignKey("gaps.id", ondelete="CASCADE"), index=True),
    Column("question", Text, nullable=False),
    # refused, disliked or escalated.
    Column("cause", String(32), nullable=False),
    Column("comment", Text, nullable=False),
    # As in `gaps`; the product is the chosen one.
    Column("language", String(32), nullable=False),
    Column("audience", String(32), nullable=False),
    Column("products", Text),
    Column("product", String(255), nullable=False),
    # Where it was asked; empty where that conversation is not kept.
    Column("conversation", String(64), nullable=False, index=True),
    Column("message", String(64), nullable=False),
    Column("asked_at", String(32), nullable=False),
    sqlite_autoincrement=True,
)

gap_changes = Table(
    "gap_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("gap", Integer, ForeignKey("gaps.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", String(32), nullable=False, index=True),
    # The state that it came into, by whom (empty: by itself), and why.
    Column("state", String(32), nullable=False),
    Column("by", String(255), nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # product_line or category.
    Column("kind", String(32), nullable=False),
    Column("name", String(255), nullable=False),
    # Words that speak for it, one a line.
    Column("words", Text, nullable=False),
    Index("uq_labels_kind_name", "kind", "name", unique=True),
    sqlite_autoincrement=True,
)

asked = Table(
    "asked",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    # chat, widget or api.
    Column("channel", String(32), nullable=False),
    # As in an answer: model, quotes, curated or cache.
    Column("source", String(32), nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("clarified", Boolean, nullable=False),
    Column("language", String(32), nullable=False),
    Column("product", String(255), nullable=False),
    Column("first_ms", Float, nullable=False),
    Column("total_ms", Float, nullable=False),
    sqlite_autoincrement=True,
)
