"""The pages of signing in and out: a form comes in, a session's cookie goes out."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from ingest.errors import ManualdeskError
from serving.accounts.audit import Audit
from serving.accounts.authentication import Authenticator, OneTimeOver, SignInLocked, SignInRefused
from serving.accounts.passwords import PasswordUnfit
from serving.accounts.sessions import Sessions
from serving.accounts.types import Signed, SignIn
from serving.accounts.ways import Cookie
from serving.api.access import asker_address
from serving.api.redirect import see_other
from ui.backend import Backend
from ui.sign_in.browser import local_path, signed_in, where, with_session
from ui.sign_in.setup import SignInSetup
from ui.web.rendering import PageRoute, page

Typed = Annotated[str, Form(max_length=1000)]


@dataclass(frozen=True, slots=True)
class SigningOut:
    """Ends sessions, and what hangs on them."""

    sessions: Sessions
    audit: Audit
    ended: Callable[[str], None]
    """Told of each session that ends here, so that its open chats end too."""

    def end(self, signed: Signed, address: str) -> None:
        if signed.session is not None and self.sessions.end(signed.session.id):
            name = signed.person.name
            self.audit.note(name, "session.signed_out", name, {"session": signed.session.id}, address)
            self.ended(signed.session.id)


def signing_out(backend: Backend, ended: Callable[[str], None]) -> SigningOut:
    database = backend.database()
    return SigningOut(Sessions(database), Audit(database), ended)


def sign_in_routes(setup: SignInSetup, authenticator: Authenticator, out: SigningOut) -> APIRouter:
    """The form; it needs no caller."""
    router = APIRouter(route_class=PageRoute)
    cookie = Cookie(secure=setup.is_secure)

    @router.get("/sign-in")
    def show(request: Request, next: str = "/") -> Response:  # noqa: A002 - the parameter's name in addresses
        if setup.way is None or signed_in(request) is not None:
            return see_other(local_path(next))
        return _form(request, setup, local_path(next))

    @router.post("/sign-in")
    def sign_in(request: Request, name: Typed = "", password: Typed = "", next: Typed = "/") -> Response:  # noqa: A002
        if setup.way is not SignIn.PASSWORD:
            return see_other("/sign-in")
        try:
            token = authenticator.sign_in(name, password, where(request))
        except (SignInRefused, SignInLocked) as error:
            return _form(request, setup, local_path(next), error, name[:255])
        before = signed_in(request)
        if before is not None:  # as somebody else, in the same browser
            out.end(before, asker_address(request))
        return with_session(see_other(local_path(next)), cookie, token)

    return router


def _form(
    request: Request, setup: SignInSetup, wanted: str, error: ManualdeskError | None = None, name: str = ""
) -> Response:
    seconds = error.seconds if isinstance(error, SignInLocked) else 0
    status = HTTPStatus.OK if error is None else HTTPStatus.UNAUTHORIZED
    reply = page(
        request,
        "sign_in/sign_in.html",
        status=HTTPStatus.TOO_MANY_REQUESTS if seconds else status,
        way=setup.way,
        next=wanted,
        name=name,
        failed=error is not None,
        is_over=isinstance(error, OneTimeOver),
        seconds=seconds,
    )
    if seconds:
        reply.headers["Retry-After"] = str(seconds)
    return reply


def sign_out_routes(setup: SignInSetup, out: SigningOut) -> APIRouter:
    """The way out, for our pages and for the chat's."""
    router = APIRouter(route_class=PageRoute)
    cookie = Cookie(secure=setup.is_secure)

    @router.post("/sign-out")
    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        signed = signed_in(request)
        if signed is not None:
            out.end(signed, asker_address(request))
        is_page = request.url.path == "/sign-out"
        reply = see_other("/sign-in") if is_page else JSONResponse({"success": True})
        return with_session(reply, cookie, "")

    @router.get("/login")
    def login() -> Response:
        return see_other("/")

    return router


def new_password_routes(setup: SignInSetup, authenticator: Authenticator) -> APIRouter:
    """The page that a one-time password leads to."""
    router = APIRouter(route_class=PageRoute)

    def form(request: Request, error: ManualdeskError | None = None) -> Response:
        status = HTTPStatus.OK if error is None else HTTPStatus.BAD_REQUEST
        return page(request, "sign_in/new_password.html", status=status, error=error)

    @router.get("/sign-in/new-password")
    def show(request: Request) -> Response:
        signed = signed_in(request)
        return form(request) if signed and signed.person.must_change else see_other("/")

    @router.post("/sign-in/new-password")
    def choose(request: Request, old: Typed = "", new: Typed = "", again: Typed = "") -> Response:
        signed = signed_in(request)
        if signed is None or signed.session is None or setup.way is not SignIn.PASSWORD:
            return see_other("/sign-in")
        try:
            change_password(authenticator, signed, (old, new, again), request)
        except (PasswordUnfit, SignInRefused, SignInLocked) as error:
            return form(request, error)
        return see_other("/")

    return router


def change_password(
    authenticator: Authenticator, signed: Signed, typed: tuple[str, str, str], request: Request
) -> None:
    """A person's own new password, out of what they typed: the old one, the new one, the new one again.

    Raises PasswordUnfit, SignInRefused and SignInLocked.
    """
    old, new, again = typed
    if new != again:
        raise PasswordUnfit("The two new passwords differ.", hint="Type the same one twice.")
    session = signed.session.id if signed.session else ""
    authenticator.change(signed.person, old, new, session=session, where=where(request))
