"""The door of the HTTP interface: who calls, may they call now, how much may they send; and each call is counted.

Enters: any ASGI request. Leaves: the request with its `caller`, or a refusal. What is not a health check does not pass
without a caller, whatever route it is for: a new route cannot forget to ask.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import ManualdeskError
from serving.api.errors import caller_of, reply_to
from serving.api.limits import BoundedBody, Rate, is_loopback, sender
from serving.api.metrics import Metrics
from serving.keys import HERE, PREFIX, Caller, KeyRefused, Role
from serving.keys_store import KeyStore

HEALTH: Final = frozenset({"/healthz", "/readyz"})
UPLOADS: Final = ("POST", "/v1/documents")
_FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""A proxy on this machine that brings somebody else's request makes that somebody no local caller."""
_MISSES_A_MINUTE: Final = 30
"""Calls with a wrong key from one address; more of them are refused as too many."""


class Door:
    """Lets callers in, with what they may do written into the request's state as `caller`."""

    def __init__(
        self, application: ASGIApp, keys: KeyStore, metrics: Metrics, *, local: bool, calls_a_minute: int
    ) -> None:
        """`local`: only this machine can reach us; without a key its callers are agent and editor (`HERE`)."""
        self._application = application
        self._keys = keys
        self._metrics = metrics
        self._local = local
        self._rate = Rate(calls_a_minute)
        self._misses = Rate(_MISSES_A_MINUTE)
        # Of their own: the others may all be searching.
        self._threads = ThreadPoolExecutor(2, "keys")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        caller: Caller | None = None
        counted = _Counted(scope, send)
        try:
            caller = await self._caller(scope)
            scope.setdefault("state", {})["caller"] = caller
            if scope["type"] == "http":
                is_upload = (scope["method"], scope["path"]) == UPLOADS
                if is_upload and caller is not None:  # asked before the framework reads what may be large
                    caller.require(Role.EDITOR, "To upload manuals")
                receive = BoundedBody(receive, Headers(scope=scope), is_upload=is_upload)
        except ManualdeskError as error:
            await _refuse(error, caller, scope, receive, counted)
        else:
            await self._application(scope, receive, counted)
        finally:
            if scope["type"] == "http":
                self._metrics.request_done(counted.route, counted.method, counted.status, counted.seconds)

    async def _caller(self, scope: Scope) -> Caller | None:
        """Raises KeyRefused and TooMany."""
        headers = Headers(scope=scope)
        written = _written_key(headers)
        # OpenAI's client insists on sending something; here, where nothing is needed, any word that is no key will do.
        if self._local and not written.startswith(f"{PREFIX}_") and _is_here(scope, headers):
            return HERE
        if not written:
            if scope["path"] in HEALTH:
                return None
            raise KeyRefused("A key is needed.", hint="Send `Authorization: Bearer KEY`; see `manualdesk keys`.")
        try:
            loop = asyncio.get_running_loop()
            caller = await loop.run_in_executor(self._threads, self._keys.verify, written)
        except KeyRefused:
            self._misses.take(sender(_address(scope)))
            raise
        self._rate.take(caller.name)
        return caller


class _Counted:
    """Passes a reply on, and notes what the metrics want of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._started = time.perf_counter()
        self.status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    @property
    def method(self) -> str:
        """One that is known; a caller must not be able to make up labels."""
        method: str = self._scope["method"]
        return method if method in {"GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS"} else "other"

    @property
    def route(self) -> str:
        """The route as it is written, not the path as it is called: paths are without number."""
        path: str = getattr(self._scope.get("route"), "path", "")
        return path or "other"

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._started


def _written_key(headers: Headers) -> str:
    """The key of `Authorization: Bearer KEY`, or of `X-API-Key: KEY`; empty where there is none."""
    scheme, _, written = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return written.strip()
    return headers.get("x-api-key", "").strip() or (scheme and "not a bearer key")


def _is_here(scope: Scope, headers: Headers) -> bool:
    return not any(name in headers for name in _FORWARDED) and is_loopback(_address(scope))


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def asker(request: Request) -> Caller:
    """Who asks. The door let nobody in without."""
    caller = caller_of(request)
    if caller is None:
        raise KeyRefused("A key is needed.", hint="Send `Authorization: Bearer KEY`; see `manualdesk keys`.")
    return caller


async def _refuse(error: ManualdeskError, caller: Caller | None, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await reply_to(error, caller)(scope, receive, send)
