"""What the embedder makes of each token of each chunk, kept for searches in one file beside the index.

An ingest computes these states anyhow; a search that compares near ties word by word (`retrieval/word_by_word.py`)
would compute them again, 30 to 65 ms a passage. Four bits a number order passages as the numbers do, fewer do not
(docs/retrieval.md): 192 bytes a token of the bundled model, 30 KB a chunk. They are found by the text that was
embedded, so that whatever holds the same text shares them, and none belongs to another text. The file is never the
reason that an ingest or a search fails: what it does not hold is computed.
"""

import sqlite3
import struct
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.journal import text_key
from ingest.spare_file import SpareFile, rows_of

FILE = "token-states.sqlite3"
_SHAPE = struct.Struct("<HH")
_PATIENCE_SECONDS = 0.1
"""How long a question waits for an ingest that writes: computing takes as long."""
_HALF_BOUNDS = np.array([0.2582, 0.5224, 0.7996, 1.0993, 1.4371, 1.8436, 2.4008], dtype=np.float32)
_HALF_LEVELS = np.array([0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.0691, 2.7326], dtype=np.float32)
"""Where four bits cut the upper half of a normal distribution, in its standard deviations, and what each part becomes:
the least square error (J. Max, Quantizing for minimum distortion, 1960, https://doi.org/10.1109/TIT.1960.1057548)."""
_BOUNDS = np.concatenate([-_HALF_BOUNDS[::-1], np.zeros(1, np.float32), _HALF_BOUNDS])
_LEVELS = np.concatenate([-_HALF_LEVELS[::-1], _HALF_LEVELS])
_OF_BYTE = _LEVELS[np.stack([np.arange(256) & 15, np.arange(256) >> 4], axis=1)].view(np.complex64).ravel()
"""The two numbers of each byte, side by side as one: taken at once, ten times as fast as by two."""

States = NDArray[np.float32]
"""A unit-length vector a token, shape (tokens, dimensions)."""


class TokenStates:
    """For one ingest; safe to share between its threads. `keep` after it was published, `close` in any case."""

    def __init__(self, home: Path, embedder: str) -> None:
        self._embedder = embedder
        self._file = SpareFile(
            home / FILE,
            "states (key BLOB PRIMARY KEY, packed BLOB NOT NULL)",
            "uses (revision TEXT, key BLOB, PRIMARY KEY (revision, key)) WITHOUT ROWID",
        )

    def add(self, states: Mapping[str, States]) -> None:
        """Keep the states of texts."""
        rows = [(text_key(self._embedder, text), packed(each)) for text, each in states.items()]
        self._file.do(lambda found: found.executemany("INSERT OR REPLACE INTO states VALUES (?, ?)", rows), None)

    def use(self, revision: str, texts: Iterable[str]) -> None:
        """A revision of a manual holds these texts, whose states are kept for as long as it is indexed."""
        rows = [(revision, text_key(self._embedder, text)) for text in texts]
        self._file.do(lambda found: found.executemany("INSERT OR IGNORE INTO uses VALUES (?, ?)", rows), None)

    def keep(self, revisions: Collection[str]) -> None:
        """Only these can be searched: forget what none of them holds."""
        self._file.do(lambda connection: _forget(connection, set(revisions)), None)

    def close(self) -> None:
        self._file.close()


def find_states(home: Path, embedder: str, texts: Collection[str]) -> dict[str, States]:
    """The states of those texts that are kept, by text."""
    by_key = {text_key(embedder, text): text for text in texts}
    place = f"{(home / FILE).absolute().as_uri()}?mode=ro"
    try:
        # Opened for each question, which takes a tenth of a millisecond: an ingest may have put another in its place.
        with closing(sqlite3.connect(place, uri=True, timeout=_PATIENCE_SECONDS)) as connection:
            rows = rows_of(connection, "SELECT key, packed FROM states", list(by_key))
    except sqlite3.Error:
        return {}
    return {by_key[key]: unpacked(found) for key, found in rows if _is_whole(found)}


def packed(states: States) -> bytes:
    """Four bits a number, by how far it lies from the text's mean of its dimension."""
    mean, spread = states.mean(0), states.std(0)
    codes = np.searchsorted(_BOUNDS, ((states - mean) / np.maximum(spread, 1e-9)).ravel()).astype(np.uint8)
    pairs = np.pad(codes, (0, len(codes) % 2)).reshape(-1, 2)
    moments = np.stack([mean, spread]).astype(np.float16).tobytes()
    bytes_of_two: NDArray[np.uint8] = pairs[:, 0] | pairs[:, 1] << 4
    return _SHAPE.pack(*states.shape) + moments + bytes_of_two.tobytes()


def unpacked(kept: bytes) -> States:
    """What `packed` kept."""
    tokens, dimensions = _SHAPE.unpack_from(kept)
    mean, spread = np.frombuffer(kept, np.float16, 2 * dimensions, _SHAPE.size).astype(np.float32).reshape(2, -1)
    codes = np.frombuffer(kept, np.uint8, offset=_SHAPE.size + 4 * dimensions)
    states: States = np.take(_OF_BYTE, codes).view(np.float32)[: tokens * dimensions].reshape(tokens, dimensions)
    states *= spread
    states += mean
    return states


def _is_whole(kept: bytes) -> bool:
    if len(kept) < _SHAPE.size:
        return False
    tokens, dimensions = _SHAPE.unpack_from(kept)
    return bool(len(kept) == _SHAPE.size + 4 * dimensions + -(-tokens * dimensions // 2))


def _forget(connection: sqlite3.Connection, revisions: set[str]) -> None:
    used = {revision for (revision,) in connection.execute("SELECT DISTINCT revision FROM uses")}
    if gone := used - revisions:
        connection.executemany("DELETE FROM uses WHERE revision = ?", [(revision,) for revision in gone])
        # By the keys alone, which are an index of their own: a scan of the table would read all states.
        connection.execute("DELETE FROM states WHERE key IN (SELECT key FROM states EXCEPT SELECT key FROM uses)")
