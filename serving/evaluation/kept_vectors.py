"""Vectors of texts kept on disk, so that an index of the same texts is made again in seconds.

Texts go in, vectors come out: from the file where the same model embedded the same text before, else from the model.
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_DIGEST_BYTES: Final = 16
_SAVE_EVERY: Final = 1024
"""New vectors between two writes: what a stop in between costs."""


class KeptVectors:
    """One file a model and a sort of text. Not to be written by two processes: the last one wins."""

    def __init__(self, folder: Path, model: str, sort: str) -> None:
        """`sort`: what is embedded, `passages` or `queries`; models embed the two differently."""
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", Path(model).name)
        self._path = folder / f"{sort}-{name}-{hashlib.sha256(model.encode()).hexdigest()[:8]}.npz"
        self._vectors: dict[bytes, NDArray[np.float32]] = {}
        self._unsaved = 0
        if self._path.is_file():
            with np.load(self._path) as kept:
                digests, vectors = kept["digests"], kept["vectors"]
            self._vectors = {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}

    def of(
        self, texts: Sequence[str], embed: Callable[[Sequence[str]], NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """A vector a text, each of shape (dimensions,); `embed` is called with those that are not kept, if any."""
        keys = [hashlib.sha256(text.encode()).digest()[:_DIGEST_BYTES] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if missing:
            for key, vector in zip(missing, embed(list(missing.values())), strict=True):
                self._vectors[key] = vector
            self._unsaved += len(missing)
            if self._unsaved >= _SAVE_EVERY:
                self.save()
        return [self._vectors[key] for key in keys]

    def save(self) -> None:
        """Write what is new; a reader sees the old file or the new one."""
        if not self._unsaved:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        digests = np.frombuffer(b"".join(self._vectors), dtype=np.uint8).reshape(-1, _DIGEST_BYTES)
        work = self._path.with_name(f".{os.getpid()}-{self._path.name}")
        with work.open("wb") as file:
            np.savez(file, digests=digests, vectors=np.stack(list(self._vectors.values())))
        work.replace(self._path)
        self._unsaved = 0
