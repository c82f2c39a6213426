"""All editors' pages of manuals, put together: an installation comes in, a router leaves."""

from fastapi import APIRouter

from ui.backend import Backend
from ui.editing.chunk_routes import chunk_routes
from ui.editing.document_routes import document_routes
from ui.editing.editors import Editors
from ui.editing.job_routes import job_routes
from ui.editing.publish_routes import publish_routes
from ui.editing.removal_routes import removal_routes
from ui.editing.setting_routes import setting_routes
from ui.editing.upload_routes import upload_routes


def editing_routes(backend: Backend) -> APIRouter:
    """The pages below /desk/documents, /desk/jobs, /desk/runs and /desk/publishes."""
    editors = Editors(backend)
    router = APIRouter(lifespan=editors.serving)
    # The page of one manual takes every other name, so it comes last.
    parts = (removal_routes, setting_routes, upload_routes, chunk_routes, document_routes, job_routes, publish_routes)
    for routes in parts:
        router.include_router(routes(editors))
    return router
