"""A model that judges texts by the words they share with the question, and takes as long as it is told to."""

import re
from collections.abc import Sequence

from ingest.errors import ModelUnavailable


class OverlapModel:
    """Its clock stands still but while it reads."""

    name = "overlap"

    def __init__(self, *, batch: int = 8, seconds: float = 1.0, takes: float = 0.0) -> None:
        """`takes`: seconds of its clock for a batch."""
        self.batch = batch
        self.seconds = seconds
        self.works = True
        self.now = 0.0
        self.batches: list[int] = []
        self._takes = takes

    def clock(self) -> float:
        return self.now

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        if not self.works:
            raise ModelUnavailable("The memory is full.")
        self.now += self._takes
        self.batches.append(len(texts))
        asked = _words(question)
        return [len(asked & _words(text)) / len(asked) for text in texts]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
