"""A SQLite file that spares work and may be lost at any time: a damaged one is started over, and where none can be
written whoever uses it goes on without."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_LOOKUP = 500
"""Keys a query; SQLite takes 999 variables in its oldest builds."""
_WAIT_SECONDS = 5


class SpareFile:
    """Safe to share between threads."""

    def __init__(self, file: Path, *tables: str) -> None:
        """`tables`: the columns of each, as `name (column TYPE, ...)`."""
        self._file = file
        self._tables = tables
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._open()

    def do(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What the work gives, in one transaction; `otherwise` where the file cannot be used."""
        with self._lock:
            if self._connection is None:
                return otherwise
            try:
                with self._connection:
                    return work(self._connection)
            except sqlite3.Error as error:
                self._close()
                if is_damaged(error):
                    self._connection = self._open()
            return otherwise

    def close(self) -> None:
        with self._lock:
            self._close()

    def remove(self) -> None:
        """Close it and delete it."""
        with self._lock:
            self._delete()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection | None:
        try:
            return self._connected()
        except sqlite3.Error as error:
            if not is_damaged(error):
                return None
        self._delete()
        try:
            return self._connected()
        except sqlite3.Error:
            return None

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, check_same_thread=False)
        try:
            # No write-ahead log: its readers have to be on one machine, and a home may be shared between several.
            connection.execute("PRAGMA synchronous = NORMAL")
            for table in self._tables:
                connection.execute(f"CREATE TABLE IF NOT EXISTS {table}")
                connection.execute(f"SELECT * FROM {table.partition(' ')[0]} LIMIT 1").fetchall()  # noqa: S608 - our own
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _delete(self) -> None:
        self._close()
        for ending in ("", "-journal"):
            with suppress(OSError):
                self._file.with_name(self._file.name + ending).unlink(missing_ok=True)


def rows_of(connection: sqlite3.Connection, asked: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """What `SELECT key, ... FROM ...` finds of these keys."""
    parts = (keys[start : start + _LOOKUP] for start in range(0, len(keys), _LOOKUP))
    found = (connection.execute(f"{asked} WHERE key IN ({','.join('?' * len(part))})", part) for part in parts)
    return [row for rows in found for row in rows]


def is_damaged(error: Exception) -> bool:
    """Is this no SQLite file, or one whose pages do not fit together? What is busy or full is another matter."""
    codes = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", None) in codes
