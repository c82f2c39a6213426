"""A Manualdesk behind real HTTP, small and without models: manuals in a folder, an embedded index, an application.

Found by terms and by a word embedder, answered in quotes or by the language model that is given; ingests are those of
`tests.desk.Desk`, in this process.
"""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import uvicorn

from ingest import pipeline
from ingest.metadata import Setting
from ingest.pipeline import Job
from ingest.recorded import Place
from ingest.report import Progress, Report
from retrieval.retriever import Retriever
from serving.api.routes import ERRORS, build_application
from serving.assistant import Assistant
from serving.keys import Role
from serving.keys_store import KeyStore
from serving.model import ChatModel
from serving.stored.answering import StoredAnswers
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts
from serving.stored.lookup import Lookup
from serving.stored.opening import CacheState
from serving.stored.shelf import FileShelf
from serving.stored.standing import Published
from serving.stored.types import CuratedAnswer
from tests.desk import Desk, manual
from tests.recording_crew import NAME, vector_of
from ui.backend import Answering, Backend, Parts
from ui.connections import impatient
from ui.entrance import entrance
from ui.server import bound
from ui.sign_in.setup import NO_SIGN_IN
from ui.sources import source_routes
from ui.web.static_files import static_files

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.types import ASGIApp

CANARY = "ZEBRA-7731"
"""Stands in the internal manual only: text and title."""
SECRET_NAME = "kettle/en/service.md"
SECRET = manual(f"Service of the {CANARY} kettle", 2, s0=f"The {CANARY} valve of the kettle opens at 90 degrees.")
OPEN = manual("Kettle K1", 2, s0="Hold the button of the kettle for 10 seconds to reset it. The lamp blinks twice.")
LAMP = manual("Lamp L1", 1, s0="Turn the lamp off before the bulb is changed. The bulb holds 5 watts.")
MANUALS = {"kettle/en/guide.md": OPEN, SECRET_NAME: SECRET, "lamp/en/guide.md": LAMP}
PUBLIC = (Setting("*/guide.md", "audience", "public"),)


class QuestionEmbedder:
    """The question's side of the crew's embedder."""

    name = NAME

    def embed_query(self, text: str) -> np.ndarray:
        return vector_of(text)


class ApiDesk:
    """One installation; `keys` makes callers."""

    def __init__(
        self,
        folder: Path,
        *,
        model_url: str = "",
        cache_state: Callable[[], CacheState] | None = None,
        curated: Sequence[CuratedAnswer] = (),
    ) -> None:
        """`curated`: with these, questions are looked for among kept answers first."""
        self.desk = Desk(folder)
        self.home = self.desk.home
        self.keys = KeyStore(self.home)
        self.model_url = model_url
        self.curated = curated
        self.before_ingest: Callable[[], None] = lambda: None
        self.backend = Backend(
            Parts(
                home=self.home,
                build_assistant=self._assistant,
                open_index=self.desk.store.open,
                probe_model=self._model_name,
                build_retriever=self._retriever,
                build_place=lambda: Place(self.desk.store, NAME, self.home, self.home),
                ingest=self._ingest,
                cache_state=cache_state,
            )
        )

    def fill(self) -> None:
        """Publish MANUALS."""
        for name, text in MANUALS.items():
            self.desk.write(name, text)
        self.desk.ingest(said=PUBLIC)

    def key(self, role: Role, *products: str) -> str:
        return self.keys.create(f"a {role}", role, products=products or None)[0]

    def _retriever(self) -> Retriever:
        return Retriever(self.desk.store.open(), QuestionEmbedder())  # type: ignore[arg-type]

    def routers(self) -> "Sequence[APIRouter]":
        """Those of pages that it is served with."""
        return ()

    def _assistant(self) -> Answering:
        retriever, model = self._retriever(), ChatModel(self.model_url) if self.model_url else None
        assistant = Assistant(retriever, model)
        if not self.curated:
            return assistant
        book = CuratedBook(self.home)
        for answer in self.curated:
            book.add(answer)
        return self._kept_first(assistant, retriever, book, model)

    def _kept_first(
        self, assistant: Assistant, retriever: Retriever, book: CuratedBook, model: ChatModel | None = None
    ) -> Answering:
        """Kept answers, and what that assistant says where there is none."""
        counts = Counts()
        lookup = Lookup(retriever, book, FileShelf(self.home), Published(retriever.index), counts)
        return StoredAnswers(assistant, lookup, model, counts)

    async def _model_name(self) -> str:
        return ""

    def _ingest(self, job: Job) -> Generator[Progress | Report]:
        self.before_ingest()
        said = replace(job, said=PUBLIC)
        yield from pipeline.run(self.desk.store, NAME, self.home, self.home, said, crew=self.desk.crew)


def routed(backend: Backend, routers: "Sequence[APIRouter]") -> "FastAPI":
    """Interface, sources, static files and these pages, without anything before them."""
    served = build_application(backend)
    served.include_router(source_routes(backend), responses=ERRORS)
    served.routes.insert(0, static_files())
    for router in routers:
        served.include_router(router, include_in_schema=False)
    return served


def application(desk: ApiDesk, *, local: bool = True, calls_a_minute: int = 0) -> "ASGIApp":
    """As `ui.server.build`, without the chat, which can be there only once in a process."""
    served = routed(desk.backend, desk.routers())
    return entrance(served, desk.backend, NO_SIGN_IN, local=local, calls_a_minute=calls_a_minute)


@contextmanager
def serving(application: "ASGIApp") -> Iterator[str]:
    """A uvicorn server in a thread; yields its address."""
    with bound("127.0.0.1", 0) as listener:
        configuration = uvicorn.Config(
            application, http=impatient(), log_level="error", proxy_headers=False, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(configuration)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def client(address: str, key: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False, verify=False)
