"""`/healthz`, `/readyz` and `/metrics`: what machines ask that keep this one running."""

import asyncio
from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ingest.errors import ManualdeskError
from ingest.index.contract import EVERYTHING, IndexInfo
from serving.api.access import asker
from serving.api.errors import caller_of
from serving.api.metrics import CONTENT_TYPE
from serving.api.needs import Desk
from serving.keys import Forbidden, Role


def health_routes(desk: Desk) -> APIRouter:
    """The routes of health."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def alive() -> JSONResponse:
        """Is the process there?"""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def ready(request: Request) -> JSONResponse:
        """Can it answer? The state of each part; details for agents and editors."""
        index = await asyncio.to_thread(_index_state, desk)
        model = await desk.model_name()
        is_ready = bool(index["ready"]) and desk.ready
        state = {
            "index": index,
            "embedder": _embedder_state(desk),
            "language_model": {"ready": bool(model), "model": model, "answers": "model" if model else "quotes only"},
        }
        cache = await asyncio.to_thread(desk.cache_state)
        if cache is not None:  # without it answers only take longer: it does not make the process unready
            state["cached_answers"] = asdict(cache)
        caller = caller_of(request)
        if not (caller and caller.role.covers(Role.AGENT) and caller.scope == EVERYTHING):
            # How many manuals there are, and where what lies, is nobody else's business.
            state = {name: {"ready": part["ready"]} for name, part in state.items()}
        return JSONResponse(
            {"ready": is_ready, **state}, status_code=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        )

    @router.get("/metrics", responses={200: {"content": {"text/plain": {}}}})
    async def metrics(request: Request) -> Response:
        """Counters in Prometheus' text format; for agents and editors."""
        caller = asker(request)
        caller.require(Role.AGENT, "To read the metrics")
        if caller.scope != EVERYTHING:
            raise Forbidden("This key reads some of the manuals; the metrics count all.", hint="Ask with another key.")
        index = await asyncio.to_thread(_published, desk)
        return Response(desk.metrics.text(index), headers={"Content-Type": CONTENT_TYPE})

    return router


def _published(desk: Desk) -> IndexInfo | None:
    try:
        return desk.index().info()
    except ManualdeskError:
        return None


def _index_state(desk: Desk) -> dict[str, object]:
    try:
        info = desk.index().info()
    except ManualdeskError as error:
        return {"ready": False, "error": error.message, "hint": error.hint}
    return {"ready": True, "generation": info.generation, "documents": info.documents, "chunks": info.chunks}


def _embedder_state(desk: Desk) -> dict[str, object]:
    if desk.ready:
        return {"ready": True}
    if desk.failure:
        return {"ready": False, "error": desk.failure.message, "hint": desk.failure.hint}
    return {"ready": False, "error": "still loading", "hint": ""}
