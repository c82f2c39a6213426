"""How often kept answers were asked for and found: what the metrics show."""

from collections import Counter
from enum import StrEnum
from threading import Lock


class Outcome(StrEnum):
    """What became of a question, or of a kept answer."""

    CURATED_SAME = "curated_same"
    """Answered by an editor's answer to the same question."""
    CURATED_LIKE = "curated_like"
    """Answered by an editor's answer to a question that means the same."""
    CACHED_SAME = "cached_same"
    CACHED_LIKE = "cached_like"
    MISSED = "missed"
    """Looked for, and nothing fitted."""
    PASSED = "passed"
    """Not looked for: a follow-up."""
    KEPT = "kept"
    """A model's answer was put into the cache."""
    DROPPED = "dropped"
    """A cached answer lost a passage that it stood on."""
    FLAGGED = "flagged"
    """A curated answer did, and waits for review."""
    UNAVAILABLE = "unavailable"
    """The place of cached or curated answers could not be used."""


class Counts:
    """Counted since this process began; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: Counter[Outcome] = Counter()

    def add(self, outcome: Outcome, number: int = 1) -> None:
        with self._lock:
            self._counted[outcome] += number

    def all(self) -> dict[Outcome, int]:
        """Every outcome, those that never happened too."""
        with self._lock:
            return {outcome: self._counted[outcome] for outcome in Outcome}
