"""The states of the tokens of a question and of passages: those that an ingest kept are read, others are computed.

Chunk by chunk, as they were embedded, so that it is the same whether they were kept or not.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ingest.token_states import States, find_states
from ingest.types import embed_text
from retrieval.passages import Passage

Tokens = tuple[NDArray[np.float32], list[tuple[int, int]]]


@runtime_checkable
class ReadsTokens(Protocol):
    """What is needed of the embedder."""

    name: str
    tells_tokens: bool
    """Else `tokens` may not be asked for."""

    def tokens(self, text: str, *, question: bool) -> Tokens:
        """A unit-length vector a token, and which characters of the text each stands for."""


class TokenReader:
    """For the passages of questions."""

    def __init__(self, embedder: ReadsTokens, home: Path | None) -> None:
        """`home`: where an ingest keeps states; without it all are computed."""
        self._embedder = embedder
        self._home = home

    def question(self, text: str) -> Tokens:
        return self._embedder.tokens(text, question=True)

    def passages(self, passages: Sequence[Passage]) -> list[list[States]]:
        """Of each chunk of each a unit-length vector a token, shape (tokens, dimensions)."""
        texts = [one.embedded or (embed_text(one.title, one.section, one.text),) for one in passages]
        kept = self._kept({text for each in texts for text in each})
        return [[kept[text] if text in kept else self._computed(text) for text in each] for each in texts]

    def _kept(self, texts: set[str]) -> dict[str, States]:
        return find_states(self._home, self._embedder.name, texts) if self._home is not None else {}

    def _computed(self, text: str) -> States:
        return self._embedder.tokens(text, question=False)[0]
