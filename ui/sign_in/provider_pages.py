"""The way to an OpenID provider and back: a browser leaves with a state, and comes back with a code for a session."""

import secrets
import time
from http.cookies import SimpleCookie
from typing import Any, Final

import jwt
from fastapi import APIRouter, Request
from fastapi.responses import Response

from serving.accounts.authentication import Authenticator
from serving.accounts.installation_secret import installation_secret
from serving.accounts.ways import Cookie
from serving.api.access import asker_address
from serving.api.redirect import see_other
from ui.backend import Backend
from ui.sign_in.arriving import Arrivals
from ui.sign_in.browser import local_path, signed_in, where, with_session
from ui.sign_in.pages import SigningOut
from ui.sign_in.provider import OpenIdProvider, ProviderRefused, Start
from ui.sign_in.setup import SignInSetup
from ui.web.rendering import PageRoute

BACK: Final = "/sign-in/provider/back"
_MINUTES: Final = 10
"""To sign in at the provider."""


def provider_routes(backend: Backend, setup: SignInSetup, authenticator: Authenticator, out: SigningOut) -> APIRouter:
    """The routes below /sign-in/provider."""
    assert setup.provider is not None  # noqa: S101 - what these routes are for
    router = APIRouter(route_class=PageRoute)
    provider = OpenIdProvider(setup.provider, f"{setup.public_url}{BACK}")
    arrivals = Arrivals(
        backend.database(), default_role=setup.default_role, roles_are_theirs=bool(setup.provider.roles)
    )
    kept = _Kept(installation_secret(backend.database(), "provider"), secure=setup.is_secure)
    cookie = Cookie(secure=setup.is_secure)

    @router.get("/sign-in/provider")
    def leave(next: str = "/") -> Response:  # noqa: A002 - the parameter's name in addresses
        start = provider.start()
        reply = see_other(start.address)
        reply.headers.append("Set-Cookie", kept.written(start, local_path(next)))
        return reply

    @router.get(BACK)
    def back(request: Request, code: str = "", state: str = "") -> Response:
        start, wanted = kept.read(request)
        if not code or not secrets.compare_digest(state.encode(), start.state.encode()):
            raise ProviderRefused("This sign-in was not begun here, or was given up.", hint="Begin anew: /sign-in")
        person = arrivals.person(provider.finish(code, start), asker_address(request))
        before = signed_in(request)
        if before is not None:
            out.end(before, asker_address(request))
        reply = with_session(see_other(wanted), cookie, authenticator.passed(person, where(request)))
        reply.headers.append("Set-Cookie", kept.taken_back())
        return reply

    return router


class _Kept:
    """What a browser keeps while it is at the provider: signed, and for minutes."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._secret = secret
        self._secure = secure
        self._name = "__Host-manualdesk-provider" if secure else "manualdesk-provider"

    def written(self, start: Start, wanted: str) -> str:
        said = {
            "state": start.state,
            "nonce": start.nonce,
            "verifier": start.verifier,
            "next": wanted,
            "exp": int(time.time()) + 60 * _MINUTES,
        }
        return self._cookie(jwt.encode(said, self._secret, algorithm="HS256"), 60 * _MINUTES)

    def taken_back(self) -> str:
        return self._cookie("", 0)

    def read(self, request: Request) -> tuple[Start, str]:
        """Raises ProviderRefused where there is nothing, or something else."""
        try:
            said: dict[str, Any] = jwt.decode(request.cookies.get(self._name, ""), self._secret, algorithms=["HS256"])
            return Start("", said["state"], said["nonce"], said["verifier"]), local_path(said["next"])
        except (jwt.InvalidTokenError, KeyError) as error:
            raise ProviderRefused("This sign-in took too long, or was not begun here.", hint="Begin anew.") from error

    def _cookie(self, value: str, seconds: int) -> str:
        cookie: SimpleCookie = SimpleCookie()
        cookie[self._name] = value
        made = cookie[self._name]
        made["path"], made["httponly"], made["samesite"], made["max-age"] = "/", True, "Lax", seconds
        if self._secure:
            made["secure"] = True
        return made.OutputString()
