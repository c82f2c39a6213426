"""An event loop in a thread of its own, for sync code that uses what streams: coroutines go in, plain values come out.

Unlike `asyncio.run` it serves callers that have a loop running already (a notebook), and connections outlive a call.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Given(Generic[Item]):
    item: Item


@dataclass(frozen=True, slots=True)
class _Ended:
    error: BaseException | None = None


_CLOSING_SECONDS: Final = 5.0
"""Longest wait for the loop to end; the thread is a daemon, so that one that hangs keeps no process alive."""


class EventThread:
    """Started by its first use. May be used from several threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Its result; raises what it raises. Interrupted while waiting, it is cancelled."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._running())
        try:
            return future.result()
        finally:
            future.cancel()

    def iterate(self, source: Callable[[], AsyncGenerator[Item]]) -> Iterator[Item]:
        """What the generator yields, as it does. Leaving the iteration early cancels the generator where it waits."""
        items: queue.SimpleQueue[_Given[Item] | _Ended] = queue.SimpleQueue()

        async def pump() -> None:
            # One task for the whole generator: libraries keep scopes that must be left in the task that entered them.
            ended = _Ended()
            try:
                async with aclosing(source()) as generator:
                    async for item in generator:
                        items.put(_Given(item))
            except BaseException as error:
                ended = _Ended(error)
                raise
            finally:
                items.put(ended)

        future = asyncio.run_coroutine_threadsafe(pump(), self._running())
        try:
            while isinstance(step := items.get(), _Given):
                yield step.item
            if step.error is not None:
                raise step.error
        finally:
            future.cancel()

    def close(self) -> None:
        """End the loop and what still runs in it; the next use starts another."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_CLOSING_SECONDS)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(self._loop,), name=self._name, daemon=True)
                self._thread.start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        with suppress(RuntimeError):
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
