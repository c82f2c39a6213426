"""`/v1/ingest` and `/v1/jobs`: an editor asks for an ingest, follows it and may cancel it."""

import asyncio
from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ingest.errors import NothingPublished
from ingest.index.contract import EVERYTHING
from ingest.pipeline import Job
from ingest.recorded import describe
from serving.api.access import asker
from serving.api.audited import audited
from serving.api.errors import Conflict, NotFound
from serving.api.job_queue import JobQueue
from serving.api.needs import Desk
from serving.api.schemas import IngestRequest
from serving.api.uploads import Uploads
from serving.keys import Role


def job_routes(desk: Desk, queue: JobQueue, uploads: Uploads) -> APIRouter:
    """The routes of ingests; all of them for editors."""
    router = APIRouter(prefix="/v1", tags=["manuals"])

    @router.post("/ingest", status_code=202)
    async def ingest(request: Request, asked: IngestRequest | None = None) -> Response:
        """Bring the index to what is uploaded, or to what is in a folder that was ingested before; as a job."""
        caller = asker(request)
        caller.require(Role.EDITOR, "To ingest manuals")
        asked = asked or IngestRequest()
        root = await asyncio.to_thread(_root, desk, uploads, asked.root)
        job = Job(paths=(root,), root=root, force=asked.force, allow_removals=asked.allow_removals)
        status = queue.submit(partial(desk.ingest, job), describe(job), by=caller.byline)
        await asyncio.to_thread(audited, desk, request, "document.ingested", str(root), job=status.id)
        return JSONResponse(status.to_json(), status_code=202, headers={"Location": f"/v1/jobs/{status.id}"})

    @router.get("/jobs")
    async def jobs(request: Request) -> Response:
        """All jobs since the server started, the newest first."""
        asker(request).require(Role.EDITOR, "To follow an ingest")
        return JSONResponse({"jobs": [status.to_json() for status in queue.jobs()]})

    @router.get("/jobs/{job}")
    async def follow(job: str, request: Request) -> Response:
        """How far a job is, and how it ended."""
        asker(request).require(Role.EDITOR, "To follow an ingest")
        return JSONResponse(queue.job(job).to_json())

    @router.delete("/jobs/{job}")
    async def cancel(job: str, request: Request) -> Response:
        """Stop a job: one that waits at once, one that runs within seconds; the index stays as it was before."""
        asker(request).require(Role.EDITOR, "To cancel an ingest")
        status = queue.cancel(job)
        await asyncio.to_thread(audited, desk, request, "job.cancelled", job, what=status.what)
        return JSONResponse(status.to_json(), status_code=HTTPStatus.ACCEPTED if status.is_open else HTTPStatus.OK)

    return router


def _root(desk: Desk, uploads: Uploads, asked: str) -> Path:
    """The folder to ingest: the uploads, or one that a command ingested before. HTTP opens no other folder."""
    if not asked or asked == str(uploads.folder):
        if not uploads.exists():
            raise Conflict("Nothing was uploaded yet.", hint="POST /v1/documents")
        return uploads.folder
    try:
        known = {document.root for document in desk.index().documents(EVERYTHING)}
    except NothingPublished:
        known = set()
    if asked not in known:
        raise NotFound(
            f"No manual was ingested from {asked!r}.", hint="`root` of a manual in GET /v1/documents; or leave it away"
        )
    return Path(asked)
