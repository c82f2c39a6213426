"""Work that nobody waits for: functions go in and are called one after the other in a thread of their own."""

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

log = logging.getLogger("manualdesk.behind")
_MOST: Final = 1000
"""Waiting at once; more is left undone, so that a database that hangs costs no memory."""
_LAST_SECONDS: Final = 2.0
"""What a process that ends gives to what still waits."""


class Behind:
    """Its thread starts with the first work. Nothing that happens in it reaches who put the work in."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._thread: threading.Thread | None = None

    def put(self, work: Callable[[], None]) -> None:
        """Have it done soon. Takes microseconds and never raises."""
        with self._changed:
            if len(self._waiting) >= _MOST:
                log.warning("%s: too much waits, something is left out", self._name)
                return
            self._waiting.append(work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
                atexit.register(self.flush, _LAST_SECONDS)
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until all is done, so long at most; says whether it is."""
        end = time.monotonic() + seconds
        with self._changed:
            while self._waiting or self._busy:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                while not self._waiting:
                    self._changed.wait()
                work = self._waiting.popleft()
                self._busy = True
            try:
                work()
            except Exception:
                # Whatever it was, the next one may work: an asker's answer must never hang on what is noted of it.
                log.warning("%s: something could not be noted", self._name, exc_info=True)
