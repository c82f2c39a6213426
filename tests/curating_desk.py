"""An `EditingDesk` with the pages of answers, gaps, the search test, labels and usage; kept answers come first."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.confidence import calibration
from serving.assistant import Assistant
from serving.stored.book import CuratedBook
from tests.editing_desk import EditingDesk
from ui.backend import Answering
from ui.curating.routes import curating_routes
from ui.web.nowhere import nowhere_routes

if TYPE_CHECKING:
    from fastapi import APIRouter


class CuratingDesk(EditingDesk):
    """Its readers are answered as those of a real installation without a language model."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.book = CuratedBook(self.home)

    def routers(self) -> "Sequence[APIRouter]":
        return curating_routes(self.backend), nowhere_routes()

    def _assistant(self) -> Answering:
        retriever = self._retriever()
        assistant = Assistant(retriever, refuse_below=calibration().refuse_below)
        return self._kept_first(assistant, retriever, CuratedBook(self.home))
