"""Which pages of other sites may call the widget's paths: exactly those on a site's list, each told by its own name.

Enters: any ASGI request. Leaves: it, with its reply opened to that one origin; or a refusal that opens nothing. It
stands before the door, so that a refusal of the door's can be read by the page too.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import ManualdeskError
from serving.api.errors import error_reply, reply_to
from serving.customers.sites import Sites

CALLS: Final = "/widget/v1/"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


class WidgetOrigins:
    """Before the door."""

    def __init__(self, application: ASGIApp, sites: Callable[[], Sites]) -> None:
        """`sites` is called off the event loop."""
        self._application = application
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(CALLS):
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            await self._application(scope, receive, send)
            return
        try:
            allowed = await asyncio.to_thread(self._allowed, origin)
        except ManualdeskError as error:
            await reply_to(error, None)(scope, receive, send)
            return
        if not allowed:
            message = "Pages of this address may not use the chat."
            hint = "Add their origin to the site: manualdesk sites set"
            await error_reply(HTTPStatus.FORBIDDEN, message, hint, "other_origin")(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            opened = _opened(origin, send)
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)(scope, receive, opened)
        else:
            await self._application(scope, receive, _opened(origin, send))

    def _allowed(self, origin: str) -> bool:
        return self._sites().any_with(origin)


def _opened(origin: str, send: Send) -> Send:
    async def send_opened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"
            headers.add_vary_header("Origin")
            # Sites that isolate themselves (COEP) may still show it.
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        await send(message)

    return send_opened
