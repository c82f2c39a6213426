"""Replies that take a while: server-sent events, and work that ends when its asker leaves.

Enters: what makes the reply, an async generator or a coroutine. Leaves: the reply, or the end of that work: a closed
generator closes the language model's stream, which frees the model for the next asker.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Coroutine
from contextlib import aclosing, suppress
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from serving.api.errors import Overdue

ANSWER_SECONDS: Final = 300.0
"""Longest time for one answer; a model on a CPU with a long prompt needs a minute or two."""
_READING_SECONDS: Final = 60.0
"""Time a client has on top of that to read what was sent."""
LEFT: Final = 499
"""Status, seen in the metrics only, of a reply that nobody waits for any more."""
EVENTS: Final[dict[str, object]] = {"text/event-stream": {}}
"""How the OpenAPI document tells of a streamed reply."""
Result = TypeVar("Result")


class EventStream(Response):
    """Sends a generator's texts as they come; closes it at its end, and at once where the client leaves.

    Not Starlette's own: that leaves the generator to be closed by the garbage collector.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str]) -> None:
        self._events = events
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["Content-Length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        # Also a client that stays and reads nothing lets go of the model in the end: the server then closes on it.
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS + _READING_SECONDS):
                await _first_of(self._send_all(send), _left(receive))

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._events) as events:
            async for text in events:
                await send({"type": "http.response.body", "body": text.encode(errors="replace"), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def while_wanted(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """The reply that the work makes; an empty one where the client left before, and the work is cancelled.

    Raises what the work raises, and Overdue where it takes longer than ANSWER_SECONDS.
    """
    return await _first_of(_in_time(work), _left(request.receive)) or Response(status_code=LEFT)


async def in_time(source: AsyncGenerator[Result]) -> AsyncGenerator[Result]:
    """What the generator yields; raises Overdue where that takes longer than ANSWER_SECONDS altogether."""
    ends = asyncio.get_running_loop().time() + ANSWER_SECONDS
    async with aclosing(source) as items:
        while True:
            try:
                async with asyncio.timeout_at(ends):
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _overdue() from None
            yield item


async def begun(source: AsyncGenerator[Result]) -> AsyncGenerator[Result]:
    """The same generator, after its first item has come: what goes wrong before it raises here, as a plain error."""
    items = in_time(source)
    first = await anext(items)

    async def again() -> AsyncGenerator[Result]:
        async with aclosing(items):
            yield first
            async for item in items:
                yield item

    return again()


async def _in_time(work: Awaitable[Result]) -> Result:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await work
    except TimeoutError:
        raise _overdue() from None


def _overdue() -> Overdue:
    return Overdue(f"The answer took longer than {ANSWER_SECONDS:.0f} s.", hint="Ask again, or ask for less at once.")


async def _left(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first_of(work: Coroutine[Any, Any, Result], other: Coroutine[Any, Any, None]) -> Result | None:
    """The result of the work, or None where the other one ended first; what is left of either is cancelled and over."""
    tasks = (asyncio.ensure_future(work), asyncio.ensure_future(other))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return None if tasks[0].cancelled() else tasks[0].result()
