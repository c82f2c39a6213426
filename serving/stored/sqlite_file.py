"""One SQLite file of kept answers: statements go in, rows come out; shared between threads and processes.

`sqlite3` itself and not SQLAlchemy: opening takes a millisecond, and a look-up some microseconds.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.spare_file import is_damaged
from serving.stored.types import StoreUnavailable

_WAIT_SECONDS = 5
Value = str | bytes | int | float | None


class SqliteFile:
    """Opened at its first use. Every method raises StoreUnavailable where the file cannot be used."""

    def __init__(self, path: Path, schema: str, *, durable: bool) -> None:
        """`schema`: statements that make the tables where there are none. `durable`: it survives a power cut."""
        self.path = path
        self._schema = schema
        self._durable = durable
        self._lock = threading.RLock()
        self._writes = 0
        self._connection: sqlite3.Connection | None = None

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """What a query finds."""
        with self._opened() as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, undone where the body fails; other processes wait for their turn."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            self._writes += 1

    def version(self) -> tuple[int, int]:
        """Changes whenever something was written, by whichever process. Takes some microseconds."""
        return int(str(self.rows("PRAGMA data_version")[0][0])), self._writes

    def close(self) -> None:
        """A later call opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                yield self._connection
            except (OSError, sqlite3.Error) as error:
                if not self._durable and is_damaged(error):
                    self.close()
                    self.path.unlink(missing_ok=True)  # nothing is lost with it: the next use makes it anew
                raise StoreUnavailable(
                    f"the kept answers in {self.path} cannot be used: {error}",
                    hint="Check that the folder can be written and is not full; put back a backup of a damaged file.",
                ) from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA synchronous={'FULL' if self._durable else 'OFF'}")
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                connection.executescript(self._schema)
        except sqlite3.Error:
            connection.close()
            raise
        return connection
