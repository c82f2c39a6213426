"""The kept question that asks the same as a new one, if any: nearest by embedding, then compared word by word.

Unit-length vectors and questions enter; the names of those that ask the same leave, best first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.types import Dense
from serving.stored.likeness import likeness
from serving.stored.shelf import KeptQuestion

LEAST_COSINE: Final = 0.95
LEAST_COSINE_APART: Final = 0.995
"""Where one question has a word more. Both chosen with `tests/bench/stored_answers.py` on its pairs for tuning."""
_COMPARED: Final = 8
"""Nearest questions that are compared word by word: a few tenths of a millisecond each."""

Names = Callable[[str], frozenset[str]]
"""The products that a question names."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Kept questions with their vectors, to search in."""

    keys: tuple[str, ...]
    texts: tuple[str, ...]
    matrix: NDArray[np.float32]
    """Shape (questions, dimensions)."""

    def same(self, question: str, vector: Dense, language: str, names: Names) -> list[str]:
        """Keys of the questions that ask the same, nearest first."""
        if not self.keys:
            return []
        cosines = self.matrix @ vector
        nearest = np.argsort(-cosines)[:_COMPARED]
        named = names(question)
        return [
            self.keys[place]
            for place in nearest
            if same_question(question, self.texts[place], float(cosines[place]), language)
            and names(self.texts[place]) == named
        ]


def same_question(one: str, other: str, cosine: float, language: str) -> bool:
    """Do two questions of one language, that name the same products, ask the same?"""
    if cosine < LEAST_COSINE:
        return False
    alike = likeness(one, other, language)
    return not alike.against and (not alike.apart or (alike.apart == 1 and cosine >= LEAST_COSINE_APART))


def questions_of(kept: Mapping[str, KeptQuestion]) -> Questions:
    """To search in."""
    if not kept:
        return Questions((), (), np.zeros((0, 0), np.float32))
    matrix = np.stack([question.vector for question in kept.values()])
    return Questions(tuple(kept), tuple(question.question for question in kept.values()), matrix)


class Remembered:
    """The questions of each group, fetched once and kept up to date: only what is new is fetched again."""

    def __init__(self, most: int = 64) -> None:
        """`most`: groups held at a time."""
        self._most = most
        self._held: dict[str, tuple[object, dict[str, KeptQuestion], Questions]] = {}

    def of(
        self,
        group: str,
        version: object,
        keys: Callable[[], Sequence[str]],
        fetch: Callable[[Sequence[str]], Mapping[str, KeptQuestion]],
    ) -> Questions:
        """The group's questions at that version of the store. Call from one thread at a time."""
        known = self._held.pop(group, None)
        if known is None or known[0] != version:
            before = known[1] if known else {}
            names = keys()
            new = fetch([name for name in names if name not in before])
            now = {name: before.get(name) or new[name] for name in names if name in before or name in new}
            known = (version, now, questions_of(now))
        self._held[group] = known
        while len(self._held) > self._most:
            del self._held[next(iter(self._held))]
        return known[2]
