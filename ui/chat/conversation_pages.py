"""The page of one's own conversations: search, rename, delete, take along, erase. Forms come in, pages go out."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from ingest.index.contract import Scope
from serving.api.access import asker
from serving.api.redirect import see_other
from serving.conversations.export import exported_json, exported_markdown
from serving.conversations.readable import Readable, searchable
from serving.conversations.store import LONGEST_TITLE, Conversations
from serving.conversations.types import Conversation
from serving.customers.queue import HandOvers
from serving.keys import Role
from ui.backend import Backend
from ui.chat.threads import WITHDRAWN
from ui.web.rendering import PageRoute, page
from ui.web.texts import language_of, translator

PAGE: Final = 30
ADDRESS: Final = "/desk/conversations"
_TYPES: Final = {"json": "application/json", "md": "text/markdown; charset=utf-8"}

T = TypeVar("T")


def conversation_routes(backend: Backend) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=ADDRESS, route_class=PageRoute)
    _add_changes(router, backend)

    @router.get("")
    async def shown(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        done: Annotated[str, Query(max_length=20)] = "",
    ) -> Response:
        found = await _own(backend, request, _listed(backend, asker(request).scope, q, start))
        return page(
            request,
            "chat/conversations.html",
            found=found[:PAGE],
            more=start + PAGE if len(found) > PAGE else 0,
            start=start,
            q=q,
            done=done,
            longest=LONGEST_TITLE,
        )

    @router.get("/export.{form}")
    async def export(request: Request, form: str, conversation: Annotated[str, Query(max_length=64)] = "") -> Response:
        form = form if form in _TYPES else "json"
        readable = _readable(backend, asker(request).scope, translator(language_of(request))(WITHDRAWN))

        def written(store: Conversations, owner: str) -> str:
            if form == "md":
                return exported_markdown(store, owner, readable, conversation)
            return exported_json(store, owner, readable, conversation, HandOvers(backend.database()).of)

        text = await _own(backend, request, written)
        headers = {
            "Content-Disposition": f'attachment; filename="conversations.{form}"',
            "Cache-Control": "no-store",
        }
        return Response(text, media_type=_TYPES[form], headers=headers)

    return router


def _add_changes(router: APIRouter, backend: Backend) -> None:
    @router.post("/rename")
    async def rename(
        request: Request,
        conversation: Annotated[str, Form(max_length=64)],
        title: Annotated[str, Form(min_length=1, max_length=LONGEST_TITLE)],
    ) -> Response:
        await _own(backend, request, lambda store, owner: store.rename(conversation, owner, title))
        return _back("renamed")

    @router.post("/delete")
    async def delete(request: Request, conversation: Annotated[str, Form(max_length=64)]) -> Response:
        await _own(backend, request, lambda store, owner: store.delete(conversation, owner))
        return _back("deleted")

    @router.post("/erase")
    async def erase(request: Request) -> Response:
        await _own(backend, request, lambda store, owner: store.erase(owner))
        return _back("erased")


def _listed(
    backend: Backend, scope: Scope, words: str, start: int
) -> Callable[[Conversations, str], tuple[Conversation, ...]]:
    """A page of them, and one more where there are more."""
    searched = searchable(backend.opens(scope))
    return lambda store, owner: store.of(
        owner, search=words, searched=searched, channel="chat", limit=PAGE + 1, skip=start
    )


def _readable(backend: Backend, scope: Scope, withdrawn: str) -> Readable:
    return Readable(may_open=backend.opens(scope), withdrawn=withdrawn, listed=lambda: backend.listed(scope))


async def _own(backend: Backend, request: Request, work: Callable[[Conversations, str], T]) -> T:
    caller = asker(request)
    caller.require(Role.AGENT, "Conversations of the agents' chat")
    return await asyncio.to_thread(lambda: work(Conversations(backend.database()), caller.owner))


def _back(done: str) -> Response:
    return see_other(f"{ADDRESS}?done={done}")
