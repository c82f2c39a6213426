"""A crew without processes and without a model: it reads here, embeds a text by its words, and keeps a list."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.types import SourceFile
from ingest.workers import ChunkedFile, read_and_chunk

NAME = "words"
DIMENSIONS = 32


class WordEmbedder:
    """Texts with the same words have the same vector; each text that is embedded is written down."""

    def __init__(self) -> None:
        self.name = NAME
        self.dimensions = DIMENSIONS
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts.extend(texts)
        return np.stack([vector_of(text) for text in texts])


class StatesEmbedder(WordEmbedder):
    """A token is a word; it has the vector of the word alone."""

    def embed_with_states(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        return self.embed_passages(texts), [self.states(text) for text in texts]

    @staticmethod
    def states(text: str) -> NDArray[np.float32]:
        return np.stack([vector_of(word) for word in text.split()])


class BatchingEmbedder(WordEmbedder):
    """Draws a few batches ahead of what it gives back, as a cluster does."""

    ahead = 3

    def embed_batches(self, batches: Iterable[Sequence[str]]) -> Iterator[NDArray[np.float32]]:
        waiting: list[Sequence[str]] = []
        for batch in batches:
            waiting.append(batch)
            if len(waiting) > self.ahead:
                yield self._embed(waiting.pop(0))
        for batch in waiting:
            yield self._embed(batch)

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed_passages(texts) if texts else np.zeros((0, DIMENSIONS), np.float32)


class RecordingCrew:
    """Usable for several runs. `read_documents` and `embedder.texts` say what was read and embedded."""

    def __init__(self, embedder: WordEmbedder | None = None) -> None:
        self.words = embedder or WordEmbedder()
        self.read_documents: list[str] = []
        self.loads = 0
        self.prepared = 0
        self.closed = 0

    @property
    def embedded(self) -> list[str]:
        return self.words.texts

    def read(self, sources: Sequence[SourceFile]) -> Iterator[ChunkedFile]:
        for source in sources:
            self.read_documents.append(source.document)
            yield read_and_chunk(source)

    def prepare(self) -> None:
        self.prepared += 1

    def embedder(self) -> WordEmbedder:
        self.loads += 1
        return self.words

    def close(self) -> None:
        self.closed += 1

    def forget(self) -> None:
        """Empty the lists before the next run."""
        self.read_documents.clear()
        self.words.texts.clear()
        self.loads = self.prepared = 0


def vector_of(text: str) -> NDArray[np.float32]:
    """Unit length; never zero."""
    vector = np.full(DIMENSIONS, 0.01, np.float32)
    for word in text.split():
        vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:2]) % DIMENSIONS] += 1
    return vector / np.float32(np.linalg.norm(vector))
