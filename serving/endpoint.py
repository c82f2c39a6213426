"""An HTTP server that speaks JSON and server-sent events: requests go in, parsed replies and events come out.

The only file that knows `aiohttp`. Its parser is written in C: an event costs a fifth of the processor time that it
costs with the `openai` client, whose HTTP is Python's (80 against 420 microseconds on a loaded machine), and with a
model that serves many readers events are most of what this process does.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from aiohttp import ClientResponse

Event = Mapping[str, Any]
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_SHOWN: Final = 300
"""Characters of an error that are passed on; some servers send whole pages."""


class EndpointFailed(Exception):
    """No answer, a refusal, or one that makes no sense. `status` is 0 where none came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's address, such as `http://127.0.0.1:8001/v1`. Keeps nothing open between calls and may be shared.

    A connection for each call, since one kept idle may be closed by the server at the moment it is used again, which
    would cost a reader the answer.
    """

    url: str
    api_key: str = field(default="", repr=False)
    connect_seconds: float = 3.0
    silence_seconds: float = 60.0
    """Longest wait between two pieces of a reply."""

    async def get(self, path: str, *, seconds: float) -> Any:
        """The JSON at a path, whole within so many seconds. Raises EndpointFailed."""
        text = await self.get_text(path, seconds=seconds)
        try:
            return json.loads(text)
        except ValueError as error:
            raise EndpointFailed(f"its reply is no JSON: {text[:_SHOWN]}") from error

    async def get_text(self, path: str, *, seconds: float) -> str:
        """The text at a path, whole within so many seconds. Raises EndpointFailed."""
        async with self._reply("GET", path, seconds=seconds) as reply:
            return await reply.text()

    async def post(self, path: str, body: Mapping[str, object], *, seconds: float) -> Any:
        """What comes back for a JSON body, whole within so many seconds. Raises EndpointFailed."""
        async with self._reply("POST", path, body, seconds=seconds) as reply:
            return await reply.json(content_type=None)

    async def events(self, path: str, body: Mapping[str, object]) -> AsyncGenerator[list[Event]]:
        """The server-sent events that a JSON body brings, as many at a time as have arrived; ends with `[DONE]`.

        Closing the iterator closes the connection. Raises EndpointFailed, also in the middle.
        """
        async with self._reply("POST", path, body) as reply:
            lines = _Lines()
            while arrived := await reply.content.readany():
                events: list[Event] = []
                for line in lines.feed(arrived):
                    if line == b"[DONE]":
                        if events:
                            yield events
                        return
                    events.append(_parsed(line))
                if events:
                    yield events

    @asynccontextmanager
    async def _reply(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, seconds: float | None = None
    ) -> "AsyncIterator[ClientResponse]":
        from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

        timeout = ClientTimeout(total=seconds, sock_connect=self.connect_seconds, sock_read=self.silence_seconds)
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        # A proxy set for the web must not be asked for this machine's own servers.
        proxied = urlsplit(self.url).hostname not in _LOOPBACK
        connector = TCPConnector(force_close=True)
        try:
            async with (
                ClientSession(connector=connector, timeout=timeout, headers=headers, trust_env=proxied) as session,
                session.request(method, f"{self.url}{path}", json=body) as reply,
            ):
                if reply.status != HTTPStatus.OK:
                    raise EndpointFailed(_reason(await reply.text(errors="replace"), reply.status), reply.status)
                yield reply
        except (ClientError, TimeoutError, OSError) as error:
            raise EndpointFailed(_message(error) or type(error).__name__) from error
        except ValueError as error:  # no JSON, or an address that is none
            raise EndpointFailed(f"its reply cannot be read: {error}") from error


class _Lines:
    """Bytes in any pieces to the values of `data:` lines."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, arrived: bytes) -> list[bytes]:
        *lines, self._held = (self._held + arrived).split(b"\n")
        return [line[5:].strip() for line in lines if line.startswith(b"data:")]


def _parsed(line: bytes) -> Event:
    event = json.loads(line)
    if not isinstance(event, dict):
        raise EndpointFailed(f"an event is no object: {line[:_SHOWN].decode(errors='replace')}")
    if error := event.get("error"):
        raise EndpointFailed(_message(error))
    return event


def _reason(text: str, status: int) -> str:
    """What a refusal says: `{"error": {"message"}}`, vLLM's older `{"message"}`, or its text."""
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    found = body.get("error", body) if isinstance(body, dict) else body
    return f"status {status}: {_message(found)}"


def _message(found: object) -> str:
    said = found.get("message", found) if isinstance(found, dict) else found
    return " ".join(str(said).split())[:_SHOWN]
