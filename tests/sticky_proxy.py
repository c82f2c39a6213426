"""A small sticky proxy: a browser's connections go to the server that its session's cookie (else its address) chooses.

Each connection is read up to the end of its first request's head, then passed through both ways, websockets too, as
`hash ... consistent` of nginx does it. A server that does not take connections is passed over.
"""

import asyncio
import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

Address = tuple[str, int]
_COOKIE: Final = re.compile(rb"^cookie:[^\r\n]*?\bmanualdesk=([^;\s]+)", re.IGNORECASE | re.MULTILINE)
_MOST_HEAD: Final = 64 * 1024


class StickyProxy:
    """`chosen(cookie)` tells which server a session goes to."""

    def __init__(self, servers: Sequence[Address]) -> None:
        self.servers = tuple(servers)
        self.passed: dict[Address, int] = dict.fromkeys(self.servers, 0)
        """Connections that each server got."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def order(self, key: bytes) -> list[Address]:
        """All servers, the chosen one first: rendezvous hashing, so that the others keep theirs when one goes."""
        return sorted(self.servers, key=lambda server: hashlib.sha256(key + repr(server).encode()).digest())

    def chosen(self, cookie: str) -> Address:
        return self.order(cookie.encode())[0]

    async def serve(self, started: threading.Event, ended: asyncio.Event) -> None:
        listener = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_MOST_HEAD)
        self.port = listener.sockets[0].getsockname()[1]
        started.set()
        async with listener:
            await ended.wait()
            listener.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            found = _COOKIE.search(head)
            key = found[1] if found else str(writer.get_extra_info("peername")[0]).encode()
            server = await self._reached(key)
            if server is None:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
            else:
                server[1].write(head)
                await asyncio.gather(_pass(reader, server[1]), _pass(server[0], writer), return_exceptions=True)
        writer.close()

    async def _reached(self, key: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for server in self.order(key):
            with suppress(OSError):
                connection = await asyncio.open_connection(*server)
                self.passed[server] += 1
                return connection
        return None


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other one is told."""
    with suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        writer.close()


@contextmanager
def sticky_proxy(*servers: Address) -> Iterator[StickyProxy]:
    """A running proxy before these servers."""
    proxy, started = StickyProxy(servers), threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(proxy.serve(started, ended)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
