"""The outer gate of the web process: whose requests come in, which paths exist, which headers go out.

Enters: any ASGI request. Leaves: the request to the application behind, or a short refusal. Who asks is found out
behind it, by `serving.api.access.Door`.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.errors import error_reply

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

INTERFACE = ("/v1/", "/sources/")
INTERFACE_EXACTLY = frozenset({"/healthz", "/readyz", "/metrics"})
"""What programs call. On any address but this machine's own it is all that there is."""

CHAT = ("/public/", "/assets/", "/avatars/", "/ws/socket.io/", "/element/")
CHAT_EXACTLY = frozenset(
    {
        "/",
        "/auth/config",
        "/favicon",
        "/logo",
        "/project/settings",
        "/project/translations",
        "/set-session-cookie",
        "/user",
        "/ws/socket.io",
    }
)
"""What the chat uses. Chainlit brings more (uploads, MCP, copilot, API docs); what is not used is not served."""


class Gate:
    """Lets in what comes from our own page, and while no sign-in is set up, from this machine.

    The Host check stops DNS rebinding, the Origin check stops another site's page from opening our websocket
    (Chainlit's socket accepts every origin).
    """

    def __init__(self, application: ASGIApp, *, local: bool = True) -> None:
        """`local`: the chat is served, to this machine. Else the HTTP interface alone, under any host name, since each
        of its calls needs a key, which no page of another site has."""
        self._application = application
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._application(scope, receive, _with_headers(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._local and _parsed(f"//{host}")[0] not in LOOPBACK:
            return error_reply(HTTPStatus.MISDIRECTED_REQUEST, f"This server does not answer for the host {host!r}.")
        origin = headers.get("origin")
        if origin is not None and _parsed(origin)[1] != host:
            return error_reply(HTTPStatus.FORBIDDEN, "This server answers its own page only.")
        path = scope["path"]
        interface = path in INTERFACE_EXACTLY or path.startswith(INTERFACE)
        chat = self._local and (path in CHAT_EXACTLY or path.startswith(CHAT))
        if not interface and not chat:
            return error_reply(HTTPStatus.NOT_FOUND, f"There is nothing at {path}.")
        return None


def _parsed(address: str) -> tuple[str, str]:
    """An address' host name, and the host with its port; both empty for what is no address (`http://[`)."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.netloc


def _with_headers(scope: Scope, send: Send) -> Send:
    """Headers for every reply; one that a route set itself stays."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "no-referrer")
            headers.setdefault("Content-Security-Policy", page_policy(Headers(scope=scope).get("host", "")))
        await send(message)

    return send_with_headers


def page_policy(host: str) -> str:
    """Content-Security-Policy of the chat page: nothing is fetched from, or sent to, another host.

    Chainlit's page has inline scripts, and compiles the source panel in the browser (hence `unsafe-eval`).
    """
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
