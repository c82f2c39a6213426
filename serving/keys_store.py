"""Where API keys are kept: a small SQLite file under the home folder, read at each call so that a revoked key ends now.

Enters: what a key is for, or a written key. Leaves: the new key's text once, records, and the `Caller` of a valid key.
Usable from several threads and processes.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ingest.audience import Audience
from ingest.errors import RecordsUnusable, SettingError
from serving.keys import (
    Caller,
    KeyRecord,
    KeyRefused,
    Role,
    audience_of,
    digest_of,
    is_secret,
    new_key,
    parts_of,
)

FILE: Final = "keys.sqlite"
LONGEST_LABEL: Final = 200
_WAIT_SECONDS: Final = 10.0
_NOTED_TO: Final = len("2026-01-31T12")
"""Last use is noted to the hour: one write an hour and key, not one a call."""
_NO_SUCH_KEY: Final = digest_of("")
"""Compared with where the number is unknown, so that this takes as long as a wrong secret."""
_TABLE: Final = """
create table if not exists api_keys (
    number text primary key, digest text not null, label text not null, role text not null, audience text not null,
    -- One product a line; null: all.
    products text, created_at text not null, expires_at text not null, revoked_at text not null,
    last_used_at text not null
)
"""
_COLUMNS: Final = "number, label, role, audience, products, created_at, expires_at, revoked_at, last_used_at"


class KeyStore:
    """The keys of one installation. Every method raises RecordsUnusable where the file cannot be used."""

    def __init__(self, home: Path) -> None:
        """Nothing is opened or made before the first key is."""
        self.path = home / FILE

    def create(
        self,
        label: str,
        role: Role,
        *,
        audience: Audience | None = None,
        products: tuple[str, ...] | None = None,
        days: int | None = None,
    ) -> tuple[str, KeyRecord]:
        """Make a key: its text, which is not kept, and what is. `days` None: it does not expire.

        Raises SettingError for a label that tells nothing, and for limits that the role must not have.
        """
        named = " ".join(label.split())
        if not named or len(named) > LONGEST_LABEL or not named.isprintable():
            raise SettingError(f"{label!a} is no label for a key.", hint="Say who uses it, such as: web shop")
        wanted = tuple(dict.fromkeys(products)) if products else None
        if wanted and not all(product.isprintable() and product.strip() for product in wanted):
            raise SettingError(f"{wanted!a} are no products.", hint="See `manualdesk products`.")
        reads = audience_of(role, audience, wanted)
        made, now = new_key(), datetime.now(UTC)
        record = KeyRecord(
            number=made.number,
            label=named,
            role=role,
            audience=reads,
            products=wanted,
            created_at=_written(now),
            expires_at="" if days is None else _written(now + timedelta(days=days)),
        )
        with self._connected(make=True) as connection:
            values = (made.number, made.digest, named, role, reads, _joined(wanted), record.created_at)
            connection.execute(
                "insert into api_keys values (?, ?, ?, ?, ?, ?, ?, ?, '', '')", (*values, record.expires_at)
            )
        return made.text, record

    def all(self) -> list[KeyRecord]:
        """Every key, the newest first."""
        if not self.path.exists():
            return []
        with self._connected() as connection:
            rows = connection.execute(f"select {_COLUMNS} from api_keys order by created_at desc, number")  # noqa: S608
            return [_record(row) for row in rows]

    def any_active(self) -> bool:
        """Is there a key that opens anything?"""
        now = _written(datetime.now(UTC))
        return any(record.state(now) == "active" for record in self.all())

    def revoke(self, number: str) -> KeyRecord:
        """End a key at once and for good. Raises SettingError where there is none of that number."""
        found = next((record for record in self.all() if record.number == number), None)
        if found is None:
            raise SettingError(f"There is no key {number}.", hint="See `manualdesk keys list`.")
        with self._connected() as connection:
            ended = (_written(datetime.now(UTC)), number)
            connection.execute("update api_keys set revoked_at = ? where number = ? and revoked_at = ''", ended)
        return next(record for record in self.all() if record.number == number)

    def verify(self, written: str) -> Caller:
        """Who a written key belongs to. Raises KeyRefused, always in the same words."""
        number, secret = parts_of(written) or ("", "")
        row = self._row(number)
        known = is_secret(secret, row[0] if row else _NO_SUCH_KEY)
        record = _record(row[1:]) if row else None
        now = _written(datetime.now(UTC))
        if record is None or not known or record.state(now) != "active":
            raise KeyRefused(
                "This key is not known, has expired or was revoked.", hint="Make one: manualdesk keys create LABEL"
            )
        if record.last_used_at[:_NOTED_TO] != now[:_NOTED_TO]:
            # A busy or read-only file must not turn away a valid key.
            with suppress(RecordsUnusable), self._connected() as connection:
                connection.execute("update api_keys set last_used_at = ? where number = ?", (now, number))
        return record.caller()

    def _row(self, number: str) -> tuple[str, ...] | None:
        if not self.path.exists():
            return None
        with self._connected() as connection:
            found: tuple[str, ...] | None = connection.execute(
                f"select digest, {_COLUMNS} from api_keys where number = ?",  # noqa: S608
                (number,),
            ).fetchone()
            return found

    @contextmanager
    def _connected(self, *, make: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            if make and not self.path.exists():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))  # digests are nobody else's business
            connection = sqlite3.connect(self.path, timeout=_WAIT_SECONDS)
            try:
                with connection:
                    connection.execute(_TABLE)
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise RecordsUnusable(
                f"The keys in {self.path} cannot be used: {error}", hint="Check the file and its folder's rights."
            ) from error


def _record(row: tuple[str, ...]) -> KeyRecord:
    number, label, role, audience, products, created, expires, revoked, used = row
    return KeyRecord(
        number=number,
        label=label,
        role=Role(role),
        audience=Audience(audience),
        products=tuple(products.split("\n")) if products is not None else None,
        created_at=created,
        expires_at=expires,
        revoked_at=revoked,
        last_used_at=used,
    )


def _joined(products: tuple[str, ...] | None) -> str | None:
    return "\n".join(products) if products else None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
