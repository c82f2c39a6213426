"""One's own account: who I am, my password, where I am signed in."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError
from serving.accounts.audit import Audit
from serving.accounts.authentication import Authenticator, SignInLocked, SignInRefused
from serving.accounts.passwords import PasswordUnfit
from serving.accounts.sessions import Sessions
from serving.accounts.types import Signed
from serving.api.access import asker_address
from serving.api.errors import NotFound
from serving.api.redirect import see_other
from ui.admin.forms import Line, Typed
from ui.backend import Backend
from ui.sign_in.browser import signed_in
from ui.sign_in.pages import change_password
from ui.web.rendering import PageRoute, page


def account_page_routes(backend: Backend, authenticator: Authenticator, ended: Callable[[str], None]) -> APIRouter:
    """The routes below /desk/account."""
    router = APIRouter(prefix="/desk/account", route_class=PageRoute)
    sessions, audit = Sessions(backend.database()), Audit(backend.database())

    def shown(request: Request, done: str = "", error: ManualdeskError | None = None) -> Response:
        signed = _signed(request)
        return page(
            request,
            "admin/account.html",
            person=signed.person,
            sessions=sessions.all(signed.person.id),
            this=signed.session.id if signed.session else "",
            done=done,
            error=error,
            one_time=False,
        )

    @router.get("")
    def show(request: Request, done: str = "") -> Response:
        return shown(request, done)

    @router.post("/password")
    def change(request: Request, old: Typed = "", new: Typed = "", again: Typed = "") -> Response:
        try:
            change_password(authenticator, _signed(request), (old, new, again), request)
        except (PasswordUnfit, SignInRefused, SignInLocked) as error:
            return shown(request, error=error)
        return see_other("/desk/account?done=password")

    @router.post("/sessions/end")
    def end(request: Request, session: Line = "") -> Response:
        """One of my sessions, or with none named all but this one."""
        signed = _signed(request)
        mine = {each.id for _, each in sessions.all(signed.person.id)}
        this = signed.session.id if signed.session else ""
        chosen = mine & {session} if session else mine - {this}
        for each in sorted(chosen):
            if sessions.end(each):
                audit.note(signed.person.name, "session.ended", each, {}, asker_address(request))
                ended(each)
        return see_other("/sign-in" if this in chosen else "/desk/account?done=sessions")

    return router


def _signed(request: Request) -> Signed:
    found = signed_in(request)
    if found is None:
        raise NotFound("Nobody is signed in.", hint="An account belongs to who signs in.")
    return found
