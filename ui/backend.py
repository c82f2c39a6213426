"""What the chat and the HTTP interface answer from: models and index, opened once, in the background.

Enters: functions that build the assistant and open the index. Leaves: both, to whoever waits for them, and their state.
What it is to the HTTP interface says `serving.api.needs.Desk`.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast, runtime_checkable

from ingest.audience import Audience
from ingest.errors import IndexUnusable, ManualdeskError, ModelUnavailable
from ingest.index.contract import EVERYTHING, Index, IndexedDocument, Scope
from ingest.pipeline import Job
from ingest.recorded import Place, opened_records
from ingest.report import Progress, Report
from serving.api.metrics import CountedAnswers, Metrics
from serving.api.needs import Answering, Ingest
from serving.assistant import Retrieves
from serving.conversations.retention import expire_daily
from serving.customers.terms import Terms
from serving.stored.opening import CacheState

if TYPE_CHECKING:
    from serving.database.engine import Database
    from serving.gaps.gatherer import Understands
    from serving.gaps.notes import Notes

__all__ = ["Answering", "Backend", "Parts", "running", "set_running"]

log = logging.getLogger("manualdesk.backend")


class ModelProbe(Protocol):
    """Asks whether the language model is there."""

    async def __call__(self) -> str:
        """The model's name, empty where none can be reached. Never raises; may take a second."""


