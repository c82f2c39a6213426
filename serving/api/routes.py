"""The HTTP interface put together: one installation comes in, an application with all routes but the pages' leaves.

It is not to be served without a `Door` before it (`serving.api.access`), which says who asks.
"""

import copy
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from serving.api.access import HEALTH
from serving.api.after_publish import after_publish
from serving.api.ask import ask_routes
from serving.api.chat_completions import chat_routes
from serving.api.documents import document_routes
from serving.api.errors import NotFound, add_handlers, error_reply
from serving.api.health import health_routes
from serving.api.job_queue import JobQueue
from serving.api.jobs import job_routes
from serving.api.needs import Desk
from serving.api.schemas import ErrorReply
from serving.api.uploads import Uploads

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ERRORS: dict[int | str, dict[str, object]] = {
    int(status): {"model": ErrorReply, "description": status.phrase}
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    )
}
"""What any call may end in."""


def build_application(desk: Desk) -> FastAPI:
    """The application; jobs that still run when it ends are stopped."""
    queue = JobQueue(desk.metrics.job_done, partial(after_publish, desk))
    uploads = Uploads(desk.home)

    @asynccontextmanager
    async def running(_application: FastAPI) -> AsyncGenerator[None]:
        yield
        queue.close()

    application = FastAPI(
        title="Manualdesk",
        description="Passages and cited answers from product manuals. Send `Authorization: Bearer KEY`.",
        docs_url=None,  # pages that load their scripts from another host
        redoc_url=None,
        openapi_url=None,
        lifespan=running,
    )
    application.state.jobs = queue  # for pages, which ask for ingests too
    routers = [
        health_routes(desk),
        chat_routes(desk),
        ask_routes(desk),
        document_routes(desk, uploads),
        job_routes(desk, queue, uploads),
        _described(application.openapi),
    ]
    for router in routers:
        application.include_router(router, responses=ERRORS)
    application.include_router(_nothing_else([route for router in routers for route in router.routes]))
    add_handlers(application)
    return application


def _described(openapi: Callable[[], dict[str, Any]]) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/openapi.json", include_in_schema=False)
    async def description() -> Response:
        """What there is to call, as an OpenAPI document."""
        described = copy.deepcopy(openapi())
        described["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"key": []}]
        for path, methods in described["paths"].items():
            for call in methods.values():
                call["responses"].pop("422", None)  # the framework's own form, which is never sent
                if path in HEALTH:
                    call["security"] = []
        return JSONResponse(described)

    return router


def _nothing_else(routes: Sequence[BaseRoute]) -> APIRouter:
    """Whatever else is asked for below /v1: a page mounted at `/` would answer it otherwise."""
    router = APIRouter()

    @router.api_route("/v1/{rest:path}", methods=_METHODS, include_in_schema=False)
    async def nothing(request: Request, rest: str) -> Response:
        allowed = sorted(
            method
            for route in routes
            if isinstance(route, Route) and route.matches(request.scope)[0] is Match.PARTIAL
            for method in route.methods or ()
        )
        if not allowed:
            raise NotFound(f"There is nothing at /v1/{rest}.", hint="See /v1/openapi.json.")
        reply = error_reply(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"{request.method} {request.url.path}: not offered.",
            f"use {', '.join(allowed)}",
        )
        reply.headers["Allow"] = ", ".join(allowed)
        return reply

    return router
