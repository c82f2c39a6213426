"""Passages that a search cannot tell apart are compared with the question word by word.

Passages enter, best first, and leave with near ties in the order of how well each word of the question is met somewhere
in them: by the states of an embedder's tokens, which say more than one vector for a whole passage. An ingest keeps
them (`ingest/token_states.py`); where it did not, it takes as long as embedding those passages, so only near ties are
read.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.sparse import CJK, terms
from ingest.token_states import States
from retrieval.passages import Passage
from retrieval.token_reader import Tokens

READ = 3
"""Passages that are compared at most."""
NEAR = 0.85
"""A passage with so much of the first one's score is a near tie: those below it never won (docs/retrieval.md)."""
WEIGHT = 1.5
"""What a difference in likeness counts against one in score, as a share of the first one's."""

_WORD = re.compile(rf"[^\W_{CJK}]+(?:[-_./:'’+][^\W_{CJK}]+)*|[{CJK}]")


class Reader(Protocol):
    """Whoever tells the states of tokens, unit-length vectors of shape (tokens, dimensions)."""

    def question(self, text: str) -> Tokens:
        """Of a question, and which characters of it each token stands for."""

    def passages(self, passages: Sequence[Passage]) -> list[list[States]]:
        """Of each chunk of each passage."""


def told_apart(
    question: str, language: str, passages: Sequence[Passage], fixed: Collection[str], reader: Reader
) -> tuple[tuple[Passage, ...], int]:
    """The passages with near ties in order, each with the score of the place that it took, and how many were read.

    `fixed`: chunks whose place was decided before, and which keep it.
    """
    ties = _near_ties(passages, fixed)
    if len(ties) < 2:
        return tuple(passages), 0
    likeness = _likeness(question, language, [passages[place] for place in ties], reader)
    top = passages[ties[0]].score
    worth = {place: passages[place].score / top + WEIGHT * alike for place, alike in zip(ties, likeness, strict=True)}
    order = list(passages)
    # Sorting keeps the old order of equals.
    for place, source in zip(ties, sorted(ties, key=lambda place: -worth[place]), strict=True):
        order[place] = replace(passages[source], score=passages[place].score)
    return tuple(order), len(ties)


def _near_ties(passages: Sequence[Passage], fixed: Collection[str]) -> list[int]:
    free = [place for place, one in enumerate(passages[:READ]) if not set(one.chunk_ids) & set(fixed)]
    if not free or passages[free[0]].score <= 0:
        return []
    return [place for place in free if passages[place].score >= NEAR * passages[free[0]].score]


def _likeness(question: str, language: str, passages: Sequence[Passage], reader: Reader) -> list[float]:
    """For each passage the mean over the question's words of the cosine with the token that meets the word best, in
    that chunk of it where this is largest: among the tokens of two chunks each word would find a better one."""
    asked, spans = reader.question(question)
    held = reader.passages(passages)
    # All states of an encoder point much the same way: without what these have in common, what tells them apart shows.
    common = np.concatenate([chunk for chunks in held for chunk in chunks]).mean(axis=0)
    words = [_unit(_unit(asked[own] - common).mean(axis=0)) for own in _words(question, language, spans)]
    if not words:
        return [0.0] * len(passages)
    stacked = np.stack(words)
    return [max(_met(stacked, _unit(chunk - common)) for chunk in chunks) for chunks in held]


def _met(words: NDArray[np.float32], tokens: NDArray[np.float32]) -> float:
    # Not `@`: its threads would wait for one another for milliseconds, which the search needs.
    cosines = np.einsum("wd,td->wt", words, tokens)
    return float(cosines.max(axis=1).mean())


def _words(question: str, language: str, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The tokens of each word that says something; Chinese and Japanese go character by character."""
    found = []
    for first, last in (match.span() for match in _WORD.finditer(question)):
        own = [place for place, (start, end) in enumerate(spans) if start < last and end > first]
        if own and terms(question[first:last], language):
            found.append(own)
    return found


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)
    return unit
