"""Connections of the web server: one that asks nothing is closed.

The server has a limit for silence between two requests, but none for a request line or headers that never end: a few
thousand of those would keep everybody else out.
"""

import asyncio
from typing import Any, cast

HEADER_SECONDS = 30.0
"""Longest time without a request under way."""


def impatient() -> type[asyncio.Protocol]:
    """Uvicorn's protocol for HTTP, which also closes connections that ask nothing."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    class Impatient(cast(Any, AutoHTTPProtocol)):  # type: ignore[misc]
        """Looks at its connection now and then."""

        seen: object = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.loop.call_later(HEADER_SECONDS, self.look)

        def look(self) -> None:
            """Close it where since the last look nothing was asked and nothing is being answered."""
            if self.transport.is_closing() or self.transport.get_protocol() is not self:  # closed, or a websocket
                return
            silent = self.cycle is None or self.cycle.response_complete
            if silent and self.cycle is self.seen:
                self.transport.close()
                return
            self.seen = self.cycle
            self.loop.call_later(HEADER_SECONDS, self.look)

    return Impatient
