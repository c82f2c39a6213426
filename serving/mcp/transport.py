"""How an MCP server is reached: over the pipes of the program that started it, or over HTTP on this machine."""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

if TYPE_CHECKING:
    import anyio
    from mcp.server.lowlevel import Server
    from starlette.applications import Starlette

PATH: Final = "/mcp"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def serve_pipes(server: "Server[Any, Any]") -> None:
    """Speak over stdin and stdout until stdin ends. Nothing else can get onto stdout meanwhile."""
    with _own_pipes() as (incoming, outgoing):
        asyncio.run(_speak(server, incoming, outgoing))


def serve_http(server: "Server[Any, Any]", listener: socket.socket) -> None:
    """Speak over streamable HTTP on this socket (bound to this machine), at PATH, until interrupted."""
    import uvicorn

    configuration = uvicorn.Config(http_application(server), log_level="warning", timeout_graceful_shutdown=3)
    uvicorn.Server(configuration).run(sockets=[listener])


def http_application(server: "Server[Any, Any]") -> "Starlette":
    """The server as a web application. Requests that a page of another origin, or a rebound name, makes are refused."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.applications import Starlette
    from starlette.routing import Route

    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[f"{host}{port}" for host in _LOOPBACK for port in ("", ":*")],
        allowed_origins=[f"http://{host}{port}" for host in _LOOPBACK for port in ("", ":*")],
    )
    manager = StreamableHTTPSessionManager(server, security_settings=security)

    @asynccontextmanager
    async def lifespan(_application: "Starlette") -> AsyncIterator[None]:
        async with manager.run():
            yield

    return Starlette(routes=[Route(PATH, manager.asgi_app)], lifespan=lifespan)


async def _speak(server: "Server[Any, Any]", incoming: int, outgoing: TextIO) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    lines = cast("anyio.AsyncFile[str]", _Lines(incoming))  # it is iterated, and nothing else
    async with stdio_server(lines, anyio.wrap_file(outgoing)) as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


class _Lines:
    """Lines of a pipe as they come, to its end. Read in a daemon thread: Ctrl-C must not wait for a next line."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    async def __aiter__(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[str | None] = asyncio.Queue()

        def read() -> None:
            held = b""
            with suppress(RuntimeError):  # the loop has ended before its client
                while arrived := os.read(self._pipe, _PIECE):
                    *whole, held = (held + arrived).split(b"\n")
                    for line in whole:
                        loop.call_soon_threadsafe(lines.put_nowait, line.decode(errors="replace"))
                loop.call_soon_threadsafe(lines.put_nowait, None)

        threading.Thread(target=read, name="mcp-stdin", daemon=True).start()
        while (line := await lines.get()) is not None:
            yield line


_PIECE: Final = 65_536


@contextmanager
def _own_pipes() -> Iterator[tuple[int, TextIO]]:
    """The process's stdin and stdout for the protocol alone: what a library prints goes to stderr.

    By file descriptor, since libraries in C and child processes write there too.
    """
    sys.stdout.flush()
    incoming, outgoing = os.dup(0), os.dup(1)
    with (
        TextIOWrapper(os.fdopen(outgoing, "wb"), encoding="utf-8") as writing,
        open(os.devnull, "rb") as nothing,  # noqa: PTH123 - a device, no path of ours
    ):
        os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        yield incoming, writing
