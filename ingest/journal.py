"""Vectors of the run that is not published yet, in one file: texts and their vectors enter, known vectors leave.

A killed ingest leaves the file behind, and the next one embeds nothing that was embedded. It also spares equal texts
of one run, without holding their vectors in memory. The file is never the reason that an ingest fails: a damaged one
is started over, and where none can be written the run goes on without.
"""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from ingest.index.contract import EMBEDDING
from ingest.types import Dense

FILE = "unpublished-vectors.sqlite3"
_LOOKUP = 500
"""Keys a query; SQLite takes 999 variables in its oldest builds."""


class Journal:
    """Open while a draft is: `finish` after it was published, `close` in any case. For one thread."""

    def __init__(self, home: Path, embedder: str, dimensions: int) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._file = home / FILE
        self.made_by = (embedder, dimensions)
        self._bytes = dimensions * np.dtype(np.float32).itemsize
        self._connection: sqlite3.Connection | None = None
        self._connection = self._open() or self._start_over()

    def find(self, texts: Sequence[str]) -> dict[str, Dense]:
        """The vectors of those texts that were embedded before, by text."""
        by_key = {self._key(text): text for text in texts}
        keys = list(by_key)
        found: dict[str, Dense] = {}
        for start in range(0, len(keys), _LOOKUP):
            part = keys[start : start + _LOOKUP]
            if self._connection is None:
                break
            places = ",".join("?" * len(part))
            try:
                rows = self._connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({places})", part)  # noqa: S608
                kept = {by_key[key]: vector for key, vector in rows if len(vector) == self._bytes}
            except sqlite3.Error:
                self._connection = self._start_over()
                break
            found.update((text, np.frombuffer(vector, dtype=np.float32)) for text, vector in kept.items())
        return found

    def add(self, vectors: Mapping[str, Dense]) -> None:
        """Keep the vectors of texts: they outlive this process from here on."""
        if self._connection is None:
            return
        rows = [(self._key(text), np.asarray(dense, np.float32).tobytes()) for text, dense in vectors.items()]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error:
            self._connection = self._start_over()

    def finish(self) -> None:
        """The vectors are in the index now."""
        self.close()
        self._remove()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.made_by[0]}\n{EMBEDDING}\n{text}".encode(errors="surrogatepass")).digest()[:20]

    def _open(self) -> sqlite3.Connection | None:
        try:
            connection = sqlite3.connect(self._file, timeout=5)
        except sqlite3.Error:
            return None
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # No wait for the disk at each slice: a killed process loses nothing, a power cut the last rows.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
            connection.execute("SELECT key, vector FROM vectors LIMIT 1").fetchall()
        except sqlite3.Error:
            connection.close()
            return None
        return connection

    def _start_over(self) -> sqlite3.Connection | None:
        self.close()
        self._remove()
        return self._open()

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._file.with_name(FILE + ending).unlink(missing_ok=True)
