"""What the pages of curated answers work with: one installation comes in, its answers, passages and gaps come out.

Everything blocks.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress

from ingest.errors import ManualdeskError, NothingPublished
from serving.assistant import usable
from serving.gaps.types import Gap, GapState
from serving.keys import Caller
from serving.stored.book import CuratedBook
from serving.stored.curation import Curation
from serving.stored.normalise import normal_form
from serving.stored.reviewing import Standing, standing_of
from serving.stored.types import Change, CuratedAnswer
from ui.backend import Backend
from ui.curating.answer_form import Pickable, pickable

_FOUND = 6
"""Passages to pick quotes from."""


class Workbench:
    """Curated answers of an installation at work."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._book = CuratedBook(backend.home)

    @contextmanager
    def curation(self) -> Iterator[Curation]:
        """On what is published this moment: what others have open may be a second old."""
        from retrieval.aliases import FILE, Aliases

        with closing(Curation(self._book, self.backend.place().store, Aliases(self.backend.home / FILE))) as opened:
            yield opened

    def all(self) -> tuple[CuratedAnswer, ...]:
        """After those that lost a passage were taken out of service."""
        with self.curation() as curation:
            return curation.swept()

    def get(self, number: int) -> CuratedAnswer:
        """As `all`. Raises CuratedUnusable."""
        self.all()
        return self._book.get(number)

    def history(self, number: int) -> tuple[Change, ...]:
        """Latest first."""
        return tuple(reversed(self._book.history(number)))

    def standing(self, answer: CuratedAnswer) -> tuple[Standing, ...]:
        """What became of its quotes; nothing where there is no index."""
        if not answer.citations:
            return ()
        with suppress(NothingPublished), closing(self.backend.place().store.open()) as index:
            return standing_of(index, answer.citations)
        return ()

    def passages(self, question: str, caller: Caller) -> list[Pickable]:
        """What a search finds that an editor may quote from."""
        retriever = asyncio.run(self.backend.retriever())
        return pickable(retriever.retrieve(usable(question), scope=caller.scope, limit=_FOUND).passages)

    def gap(self, number: int) -> Gap:
        """Raises GapUnknown."""
        return self.backend.notes.gaps.get(number)

    def close_gaps(self, answer: CuratedAnswer, gap: int | None = None) -> bool:
        """Ask the gaps again that an approved answer may fill: that one, and those that ask the same.

        Says whether one closed; an answer that is kept is kept, whatever goes wrong here.
        """
        forms = set(map(normal_form, answer.questions))
        try:
            gaps: Sequence[Gap] = self.backend.notes.gaps.all(GapState.OPEN)
            meant = [known.id for known in gaps if known.id == gap or normal_form(known.title) in forms]
            return bool(meant) and bool(self.backend.notes.replay(only=tuple(meant)).closed)
        except ManualdeskError:
            return False
