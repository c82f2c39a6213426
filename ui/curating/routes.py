"""All pages of this package: an installation comes in, one router leaves."""

from fastapi import APIRouter

from ui.backend import Backend
from ui.curating.answer_pages import answer_routes
from ui.curating.gap_pages import gap_routes
from ui.curating.label_pages import label_routes
from ui.curating.search_pages import search_routes
from ui.curating.usage_pages import usage_routes


def curating_routes(backend: Backend) -> APIRouter:
    """`/desk/answers`, `/desk/gaps`, `/desk/search`, `/desk/labels` and `/desk/usage`."""
    router = APIRouter()
    for routes in (answer_routes, gap_routes, search_routes, label_routes, usage_routes):
        router.include_router(routes(backend))
    return router
