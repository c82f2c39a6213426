"""What a request tells of a browser, and what a browser is told: its session's cookie."""

from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from serving.accounts.authentication import Where
from serving.accounts.types import Signed
from serving.accounts.ways import STATE, Cookie
from serving.api.access import asker_address


def where(request: Request) -> Where:
    return Where(asker_address(request), request.headers.get("user-agent", "")[:500])


def signed_in(request: Request) -> Signed | None:
    """Who is signed in, in which session; None for keys, for who sits at this machine, and for nobody."""
    found: Signed | None = getattr(request.state, STATE, None)
    return found


def local_path(wanted: str) -> str:
    """An address on this server, as it was asked for; the start page for any other, or what could be read as one."""
    has_odd = any(not each.isprintable() or each in "\\ " for each in wanted)
    if not wanted.startswith("/") or wanted.startswith("//") or has_odd or len(wanted) > 2000:
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else wanted


def with_session(reply: Response, cookie: Cookie, token: str) -> Response:
    """The reply, with the session's cookie; an empty token takes it back."""
    reply.headers.append("Set-Cookie", cookie.written(token))
    return reply
