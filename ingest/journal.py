"""Vectors of the run that is not published yet, in one file: texts and their vectors enter, known vectors leave.

A killed ingest leaves the file behind, and the next one embeds nothing that was embedded. It also spares equal texts
of one run, without holding their vectors in memory. The file is never the reason that an ingest fails.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.index.contract import EMBEDDING
from ingest.spare_file import SpareFile, rows_of
from ingest.types import Dense

FILE = "unpublished-vectors.sqlite3"


class Journal:
    """Open while a draft is: `finish` after it was published, `close` in any case."""

    def __init__(self, home: Path, embedder: str, dimensions: int) -> None:
        self.made_by = (embedder, dimensions)
        self._bytes = dimensions * np.dtype(np.float32).itemsize
        self._file = SpareFile(home / FILE, "vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")

    def find(self, texts: Sequence[str]) -> dict[str, Dense]:
        """The vectors of those texts that were embedded before, by text."""
        by_key = {text_key(self.made_by[0], text): text for text in texts}
        asked = "SELECT key, vector FROM vectors"
        rows: list[tuple[bytes, bytes]] = self._file.do(lambda file: rows_of(file, asked, list(by_key)), [])
        return {by_key[key]: np.frombuffer(kept, np.float32) for key, kept in rows if len(kept) == self._bytes}

    def add(self, vectors: Mapping[str, Dense]) -> None:
        """Keep the vectors of texts: they outlive this process from here on."""
        name = self.made_by[0]
        rows = [(text_key(name, text), np.asarray(dense, np.float32).tobytes()) for text, dense in vectors.items()]
        self._file.do(lambda found: found.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows), None)

    def finish(self) -> None:
        """The vectors are in the index now."""
        self._file.remove()

    def close(self) -> None:
        self._file.close()


def text_key(embedder: str, text: str) -> bytes:
    """What stands for a text and the model that embeds it, 20 bytes."""
    return hashlib.sha256(f"{embedder}\n{EMBEDDING}\n{text}".encode(errors="surrogatepass")).digest()[:20]
