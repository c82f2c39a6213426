"""A desk over a small real index, without models: what the MCP server needs of an installation."""

from pathlib import Path

from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.types import Audience
from retrieval.retriever import Retriever
from serving.assistant import Assistant
from serving.model import ChatModel
from tests.manual_index import AllAlike, Manual, publish

MANUALS = (
    Manual(
        "hub/en/x200.md",
        title="Hub X200 manual",
        product="hub",
        sections=(
            ("Reset", "Hold the power button for 10 seconds to reset the hub. The lamp then blinks twice."),
            ("Battery", "The battery of the hub holds 2,400 mAh and lasts 12 hours."),
        ),
    ),
    Manual(
        "pump/en/p9 service.md",
        title="Pump P9 service",
        product="pump",
        audience=Audience.INTERNAL,
        sections=(("Valve", "Turn the secret valve of the pump by 90 degrees to drain it."),),
    ),
)


def published(folder: Path) -> Index:
    """The open index of MANUALS."""
    return publish(folder, *MANUALS)


class IndexedDesk:
    """Finds by terms; answers in quotes, or by the model that it is given."""

    def __init__(self, index: Index, scope: Scope = EVERYTHING, model: ChatModel | None = None) -> None:
        self.scope = scope
        self._index = index
        self._retriever = Retriever(index, AllAlike())  # type: ignore[arg-type]
        self._assistant = Assistant(self._retriever, model)

    def retriever(self) -> Retriever:
        return self._retriever

    def assistant(self) -> Assistant:
        return self._assistant

    def index(self) -> Index:
        return self._index
