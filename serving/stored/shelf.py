"""Where cached answers are kept: what a place for them has to do, and the embedded one, a SQLite file.

The file may be deleted at any time; a power cut may cost it. `redis_store.py` is the place that several machines share.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ingest.types import Dense
from serving.stored.as_json import cached_from_json, cached_to_json
from serving.stored.sqlite_file import SqliteFile
from serving.stored.types import CachedAnswer

FILE = "answer-cache.sqlite"
KEEP = 10_000
"""Answers kept, the newest: some 80 MB."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kin TEXT NOT NULL, body TEXT NOT NULL,
    question TEXT NOT NULL, embedder TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS answers_kin ON answers (kin);
"""
_PART = 500
"""Keys a statement."""


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """The question of a kept answer and its unit-length embedding."""

    question: str
    vector: Dense


class Shelf(Protocol):
    """Cached answers by key. Every method raises StoreUnavailable where the place cannot be reached."""

    def get(self, key: str) -> CachedAnswer | None: ...

    def put(self, answer: CachedAnswer, vector: Dense, embedder: str) -> None:
        """Keep an answer in place of an older one with its key; the oldest go where there are too many."""

    def drop(self, keys: Iterable[str]) -> None: ...

    def clear(self) -> int:
        """Drop all; returns how many there were."""

    def answers(self) -> list[CachedAnswer]:
        """All, oldest first."""

    def count(self) -> int: ...

    def version(self) -> object:
        """Changes whenever something was put or dropped, by whichever process. Cheap."""

    def keys(self, group: str) -> list[str]:
        """Of all answers of a group."""

    def questions(self, keys: Sequence[str], embedder: str) -> Mapping[str, KeptQuestion]:
        """By key, those that were embedded by this embedder."""

    def close(self) -> None: ...


class FileShelf:
    """The embedded place (see `Shelf`)."""

    def __init__(self, home: Path) -> None:
        self._file = SqliteFile(home / FILE, _SCHEMA, durable=False)

    def get(self, key: str) -> CachedAnswer | None:
        rows = self._file.rows("SELECT body FROM answers WHERE key = ?", (key,))
        return _read(str(rows[0][0])) if rows else None

    def put(self, answer: CachedAnswer, vector: Dense, embedder: str) -> None:
        row = (answer.key, answer.group, cached_to_json(answer), answer.question, embedder, vector.tobytes())
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO answers (key, kin, body, question, embedder, vector) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
            kept = connection.execute("SELECT count(*) FROM answers").fetchone()[0]
            if kept > KEEP:
                oldest = "SELECT place FROM answers ORDER BY place LIMIT ?"
                connection.execute(f"DELETE FROM answers WHERE place IN ({oldest})", (kept - KEEP,))  # noqa: S608

    def drop(self, keys: Iterable[str]) -> None:
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM answers WHERE key = ?", [(key,) for key in keys])

    def clear(self) -> int:
        with self._file.writing() as connection:
            return int(connection.execute("DELETE FROM answers").rowcount)

    def answers(self) -> list[CachedAnswer]:
        read = (_read(str(row[0])) for row in self._file.rows("SELECT body FROM answers ORDER BY place"))
        return [answer for answer in read if answer is not None]

    def count(self) -> int:
        return int(str(self._file.rows("SELECT count(*) FROM answers")[0][0]))

    def version(self) -> object:
        return self._file.version()

    def keys(self, group: str) -> list[str]:
        return [str(row[0]) for row in self._file.rows("SELECT key FROM answers WHERE kin = ?", (group,))]

    def questions(self, keys: Sequence[str], embedder: str) -> Mapping[str, KeptQuestion]:
        found: dict[str, KeptQuestion] = {}
        for start in range(0, len(keys), _PART):
            part = keys[start : start + _PART]
            marks = ", ".join("?" * len(part))
            wanted = f"SELECT key, question, vector FROM answers WHERE embedder = ? AND key IN ({marks})"  # noqa: S608
            for key, question, vector in self._file.rows(wanted, (embedder, *part)):
                found[str(key)] = KeptQuestion(str(question), as_vector(vector))
        return found

    def close(self) -> None:
        self._file.close()


def as_vector(stored: object) -> Dense:
    """A vector of the bytes it was kept as."""
    return np.frombuffer(stored if isinstance(stored, bytes) else b"", dtype=np.float32)


def _read(body: str) -> CachedAnswer | None:
    try:
        return cached_from_json(body)
    except ValueError:
        return None  # Of another version: as good as not there.
