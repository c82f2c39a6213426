"""All sessions that last, for admins: who is signed in where, and an end to it."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from serving.api.redirect import see_other
from ui.admin.forms import Line, administration
from ui.backend import Backend
from ui.web.rendering import PageRoute, page


def session_routes(backend: Backend, ended: Callable[[str], None]) -> APIRouter:
    """The routes below /desk/sessions."""
    router = APIRouter(prefix="/desk/sessions", route_class=PageRoute)

    @router.get("")
    def everybodys(request: Request, done: str = "") -> Response:
        sessions = administration(backend, request).sessions.all()
        return page(request, "admin/sessions.html", sessions=sessions, done=done)

    @router.post("/end")
    def end(request: Request, session: Line = "") -> Response:
        administration(backend, request).end_session(session)
        ended(session)
        return see_other("/desk/sessions?done=ended")

    return router
