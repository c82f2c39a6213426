"""One deadline for several requests: the seconds that they may take together come in, a hook for httpx leaves.

httpx limits each step alone, connecting and waiting for an answer, and each step of the next request anew.
"""

import time
from collections.abc import Callable
from typing import Final

import httpx

_STEP_SECONDS: Final = 5.0
"""Longest wait for one step of one request."""


class Deadline:
    """`event_hooks={"request": [Deadline(10)]}`: gives each request what is left, and lets none begin afterwards."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock() + seconds

    def __call__(self, request: httpx.Request) -> None:
        """Raises httpx.ReadTimeout when it is over."""
        left = self._until - self._clock()
        if left <= 0:
            raise httpx.ReadTimeout("the deadline is over", request=request)
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), min(_STEP_SECONDS, left))
