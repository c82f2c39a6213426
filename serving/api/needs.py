"""What the HTTP interface answers from, as a few small protocols; the web process gives it a `ui.backend.Backend`."""

from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.errors import ManualdeskError
from ingest.index.contract import Index, Scope
from ingest.pipeline import Job
from ingest.recorded import Place
from ingest.report import Progress, Report
from retrieval.query import Turn
from serving.answer import Event
from serving.api.metrics import Metrics
from serving.assistant import Retrieves
from serving.gaps.notes import Notes
from serving.stored.opening import CacheState

if TYPE_CHECKING:
    from serving.database.engine import Database


class Answering(Protocol):
    """The one thing that is needed of an assistant."""

    def stream(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> AsyncGenerator[Event]:
        """Events of one answer: passages, text, and last the whole answer. Closing it stops the language model."""


Ingest = Callable[[Job], Generator[Progress | Report]]
"""Runs a job to its report; blocking. Raises ManualdeskError. Closing the iterator stops the run."""


class Desk(Protocol):
    """One installation at work. What blocks is called off the event loop."""

    @property
    def home(self) -> Path: ...

    @property
    def ready(self) -> bool:
        """Are the models loaded?"""

    @property
    def failure(self) -> ManualdeskError | None:
        """Why they could not be."""

    @property
    def metrics(self) -> Metrics: ...

    @property
    def notes(self) -> Notes:
        """What is noted of answers."""

    def database(self) -> "Database":
        """Blocking. The desk's database. Raises DatabaseUnusable."""

    async def assistant(self) -> Answering:
        """Waits while models load. Raises ManualdeskError where they cannot be."""

    async def retriever(self) -> Retrieves:
        """Waits while models load. Raises ManualdeskError where they cannot be."""

    def index(self) -> Index:
        """Blocking. Raises IndexUnusable where nothing is published yet."""

    def may_open(self, document: str, revision: str, scope: Scope) -> bool:
        """Blocking. May the original of that revision be opened in this scope?"""

    async def model_name(self) -> str:
        """The language model that answers; empty where answers are quotes."""

    def cache_state(self) -> CacheState | None:
        """Blocking. Whether answers can be cached; None where there is no cache."""

    def place(self) -> Place:
        """Where runs that change the index find everything."""

    def ingest(self, job: Job) -> Generator[Progress | Report]:
        """See `Ingest`."""
