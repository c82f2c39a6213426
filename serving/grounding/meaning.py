"""What a sentence means, by the multilingual embedder: a text and sources go in, how near they are comes out.

It tells whether a translated sentence is about the passage at all, and which sentence a question is nearest to. It does
not tell true from false: a wrong number or name hardly moves a vector (docs/grounding.md has what was measured).
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from serving.grounding.source import Source

_KEPT: Final = 4096
"""Texts whose vectors are kept: the units of passages that are asked about again and again."""


class Embeds(Protocol):
    """What is needed of the embedder."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length vectors, shape (len(texts), dimensions)."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit-length vector."""


class Meaning:
    """Safe to share between threads."""

    def __init__(self, embedder: Embeds) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def nearest(self, text: str, sources: Sequence[Source]) -> float:
        """Cosine of a text and the unit that is nearest in meaning."""
        units = [unit.text for source in sources for unit in source.units]
        vectors = self._vectors([text, *units])
        return float((vectors[1:] @ vectors[0]).max(initial=-1.0))

    def near(self, question: str, texts: Sequence[str]) -> dict[str, float]:
        """Cosine of a question and each of some texts."""
        if not texts:
            return {}
        cosines = self._vectors(texts) @ self._embedder.embed_query(question)
        return dict(zip(texts, map(float, cosines), strict=True))

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if unknown:
            # Short ones together: a batch is as long as its longest text.
            unknown.sort(key=len)
            made = self._embedder.embed_passages(unknown)
        with self._lock:
            if unknown:
                self._kept.update(zip(unknown, made, strict=True))
            found = [self._kept[text] for text in texts]
            for text in texts:
                self._kept.move_to_end(text)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return np.array(found)
