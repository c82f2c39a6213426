"""The outer gate of the web process: whose requests come in, which paths exist, which headers go out.

Enters: any ASGI request. Leaves: the request to the application behind, or a short refusal. Who asks is found out
behind it, by `serving.api.access.Door`.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.access import SAFE
from serving.api.errors import error_reply
from serving.api.origins import is_own_origin, parsed

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_PATH: Final = 4096
"""Characters. No manual has a longer name, and a longer row of digits is no number to Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Paths that belong together."""

    below: tuple[str, ...] = ()
    """Everything below these, not they themselves."""
    exactly: frozenset[str] = frozenset()
    other_sites: bool = False
    """May a page of another site call it?"""

    def has(self, path: str) -> bool:
        return path in self.exactly or any(path.startswith(f"{place}/") for place in self.below)


PROBES: Final = Area(exactly=frozenset({"/healthz", "/readyz", "/metrics"}))
"""Asked by machines that know us by an address rather than a name."""
INTERFACE: Final = Area(below=("/v1", "/sources"))
"""What programs call. On any address but this machine's own, and without sign-in, it is all that there is."""
PAGES: Final = Area(below=("/desk", "/sign-in", "/static"), exactly=frozenset({"/desk", "/sign-in", "/sign-out"}))
WIDGET: Final = Area(below=("/widget",), exactly=frozenset({"/widget.js"}), other_sites=True)
SHOP: Final = Area(below=("/shop",), exactly=frozenset({"/shop"}))
CHAT: Final = Area(
    below=("/public", "/assets", "/avatars", "/ws/socket.io", "/element", "/thread", "/share"),
    exactly=frozenset(
        {
            "/",
            "/auth/config",
            "/favicon",
            "/logo",
            "/logout",
            "/project/settings",
            "/project/thread",
            "/project/threads",
            "/project/translations",
            "/set-session-cookie",
            "/user",
            "/ws/socket.io",
        }
    ),
)
"""What the chat uses. Chainlit brings more (uploads, MCP, copilot, API docs); what is not used is not served."""
KEPT: Final = Area(below=("/static", "/public", "/assets", "/avatars"), exactly=frozenset({"/favicon", "/logo"}))
"""Scripts, styles and pictures that hold nothing of anybody. Browsers keep nothing else, unless a route says so."""
PROGRAMS: Final = (PROBES, INTERFACE)
EVERYTHING: Final = (PROBES, INTERFACE, PAGES, WIDGET, SHOP, CHAT)


class Gate:
    """Lets in what comes from our own page and is asked of a host that is ours.

    The Host check stops DNS rebinding, the Origin check stops another site's page from opening our websocket
    (Chainlit's socket accepts every origin).
    """

    def __init__(
        self,
        application: ASGIApp,
        *,
        areas: tuple[Area, ...] = EVERYTHING,
        hosts: frozenset[str] = LOOPBACK,
        own: str = "",
    ) -> None:
        """`hosts`: names that are answered for; empty for any, which is right only where each call needs a key, since
        no page of another site has one. `own`: our address as browsers know it, as https://desk.example."""
        self._application = application
        self._areas = areas
        self._hosts = hosts
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._application(scope, receive, _with_headers(scope, send, self._own))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(scope, send, self._own))

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers, path = Headers(scope=scope), scope["path"]
        area = next((area for area in self._areas if area.has(path)), None)
        host = headers.get("host", "")
        if self._hosts and parsed(f"//{host}")[0] not in self._hosts and not (self._own and area is PROBES):
            return error_reply(HTTPStatus.MISDIRECTED_REQUEST, f"This server does not answer for the host {host!r}.")
        if not (area and area.other_sites) and self._is_foreign(scope, headers, host):
            return error_reply(HTTPStatus.FORBIDDEN, "This server answers its own page only.")
        if area is None or len(path) > MOST_PATH:
            return error_reply(HTTPStatus.NOT_FOUND, f"There is nothing at {path[:MOST_PATH]}.")
        return None

    def _is_foreign(self, scope: Scope, headers: Headers, host: str) -> bool:
        """Does another site's page ask? A link there may lead to a page of ours; nothing may be sent."""
        origin = headers.get("origin")
        if origin is not None:
            return not is_own_origin(origin, host, self._own)
        is_safe = scope["type"] == "http" and scope["method"] in SAFE
        return not is_safe and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def _with_headers(scope: Scope, send: Send, own: str) -> Send:
    """Headers for every reply; one that a route set itself stays."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            # Not `no-referrer`: with that, a browser sends `Origin: null` with our own forms.
            headers.setdefault("Referrer-Policy", "same-origin")
            if own.startswith("https://"):
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            headers.setdefault("Content-Security-Policy", page_policy(Headers(scope=scope).get("host", "")))
            if scope["path"].startswith("/v1/") and headers.get("Content-Type", "").startswith("application/json"):
                # Opened as a page, what a caller made up must not become one (ASVS 14.4.2).
                headers.setdefault("Content-Disposition", 'attachment; filename="api.json"')
            if not KEPT.has(scope["path"]):
                headers.setdefault("Cache-Control", "no-store")
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
            f"connect-src 'self' ws://{host} wss://{host}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
