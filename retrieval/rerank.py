"""Candidates in a better order: a model reads the question and each of the best candidates together.

Candidates whose product is decided enter, best first; the same candidates leave, those that the model thinks answer the
question in front. It has a time box, and without it, or where it fails, the order stays as it was.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ingest.errors import ModelUnavailable
from retrieval.codes import defines, names_in
from retrieval.search import Candidate

READ = 24
"""Candidates that are read, the best ones: more would seldom fit the time box."""
_USUAL = "Hold the key for ten seconds until the lamp blinks. " * 14
"""A text of a chunk's usual length."""

log = logging.getLogger("manualdesk.rerank")


class PairModel(Protocol):
    """Judges how well texts answer a question (`cross_encoder.py`)."""

    @property
    def name(self) -> str: ...

    @property
    def batch(self) -> int:
        """Texts read at once; between two batches the time is looked at."""

    @property
    def seconds(self) -> float:
        """The time box of one question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """0 to 1 for each text, in their order. Raises ModelUnavailable where the model fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """The candidates as they are read from now on."""

    candidates: tuple[Candidate, ...]
    """Each with the score of the place that it took, so that scores go on falling."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """What the model gave, 0 to 1, by chunk; those that it did not come to are missing."""
    note: str = ""
    """Which model read how many; empty where there is none."""


class Reranker:
    """Puts candidates in the order of a model; safe to share between threads, which take turns."""

    def __init__(self, model: PairModel, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._clock = clock
        self._turn = threading.Lock()
        self._works = True

    def rerank(self, question: str, candidates: Sequence[Candidate], fates: Mapping[str, str]) -> Reranked:
        """Never raises for a model that fails or is slow.

        `fates`: of the chunks that the scope moved down. Those share their places among themselves, and so do the
        definitions of what the question names: which group has which places is decided before.
        """
        best = candidates[:READ]
        try:
            scores = self._scores(question, best)
        except ModelUnavailable as error:
            if self._works:
                log.warning("%s Questions are answered without reranking.", error.message)
            self._works = False
            note = f"{self._model.name} failed: {error.message}"
            return Reranked(candidates=tuple(candidates), note=note)
        self._works = True
        groups = _groups(question, best, fates)
        order = (*_reordered(best, groups, scores), *candidates[READ:])
        note = f"{self._model.name}: {len(scores)} of {len(best)} candidates read in time"
        return Reranked(candidates=order, scores=scores, note=note)

    def reach(self) -> int:
        """How many candidates of a usual length it reads in its time box, about: one batch is tried.

        Raises ModelUnavailable where the model fails.
        """
        start = self._clock()
        self._model.scores("How do I reset it?", [_USUAL] * self._model.batch)
        took = self._clock() - start
        batches = max(1, int(self._model.seconds / took)) if took else READ
        return min(READ, batches * self._model.batch)

    def _scores(self, question: str, candidates: Sequence[Candidate]) -> dict[str, float]:
        """By chunk, as many as the time box allows, at least one batch once it is this question's turn."""
        start = self._clock()
        scores: dict[str, float] = {}
        if not self._turn.acquire(timeout=self._model.seconds):
            return scores
        try:
            longest = 0.0
            for first in range(0, len(candidates), self._model.batch):
                began = self._clock()
                # A batch cannot be cut short: it starts only where there is time for one like the longest before.
                if first and began - start + longest > self._model.seconds:
                    break
                chunks = [candidate.chunk for candidate in candidates[first : first + self._model.batch]]
                given = self._model.scores(question, [chunk.embed_text for chunk in chunks])
                scores.update((chunk.id, score) for chunk, score in zip(chunks, given, strict=True))
                longest = max(longest, self._clock() - began)
        finally:
            self._turn.release()
        return scores


def _groups(question: str, candidates: Sequence[Candidate], fates: Mapping[str, str]) -> list[list[int]]:
    """Places of the candidates that may change places with one another."""
    names = names_in(question)
    groups: dict[tuple[bool, str], list[int]] = {}
    for place, candidate in enumerate(candidates):
        is_definition = any(defines(candidate.chunk.text, name) for name in names)
        groups.setdefault((is_definition, fates.get(candidate.chunk.id, "")), []).append(place)
    return list(groups.values())


def _reordered(
    candidates: Sequence[Candidate], groups: Sequence[Sequence[int]], scores: Mapping[str, float]
) -> list[Candidate]:
    """Each group's best scores first in its own places; what has no score follows in its old order."""
    order = list(candidates)
    for places in groups:
        # Sorting keeps the old order of equals.
        chosen = sorted(places, key=lambda place: -scores.get(candidates[place].chunk.id, -1.0))
        for place, source in zip(places, chosen, strict=True):
            order[place] = replace(candidates[source], score=candidates[place].score)
    return order
