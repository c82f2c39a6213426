"""An `EditingDesk` with the pages of answers, gaps, the search test, labels and usage; kept answers come first."""

from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.confidence import calibration
from serving.api.access import Door
from serving.api.routes import ERRORS, build_application
from serving.api.ways import key_ways
from serving.assistant import Assistant
from serving.stored.answering import StoredAnswers
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts
from serving.stored.lookup import Lookup
from serving.stored.shelf import FileShelf
from serving.stored.standing import Published
from tests.editing_desk import EditingDesk
from ui.backend import Answering
from ui.curating.routes import curating_routes
from ui.gate import Gate
from ui.sources import source_routes
from ui.web.nowhere import nowhere_routes
from ui.web.static_files import static_files

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class CuratingDesk(EditingDesk):
    """Its readers are answered as those of a real installation without a language model."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.book = CuratedBook(self.home)

    def _assistant(self) -> Answering:
        retriever, counts = self._retriever(), Counts()
        assistant = Assistant(retriever, refuse_below=calibration().refuse_below)
        lookup = Lookup(retriever, CuratedBook(self.home), FileShelf(self.home), Published(retriever.index), counts)
        return StoredAnswers(assistant, lookup, None, counts)


def application(desk: CuratingDesk) -> "ASGIApp":
    """As `ui.server.build` for this machine, without the chat."""
    served = build_application(desk.backend)
    served.include_router(source_routes(desk.backend), responses=ERRORS)
    served.routes.append(static_files())
    for router in (curating_routes(desk.backend), nowhere_routes()):
        served.include_router(router, include_in_schema=False)
    return Gate(Door(served, desk.backend.metrics, key_ways(desk.keys, local=True, calls_a_minute=0)))
