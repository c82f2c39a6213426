"""Tables of who may sign in, who is signed in, and what was changed by whom."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from serving.database.naming import metadata

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    # What is typed to sign in, case-folded.
    Column("name", String(255), nullable=False, unique=True),
    Column("shown_name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("role", String(32), nullable=False),
    Column("audience", String(32), nullable=False),
    # One product a line; null: all.
    Column("products", Text),
    # How they sign in: password, oidc or header.
    Column("way", String(32), nullable=False),
    # Who they are to an OpenID provider: issuer and subject; empty for the others.
    Column("subject", String(512), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    # When a one-time password was given that works for some hours; empty where there is none, or it works until used.
    Column("one_time_since", String(32), nullable=False, server_default=""),
    # Failed sign-ins since the last that was right.
    Column("failures", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("disabled_at", String(32), nullable=False),
    Column("last_seen_at", String(32), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    # Names a session in lists; the secret that the browser holds is kept as a digest only.
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("person", String(32), ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("ended_at", String(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(255), nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    # Whose doing it was: a person's name, `key NUMBER`, or `command USER`.
    Column("actor", String(255), nullable=False),
    # What was done, as `person.disabled`.
    Column("action", String(64), nullable=False),
    Column("target", String(1024), nullable=False),
    # What else is worth knowing, as JSON.
    Column("detail", Text, nullable=False),
    Column("address", String(64), nullable=False),
    Index("ix_audit_at", "at"),
    sqlite_autoincrement=True,
)
