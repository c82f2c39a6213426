"""What a sentence means, by the multilingual embedder: texts and sources go in, nearness to each unit comes out.

It tells in other words and other languages which sentence of a passage is meant; it does not tell true from false by
itself, since a wrong number hardly moves a vector.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from serving.grounding.features import Numbers
from serving.grounding.source import Source

SHARPNESS: Final = 0.03
"""Difference of cosines at which a unit counts 1/e of the nearest: those of e5 models lie close together."""
_KEPT: Final = 4096
"""Texts whose vectors are kept: the units of passages that are asked about again and again."""


class Embeds(Protocol):
    """What is needed of the embedder."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length vectors, shape (len(texts), dimensions)."""


class Meaning:
    """Safe to share between threads."""

    def __init__(self, embedder: Embeds) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def prepare(self, sources: Sequence[Source]) -> None:
        """Embed the units of sources ahead."""
        self._vectors([unit.text for source in sources for unit in source.units])

    def nearness(self, texts: Sequence[str], sources: Sequence[Source]) -> Numbers:
        """How near each unit is to each text, 1 for the nearest, shape (texts, units)."""
        cosines = self.cosines(texts, sources)
        nearest = cosines.max(axis=1, keepdims=True) if cosines.size else cosines
        near: Numbers = np.exp((cosines - nearest) / SHARPNESS)
        return near

    def cosines(self, texts: Sequence[str], sources: Sequence[Source]) -> Numbers:
        """Shape (texts, units)."""
        units = [unit.text for source in sources for unit in source.units]
        vectors = self._vectors([*texts, *units])
        found: Numbers = (vectors[: len(texts)] @ vectors[len(texts) :].T).astype(np.float64)
        return found

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
