"""A customer's way through the door: a session's token comes in, a caller who reads what is public leaves.

Whatever else a request to the widget's paths carries (a key, a cookie, this machine's address) is not looked at: on
these paths nobody is ever more than a customer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import Scope

from ingest.errors import ManualdeskError
from serving.api.origins import is_own_origin
from serving.api.ways import address_in, written_key
from serving.customers.sessions import Session, SessionOver, Sessions
from serving.keys import Caller, KeyRefused

PATHS: Final = "/widget/"
TICKETS: Final = "/widget/v1/originals/"
"""Below it the token's place is taken by a ticket in the path."""
_STATE: Final = "widget_session"


class WidgetWay:
    """To be asked before all other ways."""

    ambient = False

    def __init__(self, sessions: Callable[[], Sessions], calls: Callable[[str], None], *, own: str = "") -> None:
        """Both are called off the event loop; `calls` counts a call from an address, and raises TooMany. `own`: our
        address as browsers know it."""
        self._sessions = sessions
        self._calls = calls
        self._own = own
        # Of their own, as those of keys: the others may all be searching.
        self._threads = ThreadPoolExecutor(2, "visitors")

    async def caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Who asks on the widget's paths. Raises KeyRefused there for all others, so that no other way is
        asked; and TooMany."""
        path: str = scope["path"]
        if not path.startswith(PATHS):
            return None
        run = partial(asyncio.get_running_loop().run_in_executor, self._threads)
        await run(self._calls, address_in(scope))
        try:
            if path.startswith(TICKETS):
                opened = await run(self._ticket, path.removeprefix(TICKETS).partition("/")[0])
                session: Session = opened[0]
            else:
                session = await run(self._read, written_key(headers), page_origin(headers, self._own))
        except ManualdeskError as error:
            raise KeyRefused("This chat's session is over.", hint="Begin a new one.") from error
        scope.setdefault("state", {})[_STATE] = session
        return session.caller

    def _read(self, token: str, origin: str) -> Session:
        return self._sessions().read(token, origin)

    def _ticket(self, ticket: str) -> tuple[Session, str, int]:
        return self._sessions().read_ticket(ticket)


def session_in(request: Request) -> Session | None:
    """The session that the way found; None where there is none."""
    found: Session | None = getattr(request.state, _STATE, None)
    return found


def visitor(request: Request) -> Session:
    """The session. Raises SessionOver."""
    session = session_in(request)
    if session is None:
        raise SessionOver("This chat's session is over.", hint="Begin a new one: POST /widget/v1/session.")
    return session


def page_origin(headers: Headers, own: str = "") -> str:
    """The origin of the page that asks, as its browser says; empty where it says nothing.

    A browser leaves Origin out where a page reads from its own server.
    """
    origin = headers.get("origin")
    if origin is not None:
        return origin
    if headers.get("sec-fetch-site") != "same-origin":
        return ""
    host = headers.get("host", "")
    return own if own and is_own_origin(own, host) else f"http://{host}"
