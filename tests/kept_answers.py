"""Kept answers over a tiny index: a real retriever, a scripted model, and the places where answers are kept."""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ingest.index.contract import Index, Point, Scope
from ingest.index.edge import EdgeStore
from ingest.sparse import passage_terms
from ingest.types import Audience, Dense, Vectors
from retrieval.query import Turn
from retrieval.retriever import Retriever
from serving.answer import Answer, AnswerDone, AnswerSource, CheckPolicy, Event, PassagesFound, TextDelta
from serving.citations import cite
from serving.model import ModelInfo
from serving.stored.answering import StoredAnswers
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts
from serving.stored.lookup import Lookup
from serving.stored.shelf import FileShelf, Shelf
from serving.stored.standing import Published
from tests.manual_index import Manual

DIMENSIONS = 64
PUBLIC = Scope(audience=Audience.PUBLIC)


class WordBag:
    """An embedder whose texts are near when they share words: the sum of a direction a word."""

    name = "word-bag"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_query(self, text: str) -> Dense:
        self.embedded.append(text)
        return self.vector(text)

    def vector(self, text: str) -> Dense:
        words = re.findall(r"\w+", text.lower()) or [""]
        directions = [
            np.random.default_rng(sum(map(ord, word)) * 7919 + len(word)).normal(size=DIMENSIONS) for word in words
        ]
        total = np.sum(directions, axis=0)
        return (total / np.linalg.norm(total)).astype(np.float32)


class QuotingModel:
    """Stands for an assistant with a model: answers with the first line of the best passage, cited, as a model's."""

    def __init__(self, retriever: Retriever) -> None:
        self.retriever = retriever
        self.asked: list[str] = []
        self.answer: Answer | None = None
        """What it answers whatever is asked; None: what it finds."""
        self.passages = 1
        """Passages that an answer cites."""

    def ask(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> Answer:
        self.asked.append(question)
        if self.answer is not None:
            return self.answer
        found = self.retriever.retrieve(question, scope=scope, turns=turns, limit=3, product=product).passages
        if not found:
            return Answer(question=question, answer="Not told.", refused=True, source=AnswerSource.QUOTES)
        used = found[: self.passages]
        lines = [passage.text.splitlines()[-1] for passage in used]
        citations = [
            cite(number, passage, line) for number, (passage, line) in enumerate(zip(used, lines, strict=True), start=1)
        ]
        text = " ".join(f"{line} [{number}]" for number, line in enumerate(lines, start=1))
        return Answer(
            question=question,
            answer=text,
            refused=False,
            source=AnswerSource.MODEL,
            citations=tuple(citations),
            passages=found,
        )

    async def stream(
        self,
        question: str,
        *,
        scope: Scope,
        turns: Sequence[Turn] = (),
        product: str = "",
        policy: CheckPolicy | None = None,
    ) -> AsyncGenerator[Event]:
        answer = self.ask(question, scope=scope, turns=turns, product=product)
        yield PassagesFound(answer.passages)
        yield TextDelta(answer.answer)
        yield AnswerDone(answer)


@dataclass
class Named:
    """A model's client that knows its name."""

    name: str = "small-model"
    there: bool = True

    async def available(self) -> bool:
        return self.there

    async def info(self) -> ModelInfo:
        return ModelInfo(self.name, 4096)


@dataclass
class Kept:
    """An index that can be published anew, and all that answers from it."""

    folder: Path
    shelf: Shelf | None = None
    counts: Counts = field(default_factory=Counts)
    model: Named = field(default_factory=Named)

    def __post_init__(self) -> None:
        self.words = WordBag()
        self.store = EdgeStore(self.folder / "index")
        self.book = CuratedBook(self.folder)
        self.shelf = self.shelf or FileShelf(self.folder)

    def publish(self, *manuals: Manual) -> None:
        """Exactly these manuals, in a new generation, and everything that answers opened anew on it."""
        with self.store.draft(embedder=self.words.name, dimensions=DIMENSIONS) as draft:
            draft.remove([known.document for known in draft.documents()])
            for manual in manuals:
                draft.upsert(
                    [
                        Point(
                            chunk,
                            Vectors(
                                self.words.vector(chunk.embed_text), passage_terms(chunk.embed_text, chunk.language)
                            ),
                        )
                        for chunk in manual.chunks()
                    ]
                )
            draft.publish()
        self.open()

    def open(self) -> None:
        """As a process does that starts now."""
        self.index: Index = self.store.open()
        self.retriever = Retriever(self.index, self.words)  # type: ignore[arg-type]
        self.assistant = QuotingModel(self.retriever)
        self.published = Published(self.index)
        assert self.shelf is not None
        self.lookup = Lookup(self.retriever, self.book, self.shelf, self.published, self.counts)  # type: ignore[arg-type]
        self.answers = StoredAnswers(self.assistant, self.lookup, self.model, self.counts)

    def source(self, question: str, scope: Scope = PUBLIC, **more: object) -> AnswerSource:
        return self.answers.ask(question, scope=scope, **more).source  # type: ignore[arg-type]
