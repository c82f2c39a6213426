"""Secrets of the installation: a name comes in, 256 random bits go out, the same to all processes of one database."""

import secrets
from typing import Final

from sqlalchemy import insert, select

from serving.database.engine import AlreadyThere, Database, now
from serving.database.schema_accounts import secrets as table

CHAT: Final = "chat"
"""Signs whom the chat is told to speak with."""


def installation_secret(database: Database, name: str) -> str:
    """The secret of that name: 256 random bits as text."""
    found = _read(database, name)
    if found is None:
        try:
            with database.transaction() as connection:
                connection.execute(insert(table).values(name=name, value=secrets.token_urlsafe(32), created_at=now()))
        except AlreadyThere:
            pass  # another process was faster
        found = _read(database, name)
    assert found is not None  # noqa: S101 - nothing deletes one
    return found


def _read(database: Database, name: str) -> str | None:
    with database.transaction() as connection:
        found: str | None = connection.execute(select(table.c.value).where(table.c.name == name)).scalar()
    return found
