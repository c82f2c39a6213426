"""How long a run still takes: bytes of files and counts of chunks enter, seconds leave."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ingest.report import Progress

_LEAST_SECONDS: Final = 3.0
_LEAST_SHARE: Final = 0.02
"""Before that, whatever is said would jump."""


class Estimate:
    """Guesses from the share of all bytes that is embedded: how many chunks a file makes is not known before.

    Files come by size, so counting files would promise too much: the last hundred of a corpus hold half of it.
    """

    def __init__(self, total_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total_bytes
        self._taken = 0
        self._clock = clock
        self._started = clock()

    def take(self, size: int) -> None:
        """A file was read."""
        self._taken += size

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What the body takes comes once and says nothing of the rest."""
        began = self._clock()
        try:
            yield
        finally:
            self._started += self._clock() - began

    def share(self, state: Progress) -> float:
        """Of all bytes, those that are embedded."""
        return self._taken / self._total * state.embedded / state.chunks if self._total and state.chunks else 0.0

    def left_seconds(self, state: Progress) -> float | None:
        """None where there is too little to go by."""
        used, share = self._clock() - self._started, self.share(state)
        if used < _LEAST_SECONDS or share < _LEAST_SHARE:
            return None
        return used * (1 - share) / share
