"""The audit log: what was changed, by whom, when and from where goes in, and comes out again a page at a time.

Nothing in it is ever changed or taken out, and no secret goes in.
"""

import getpass
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Row, func, insert, or_, select

from serving.database.engine import Database, now
from serving.database.schema_accounts import audit
from serving.keys import Caller

PAGE: Final = 50
_LONGEST_TARGET: Final = 1024
_LONGEST_DETAIL: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done."""

    id: int
    at: str
    actor: str
    action: str
    target: str
    detail: str
    """JSON."""
    address: str


class Audit:
    """The log of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self, actor: str, action: str, target: str, detail: Mapping[str, object] | None = None, address: str = ""
    ) -> None:
        """Add an entry: whose doing, what as `person.disabled`, to what, what else is worth knowing, from where."""
        with self._database.transaction() as connection:
            connection.execute(
                insert(audit).values(
                    at=now(),
                    actor=clean(actor)[:255],
                    action=action[:64],
                    target=clean(target)[:_LONGEST_TARGET],
                    detail=json.dumps(detail or {}, ensure_ascii=False, default=str)[:_LONGEST_DETAIL],
                    address=clean(address)[:64],
                )
            )

    def entries(
        self, *, actor: str = "", action: str = "", text: str = "", before: int = 0, limit: int = PAGE
    ) -> list[Entry]:
        """The newest first: of that `actor`, of actions that begin so, with that `text`, older than `before`."""
        wanted: list[ColumnElement[bool]] = []
        if actor:
            wanted.append(audit.c.actor == clean(actor))
        if action:
            wanted.append(audit.c.action.startswith(clean(action), autoescape=True))
        if text:
            found = [func.lower(column).contains(clean(text).lower(), autoescape=True) for column in _SEARCHED]
            wanted.append(or_(*found))
        if before:
            wanted.append(audit.c.id < before)
        with self._database.transaction() as connection:
            rows = connection.execute(select(audit).where(*wanted).order_by(audit.c.id.desc()).limit(limit)).all()
        return [_entry(row) for row in rows]


_SEARCHED: Final = (audit.c.actor, audit.c.action, audit.c.target, audit.c.detail, audit.c.address)


def actor_of(caller: Caller) -> str:
    """How the log names a caller: a person's name, `key NUMBER`, or `here` for who sits at this machine."""
    if caller.person:
        return caller.name
    return f"key {caller.name}" if caller.name else "here"


def command_actor() -> str:
    """How the log names who runs a command."""
    try:
        return f"command {getpass.getuser()}"
    except (OSError, KeyError):
        return "command"


def clean(text: str) -> str:
    """Without what breaks a line or a terminal, and what no database takes."""
    return "".join(each if each.isprintable() else " " for each in text.encode(errors="replace").decode()).strip()


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(**row._mapping)
