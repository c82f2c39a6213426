"""How long to wait after sign-ins that failed: names and addresses come in, seconds go out. In memory, for one process.

A person's lock is for strangers: from an address where the person signed in before, only failures from there count, so
that nobody locks somebody else out. What is asked about nobody is locked like anybody, so that a lock tells nothing.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FREE: Final = 5
"""Failures in a row before there is a wait."""
LONGEST_SECONDS: Final = 90.0
"""At most: 40 tries an hour, where ASVS 2.2.1 has 100."""
_FORGOTTEN_SECONDS: Final = 3600.0
_MOST: Final = 20_000


@dataclass(slots=True)
class _Failures:
    count: int
    until: float


class Backoff:
    """Waits that double with each failure in a row. Safe between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, _Failures] = {}

    def seconds(self, *keys: str) -> int:
        """How long it is until the next try; 0: now."""
        with self._lock:
            now = self._clock()
            left = [self._failures[key].until - now for key in keys if key in self._failures]
        return max(0, math.ceil(max(left, default=0.0)))

    def failed(self, *keys: str) -> None:
        with self._lock:
            now = self._clock()
            for key in keys:
                known = self._failures.get(key)
                if known is None or now - known.until > _FORGOTTEN_SECONDS:
                    self._make_room(now)
                    known = self._failures[key] = _Failures(0, now)
                known.count += 1
                doubled = 2.0 ** min(known.count - FREE, 20) if known.count >= FREE else 0.0
                known.until = now + min(LONGEST_SECONDS, doubled)

    def worked(self, *keys: str) -> None:
        """What failed before is forgotten."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _make_room(self, now: float) -> None:
        """Forget those whose wait is over, the ones that failed least and longest ago first."""
        if len(self._failures) < _MOST:
            return
        kept = sorted(self._failures, key=lambda key: (self._failures[key].until > now, self._failures[key].until))
        for key in kept[: _MOST // 2]:
            del self._failures[key]
