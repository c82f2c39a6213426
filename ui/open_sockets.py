"""Ends websockets when those who opened them may not any more: signed out, disabled, or with other rights.

Enters: a websocket and who is signed in on it. Leaves: its messages, until it is closed from either side.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import ManualdeskError
from serving.accounts.types import Signed

log = logging.getLogger("manualdesk.sessions")

LOOK_SECONDS: Final = 2.0
"""A session that was ended in another process, or by a command, ends its websockets after so long."""
ENDED: Final = 4401
"""The code a websocket is closed with: of our own, after HTTP's 401."""


@dataclass(eq=False, slots=True)
class _Open:
    signed: Signed
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class OpenSockets:
    """All open websockets of one process."""

    def __init__(self, gone: Callable[[list[Signed]], list[Signed]]) -> None:
        """`gone`: of those who were let in, who would not be any more; blocking."""
        self._gone = gone
        self._open: set[_Open] = set()
        self._watch: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def connected(
        self, application: ASGIApp, scope: Scope, receive: Receive, send: Send, signed: Signed | None
    ) -> None:
        """Hand a websocket to the application until it ends; one of nobody who is signed in lasts as it likes."""
        if signed is None:
            await application(scope, receive, send)
            return
        this = _Open(signed)
        self._open.add(this)
        self._loop = asyncio.get_running_loop()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look(), name="sessions")
        try:
            await application(scope, _until_ended(receive, send, this.ended), _while_not(send, this.ended))
        finally:
            self._open.discard(this)

    def end(self, session: str) -> None:
        """This session is over: its websockets of this process end now. May be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end, session)

    def _end(self, session: str) -> None:
        for each in self._open:
            if each.signed.session is not None and each.signed.session.id == session:
                each.ended.set()

    async def _look(self) -> None:
        while self._open:
            await asyncio.sleep(LOOK_SECONDS)
            looked_at = list(self._open)
            try:
                gone = await asyncio.to_thread(self._gone, [each.signed for each in looked_at])
            except ManualdeskError as error:
                log.warning("sessions could not be looked at: %s", error.message)
                continue
            for each in looked_at:
                if each.signed in gone:
                    each.ended.set()


def _until_ended(receive: Receive, send: Send, ended: asyncio.Event) -> Receive:
    """What comes in; at the end the browser is told, and the application as if the browser had left."""
    waiting: asyncio.Task[Message] | None = None

    async def receive_or_end() -> Message:
        nonlocal waiting
        end = asyncio.create_task(ended.wait())
        waiting = waiting or asyncio.ensure_future(receive())
        try:
            await asyncio.wait({waiting, end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            end.cancel()
        if ended.is_set():
            waiting.cancel()
            await send({"type": "websocket.close", "code": ENDED, "reason": "signed out"})
            return {"type": "websocket.disconnect", "code": ENDED}
        message, waiting = waiting.result(), None
        return message

    return receive_or_end


def _while_not(send: Send, ended: asyncio.Event) -> Send:
    async def send_or_drop(message: Message) -> None:
        if not ended.is_set():
            await send(message)

    return send_or_drop
