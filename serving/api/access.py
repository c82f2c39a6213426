"""The door of the web process: who calls, may they call now, how much may they send; and each call is counted.

Enters: any ASGI request. Leaves: the request with its `caller`, or a refusal. What is not open to everybody does not
pass without a caller, whatever route it is for: a new route cannot forget to ask. Nor can it forget that a browser
sends cookies for any page that asks it to: what changes something has to come from a page of ours.
"""

import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import ManualdeskError
from serving.api.errors import caller_of, reply_to
from serving.api.limits import BoundedBody
from serving.api.metrics import Metrics
from serving.api.origins import is_own_page
from serving.api.redirect import see_other
from serving.api.ways import Proxies, Way, address_in
from serving.keys import Caller, Forbidden, KeyRefused, Role

HEALTH: Final = frozenset({"/healthz", "/readyz"})
OPEN: Final = ("/sign-in", "/static", "/widget", "/widget.js", "/shop")
"""These paths and all below them: no caller is needed, and a wrong key or an ended session is like none."""
UPLOADS: Final = frozenset({("POST", "/v1/documents"), ("POST", "/desk/documents/upload")})
"""Calls that bring manuals: large, and for editors, which is asked before the framework reads what may be large."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class PasswordDue(Forbidden):
    """Who is signed in with a one-time password has to choose one of their own first."""


class Door:
    """Lets callers in, with what they may do written into the request's state as `caller`, and their `address`."""

    def __init__(
        self, application: ASGIApp, metrics: Metrics, ways: Sequence[Way], *, own: str = "", sign_in: bool = False
    ) -> None:
        """`ways` are asked in their order, the first that knows the caller counts.

        `own`: our address as browsers know it, where that is another than the Host they send. `sign_in`: a browser
        that comes without a caller is sent to the page for that.
        """
        self._application = application
        self._metrics = metrics
        self._ways = tuple(ways)
        self._own = own
        self._sign_in = sign_in
        self._proxies = Proxies()

    def trusting(self, proxies: Proxies) -> "Door":
        """The same door, which believes these proxies whose request they bring."""
        self._proxies = proxies
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        caller: Caller | None = None
        counted = _Counted(scope, send)
        try:
            headers = Headers(scope=scope)
            state = scope.setdefault("state", {})
            state["address"] = self._proxies.asker(scope, headers)
            state["caller"] = caller = await self._caller(scope, headers)
            if scope["type"] == "http":
                is_upload = (scope["method"], scope["path"]) in UPLOADS
                if is_upload and caller is not None:
                    caller.require(Role.EDITOR, "To upload manuals")
                receive = BoundedBody(receive, headers, is_upload=is_upload)
        except ManualdeskError as error:
            await self._refuse(error, caller, scope, receive, counted)
        else:
            await self._application(scope, receive, counted)
        finally:
            if scope["type"] == "http":
                self._metrics.request_done(counted.route, counted.method, counted.status, counted.seconds)

    async def _caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Raises KeyRefused, PasswordDue, Forbidden and TooMany."""
        is_open = is_below(scope["path"], OPEN)
        for way in self._ways:
            try:
                caller = await way.caller(scope, headers)
            except (KeyRefused, PasswordDue):
                if is_open:
                    return None
                raise
            if caller is not None:
                if way.ambient and not _is_safe(scope) and not is_own_page(headers, self._own):
                    raise Forbidden(
                        "This was not asked for by a page of this server.", hint="Reload the page, and do it again."
                    )
                return caller
        if is_open or scope["path"] in HEALTH:
            return None
        raise _unknown(sign_in=self._sign_in)

    async def _refuse(
        self, error: ManualdeskError, caller: Caller | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        is_page = scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", "")
        if is_page and isinstance(error, PasswordDue):
            await see_other("/sign-in/new-password")(scope, receive, send)
        elif is_page and self._sign_in and isinstance(error, KeyRefused):
            wanted = quote(scope["path"]) + (
                f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
            )
            await see_other(f"/sign-in?next={quote(wanted, safe='/')}")(scope, receive, send)
        else:
            await reply_to(error, caller)(scope, receive, send)


def is_below(path: str, places: Sequence[str]) -> bool:
    """Is the path one of these, or below one?"""
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _is_safe(scope: Scope) -> bool:
    """Does it change nothing? What a websocket brings is not known yet."""
    return scope["type"] == "http" and scope["method"] in SAFE


def _unknown(*, sign_in: bool) -> KeyRefused:
    if sign_in:
        return KeyRefused("Sign in first.", hint="Open /sign-in; a program sends `Authorization: Bearer KEY`.")
    return KeyRefused("A key is needed.", hint="Send `Authorization: Bearer KEY`; see `manualdesk keys`.")


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


def asker(request: Request) -> Caller:
    """Who asks. The door let nobody in without, but to what is open."""
    caller = caller_of(request)
    if caller is None:
        raise _unknown(sign_in=False)
    return caller


def asker_address(request: Request) -> str:
    """The address that the request comes from; a trusted proxy's word is believed."""
    return address_in(request.scope)
