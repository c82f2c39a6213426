"""What all editors' pages work with: one installation comes in, its manuals and records come out.

Every page asks `ui.web.editor` first: who may not edit is refused before anything is read.
"""

import shlex
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import Request

from ingest.errors import NothingPublished
from ingest.index.contract import Index, IndexedDocument, Scope
from ingest.pipeline import Job
from ingest.recorded import Place, opened_records
from ingest.types import Chunk
from serving.api.access import asker
from serving.api.errors import NotFound
from serving.api.job_queue import JobQueue, JobStatus, Steps
from ui.backend import Backend
from ui.editing.differences import Differences
from ui.editing.staging import Staging

if TYPE_CHECKING:
    from ingest.records.store import Records

MOST_NAMED = 20
"""Manuals that a job's description names."""
_KEPT = 3
"""Manuals whose chunks are kept: 4,000 chunks of a large one take a second to read."""
_LAST = 2**31 - 1


class Editors:
    """The pages' side of one installation."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.staging = Staging(backend.home)
        self.differences = Differences(self.place)
        self._chunks: OrderedDict[tuple[str, str, Scope], tuple[Chunk, ...]] = OrderedDict()
        self._lock = threading.Lock()

    @asynccontextmanager
    async def serving(self, _application: object) -> AsyncGenerator[None]:
        """While the server runs."""
        yield
        self.differences.close()

    def place(self) -> Place:
        return self.backend.place()

    @contextmanager
    def index(self) -> Iterator[Index]:
        """What is published this moment: what readers have open may be a second old, too old for who changed it.

        Raises NothingPublished.
        """
        index = self.backend.index()
        index.refresh()
        with index.hold():
            yield index

    def documents(self, scope: Scope) -> list[IndexedDocument]:
        """All indexed manuals, by name; none where nothing is published yet."""
        with suppress(NothingPublished), self.index() as index:
            return index.documents(scope)
        return []

    def document(self, name: str, scope: Scope) -> IndexedDocument:
        """Raises NotFound."""
        found = next(iter(self.documents(replace(scope, documents=(name,)))), None)
        if found is None:
            raise NotFound(f"{name} is not indexed.", hint="It was removed, or is called otherwise.")
        return found

    def chunks(self, name: str, scope: Scope) -> tuple[Chunk, ...]:
        """All chunks of a manual; those of the last few are kept, for whoever turns its pages."""
        with self.index() as index:
            key = (index.info().generation, name, scope)
            with self._lock:
                found = self._chunks.get(key)
            if found is None:
                found = tuple(index.span(name, 0, _LAST, scope))
        with self._lock:
            self._chunks[key] = found
            self._chunks.move_to_end(key)
            while len(self._chunks) > _KEPT:
                self._chunks.popitem(last=False)
        return found

    @contextmanager
    def records(self) -> Iterator["Records"]:
        with opened_records(self.backend.home) as records:
            yield records

    def submit(self, request: Request, steps: Steps, what: str) -> JobStatus:
        """Queue a job of whoever asks. Raises Conflict where too many wait."""
        return queue_of(request).submit(steps, what, by=asker(request).byline)

    @contextmanager
    def room(self, request: Request) -> Iterator[Callable[[Job, str], JobStatus]]:
        """What queues ingests of whoever asks, after something was changed for them. Raises Conflict before that."""
        by = asker(request).byline
        with queue_of(request).room() as put:
            yield lambda job, what: put(self.ingest(job), what, by=by)

    def ingest(self, job: Job) -> Steps:
        """The steps of this job."""
        return lambda: self.backend.ingest(job)


def queue_of(request: Request) -> JobQueue:
    """The jobs of this process."""
    jobs: JobQueue = request.app.state.jobs
    return jobs


def named(names: Sequence[str]) -> str:
    """These manuals as a job's description has them."""
    rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return shlex.join(names[:MOST_NAMED]) + rest
