"""The last routes of pages: whatever else is asked for among them gets a page that says there is nothing.

Chainlit, mounted behind all routes, would answer with the chat.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from serving.api.errors import NotFound
from ui.web.rendering import PageRoute

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def nowhere_routes() -> APIRouter:
    """To be included after all other pages."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/desk")
    async def desk() -> Response:
        return RedirectResponse("/")

    @router.api_route("/desk/{rest:path}", methods=_METHODS)
    @router.api_route("/sign-in/{rest:path}", methods=_METHODS)
    @router.api_route("/widget/{rest:path}", methods=_METHODS)
    async def nothing(request: Request, rest: str) -> Response:
        del request, rest
        raise NotFound("There is no such page.")

    return router
