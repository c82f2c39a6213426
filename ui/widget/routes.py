"""All that a site's pages call: the script, how the chat looks, a session, and what is done with it."""

import asyncio
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError
from ingest.index.contract import Index
from serving.api.access import asker_address
from serving.api.errors import NotFound
from serving.customers.look import in_language, spoken
from serving.customers.sessions import IDLE_SECONDS
from serving.customers.sites import Site
from serving.keys import Forbidden
from ui.widget.asking import asking_routes
from ui.widget.customers import Customers
from ui.widget.originals import original_routes
from ui.widget.requests import SessionWanted
from ui.widget.script import tag_of, widget_script, widget_style
from ui.widget.suggestions import Suggestions
from ui.widget.talking import talking_routes
from ui.widget.texts import texts_in
from ui.widget.way import page_origin, session_in, visitor

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
KEPT: Final = "public, max-age=300"
"""Script and style: five minutes after an upgrade every page has the new ones."""


def widget_routes(customers: Customers) -> APIRouter:
    """The routes under /widget; hand-overs are sent while they are served."""
    router = APIRouter(tags=["widget"], lifespan=customers.delivering)

    @router.get("/widget.js", include_in_schema=False)
    async def script(request: Request) -> Response:
        return _file(request, widget_script(), "text/javascript")

    calls = APIRouter(prefix="/widget/v1")

    @calls.get("/widget.css", include_in_schema=False)
    async def style(request: Request) -> Response:
        return _file(request, widget_style(), "text/css")

    calls.include_router(_beginnings(customers))
    calls.include_router(asking_routes(customers))
    calls.include_router(original_routes(customers))
    calls.include_router(talking_routes(customers))

    @calls.api_route("/{rest:path}", methods=_METHODS, include_in_schema=False)
    async def nothing(rest: str) -> Response:
        raise NotFound(f"There is nothing at /widget/v1/{rest}.", hint="See docs/widget.md.")

    router.include_router(calls)
    return router


def _beginnings(customers: Customers) -> APIRouter:
    router = APIRouter()
    made: dict[int, Suggestions] = {}

    def suggestions(index: Index) -> Suggestions:
        if id(index) not in made:  # there is one; a server that had none yet opens it later
            made.clear()
            made[id(index)] = Suggestions(index)
        return made[id(index)]

    @router.get("/look")
    async def look(request: Request, site: str, language: str = "en") -> dict[str, object]:
        """How the chat of a site looks, and what it says in that language."""
        found = await asyncio.to_thread(_site, customers, site, request)
        return _look_json(found, spoken(language))

    @router.post("/session")
    async def session(wanted: SessionWanted, request: Request) -> dict[str, object]:
        """A session's token; with a token that still holds, the next one of the same visitor."""
        stores = await asyncio.to_thread(customers.stores)
        stores.quotas.session(asker_address(request))
        site = await asyncio.to_thread(_site, customers, wanted.site, request)
        running = session_in(request)
        goes_on = running is not None and running.site.id == site.id
        if running is not None and goes_on:
            token = stores.sessions.renew(running, wanted.product)
        else:
            token = stores.sessions.begin(site, page_origin(request.headers, customers.own), wanted.product)
        return {"token": token, "seconds": IDLE_SECONDS, "renewed": goes_on}

    @router.get("/suggestions")
    async def suggested(request: Request, language: str = "en") -> dict[str, object]:
        """Questions to begin with."""
        session = visitor(request)

        def found() -> list[dict[str, str]]:
            try:
                known = suggestions(customers.backend.index())
                return known.of(session.caller.scope, session.product, spoken(language))
            except ManualdeskError:  # nothing is published yet, say: a chat without suggestions is one too
                return []

        return {"suggestions": await asyncio.to_thread(found)}

    return router


def _site(customers: Customers, id: str, request: Request) -> Site:  # noqa: A002
    """The site, where the page that asks is one of its own. Raises Forbidden for all else, without a difference."""
    site = customers.sites().enabled(id)
    if site is None or page_origin(request.headers, customers.own) not in site.origins:
        raise Forbidden("This page may not use this chat.", hint="Is the site's id right, and its origin on the list?")
    return site


def _look_json(site: Site, language: str) -> dict[str, object]:
    look = site.look
    return {
        "name": site.name,
        "colour": look.colour,
        "position": look.position,
        "language": language,
        "greeting": in_language(look.greetings, language),
        "note": in_language(look.notes, language),
        "link": in_language(look.links, language),
        "texts": dict(texts_in(language)),
    }


def _file(request: Request, text: str, kind: str) -> Response:
    headers = {"ETag": tag_of(text), "Cache-Control": KEPT, "Cross-Origin-Resource-Policy": "cross-origin"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
