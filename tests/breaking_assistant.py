"""An assistant that says a few words and then breaks down, as the index or a library may at any moment."""

from collections.abc import AsyncGenerator, Sequence

from ingest.index.contract import Scope
from retrieval.query import Turn
from serving.answer import Event, PassagesFound, TextDelta


class BreakingAssistant:
    """`error` is what it breaks down with."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def stream(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> AsyncGenerator[Event]:
        yield PassagesFound(())
        yield TextDelta(f"About {question}:")
        raise self.error
