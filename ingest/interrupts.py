"""What must not be left half done: Ctrl-C, and an end that is asked for by a signal, wait for it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_ENDS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def undisturbed() -> Iterator[None]:
    """SIGINT and SIGTERM wait until the body has ended, and come then. For short work: meanwhile nothing stops it."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread is interrupted
        yield
        return
    waiting: list[int] = []
    with ExitStack() as handlers:
        for number in _ENDS:
            former = signal.signal(number, lambda it, _: waiting.append(it))
            # None: set by no Python code, so nothing here can set it again. All come back, whatever one lets through.
            handlers.callback(signal.signal, number, former if former is not None else signal.SIG_DFL)
        yield
    for came in waiting:
        signal.raise_signal(came)
