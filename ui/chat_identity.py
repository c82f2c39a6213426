"""Speaks for the chat: whoever the door let in is who Chainlit takes its user for, whatever cookie a browser sends.

Enters: a request to the chat, with its caller. Leaves: the same request with a freshly signed token in place of any
that came along. There is no second sign-in, and none that outlasts ours.
"""

import time
from http import HTTPStatus
from typing import Final

import jwt
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.accounts.ways import STATE
from serving.api.errors import NotFound
from serving.keys import Caller, Role
from ui.gate import CHAT
from ui.open_sockets import OpenSockets
from ui.web.rendering import error_page

TOKEN_COOKIE: Final = "access_token"  # noqa: S105 - a name
"""Chainlit's; of a long token it makes several, with numbers behind."""
_TOKEN_SECONDS: Final = 3600
_RENEWED_SECONDS: Final = 300
_MOST_TOKENS: Final = 5000
_OURS: Final = ("manualdesk=", "__Host-manualdesk=", TOKEN_COOKIE)
"""Cookies that Chainlit does not get to see."""
_HIDDEN: Final = frozenset({b"cookie", b"authorization", b"x-api-key"})

_callers: dict[str, Caller] = {}


def chat_caller(identifier: str) -> Caller:
    """Who the chat's user of that identifier is, with the rights they have now. Raises NotFound for nobody."""
    try:
        return _callers[identifier]
    except KeyError:
        raise NotFound("You are not signed in any more.", hint="Reload the page.") from None


class ChatIdentity:
    """Stands before the application, and changes requests to the chat."""

    def __init__(self, application: ASGIApp, secret: str, open_sockets: OpenSockets) -> None:
        self._application = application
        self._secret = secret
        self._open_sockets = open_sockets
        self._tokens: dict[Caller, tuple[str, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not CHAT.has(scope["path"]):
            await self._application(scope, receive, send)
            return
        caller: Caller | None = scope["state"]["caller"]
        if caller is None or not _may_chat(caller):
            await _refused(scope, receive, send)
            return
        _callers[caller.owner] = caller
        spoken_for = {**scope, "headers": [*_kept(scope), (b"cookie", self._cookies(scope, caller))]}
        if scope["type"] == "websocket":
            signed = scope["state"].get(STATE)
            await self._open_sockets.connected(self._application, spoken_for, receive, send, signed)
        else:
            await self._application(spoken_for, receive, send)

    def _cookies(self, scope: Scope, caller: Caller) -> bytes:
        parts = [part.strip() for line in Headers(scope=scope).getlist("cookie") for part in line.split(";")]
        others = [part for part in parts if part and not part.startswith(_OURS)]
        return "; ".join([*others, f"{TOKEN_COOKIE}={self._token(caller)}"]).encode("latin-1")

    def _token(self, caller: Caller) -> str:
        """As `chainlit.auth.create_jwt` makes it; made anew after some minutes."""
        now = time.time()
        known = self._tokens.get(caller)
        if known is not None and known[1] > now:
            return known[0]
        said = {
            "identifier": caller.owner,
            "display_name": caller.shown_name or caller.name,
            "metadata": {"role": caller.role.value, "audience": caller.audience.value},
            "iat": int(now),
            "exp": int(now) + _TOKEN_SECONDS,
        }
        if len(self._tokens) >= _MOST_TOKENS:
            self._tokens.clear()
        token = jwt.encode(said, self._secret, algorithm="HS256")
        self._tokens[caller] = (token, now + _RENEWED_SECONDS)
        return token


def _may_chat(caller: Caller) -> bool:
    """People of the house: the chat of customers is another one, and a key calls the HTTP interface."""
    is_key = bool(caller.name) and not caller.person
    return caller.role.covers(Role.AGENT) and not is_key


def _kept(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in scope["headers"] if name not in _HIDDEN]


async def _refused(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    request = Request(scope, receive)
    reply = error_page(request, "The chat is for people who sign in as agents.", "Ask an admin.", HTTPStatus.FORBIDDEN)
    await reply(scope, receive, send)