@runtime_checkable
class Prepares(Protocol):
    """A retriever that can do beforehand what first questions would wait for."""

    def prepare(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How to get each thing. The two that build models are called off the event loop, never two at a time."""

    home: Path
    build_assistant: Callable[[], Answering]
    open_index: Callable[[], Index]
    probe_model: ModelProbe
    build_retriever: Callable[[], Retrieves] | None = None
    """What the assistant searches with; called again, it returns the same."""
    build_place: Callable[[], Place] | None = None
    ingest: Ingest | None = None
    cache_state: Callable[[], CacheState] | None = None
    open_database: "Callable[[], Database] | None" = None
    """The desk's database; without, a file under `home`."""
    terms: Terms = field(default_factory=Terms)
    """What customers on other sites are served by."""
    retention_days: int = 0
    """For which conversations are kept; 0: until somebody deletes them."""
    metrics: Metrics = field(default_factory=Metrics)


class Backend:
    """Builds the assistant in a thread from `start` on; a build that failed is tried again at the next question."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._assistant: Answering | None = None
        self._plain: Answering | None = None
        """The same, uncounted."""
        self._notes: Notes | None = None
        self._index: Index | None = None
        self._index_lock = threading.Lock()
        self._retriever: Retrieves | None = None
        self._database: Database | None = None
        self._database_lock = threading.Lock()
        self.failure: ManualdeskError | None = None

    @property
    def home(self) -> Path:
        return self._parts.home

    @property
    def terms(self) -> Terms:
        return self._parts.terms

    @property
    def metrics(self) -> Metrics:
        return self._parts.metrics

    @property
    def ready(self) -> bool:
        return self._assistant is not None

    def start(self) -> None:
        """Load models while the page is already usable."""
        threading.Thread(target=self._build_quietly, name="load-models", daemon=True).start()
        self.notes.watch()
        expire_daily(self.database, self._parts.retention_days)

    async def assistant(self) -> Answering:
        """The assistant; waits while its models load. Raises ManualdeskError where it cannot be built."""
        # Once it is there, no thread is asked for it: with all of them searching, that would be a wait.
        return self._assistant if self._assistant is not None else await asyncio.to_thread(self._build)

    async def retriever(self) -> Retrieves:
        """What the assistant searches with; waits while its models load. Raises ManualdeskError where it cannot."""
        return self._retriever if self._retriever is not None else await asyncio.to_thread(self._build_retriever)

    def place(self) -> Place:
        """Where runs that change the index find everything."""
        return _given(self._parts.build_place)()

    def ingest(self, job: Job) -> Generator[Progress | Report]:
        """Run a job; see `serving.api.needs.Ingest`."""
        return _given(self._parts.ingest)(job)

    def index(self) -> Index:
        """The open index. Raises IndexUnusable where nothing is published yet; a later call tries again."""
        with self._index_lock:
            if self._index is None:
                self._index = self._parts.open_index()
            return self._index

    def database(self) -> "Database":
        """The desk's database, opened at the first call. Raises DatabaseUnusable; a later call tries again."""
        with self._database_lock:
            if self._database is None:
                self._database = (self._parts.open_database or self._file_database)()
            return self._database

    @property
    def notes(self) -> "Notes":
        """What is noted of answers: usage, and the gaps that they show."""
        with self._database_lock:
            if self._notes is None:
                from serving.gaps.notes import Notes

                self._notes = Notes(self.database, self.index, self._understands, lambda: self._plain)
            return self._notes

    def _understands(self) -> "Understands | None":
        """The retriever, None while models load."""
        return cast("Understands", self._build_retriever()) if self.ready and self._parts.build_retriever else None

    def _file_database(self) -> "Database":
        from serving.database.engine import Database

        return Database(self.home)

    def may_open(self, document: str, revision: str, scope: Scope) -> bool:
        """Whether the original of that revision may be opened in this scope: indexed now, or cited before.

        An earlier revision has to be in scope as it was last indexed, and the manual as it is indexed now; that of a
        manual which was removed opens for internal readers only, since it may have been withdrawn.
        """
        readable = [known.revision for known in self._known(document, scope)]
        if revision in readable:
            return True
        with opened_records(self.home) as records:
            before = records.revision(document, revision)
        if before is None or not before.readable_in(scope):
            return False
        return bool(readable) or self._was_removed(document, scope)

    def opens(self, scope: Scope) -> Callable[[str, str], bool]:
        """`may_open` of document and revision for who asks."""
        return lambda document, revision: self.may_open(document, revision, scope)

    def _was_removed(self, document: str, scope: Scope) -> bool:
        internal = scope.audience is Audience.INTERNAL
        return internal and not self._known(document, EVERYTHING)

    def _known(self, document: str, scope: Scope) -> list[IndexedDocument]:
        """That document, where it is in scope. Asked for alone: all 2,000 of an index take 0.2 s to list."""
        if scope.documents is not None and document not in scope.documents:
            return []
        return self.index().documents(replace(scope, documents=(document,)))

    def listed(self, scope: Scope) -> frozenset[str]:
        """The documents in this scope; none where nothing is published."""
        with suppress(IndexUnusable):
            return frozenset(known.document for known in self.index().documents(scope))
        return frozenset()

    def products(self, scope: Scope) -> tuple[str, ...]:
        """Those that have manuals in this scope, for lists to choose from; none where nothing is published."""
        with suppress(IndexUnusable):
            return tuple(sorted({known.product for known in self.index().documents(scope) if known.product}))
        return ()

    def cache_state(self) -> CacheState | None:
        """Whether answers can be cached; None where this server has no cache."""
        return self._parts.cache_state() if self._parts.cache_state else None

    async def model_name(self) -> str:
        """The language model that answers, empty where answers are quotes."""
        return await self._parts.probe_model()

    def _build(self) -> Answering:
        with self._lock:
            if self._assistant is None:
                try:
                    self._plain = self._parts.build_assistant()
                    self._assistant = CountedAnswers(self._plain, self.metrics)
                    self.failure = None
                except ManualdeskError as error:
                    self.failure = error
                    raise
                except Exception as error:
                    # A library's own error: kept like ours, else everybody would wait for models that never come.
                    log.exception("the models could not be loaded")
                    self.failure = ModelUnavailable(
                        f"The models could not be loaded ({type(error).__name__}: {error}).",
                        hint="look at the server's output for the cause, then ask again or restart the server",
                    )
                    raise self.failure from error
            return self._assistant

    def _build_retriever(self) -> Retrieves:
        self._build()  # keeps why models cannot be loaded
        with self._lock:
            if self._retriever is None:
                self._retriever = _given(self._parts.build_retriever)()
            return self._retriever

    def _build_quietly(self) -> None:
        try:
            self._build()
            retriever = self._build_retriever() if self._parts.build_retriever else None
            if isinstance(retriever, Prepares):
                retriever.prepare()
        except ManualdeskError:
            return  # `failure` keeps it for /readyz; the first question tells its asker.


Part = TypeVar("Part")


def _given(part: Part | None) -> Part:
    if part is None:
        raise ManualdeskError("This server does not offer that.", hint="Start the whole one: manualdesk serve")
    return part


_running: list[Backend] = []


def set_running(backend: Backend) -> None:
    """Make this the process's backend: Chainlit loads its handlers by file name, so they cannot be handed one."""
    _running[:] = [backend]


def running() -> Backend:
    """The process's backend."""
    return _running[0]
