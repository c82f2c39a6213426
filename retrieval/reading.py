"""Found chunks to passages that read whole: neighbours put back, overlaps merged, within a character budget."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.chunk import measure
from ingest.index.contract import Index, Scope
from ingest.types import Box, Chunk
from retrieval.passages import MAX_CHARACTERS, Passage
from retrieval.search import Candidate

BUDGET = 1300
"""Characters (CJK ones count double) up to which neighbours are put back."""


@dataclass(slots=True)
class _Window:
    """Neighbouring chunks of one document, read as one passage."""

    chunks: list[Chunk]
    score: float

    @property
    def size(self) -> int:
        return sum(measure(chunk.text) for chunk in self.chunks)

    def holds(self, chunk: Chunk) -> bool:
        return any(own.id == chunk.id for own in self.chunks)


def assemble(index: Index, candidates: Sequence[Candidate], scope: Scope, *, limit: int) -> list[Passage]:
    """At most `limit` passages in the order of their best chunk. Every chunk stands in one passage only."""
    windows: list[_Window] = []
    seen: set[str] = set()
    for candidate in candidates:
        if len(windows) == limit:
            break
        if candidate.chunk.id in seen:
            continue
        window = _widen(index, candidate, scope, seen)
        seen.update(chunk.id for chunk in window.chunks)
        windows.append(window)
    return [_passage(window) for window in windows]


def _widen(index: Index, candidate: Candidate, scope: Scope, taken: set[str]) -> _Window:
    """Put back the neighbours that belong to the same section, the following ones first."""
    chunk = candidate.chunk
    window = _Window([chunk], candidate.score)
    if window.size >= BUDGET:
        return window
    around = index.span(chunk.document, chunk.ordinal - 1, chunk.ordinal + 2, scope)
    for neighbour in [near for near in around if near.ordinal > chunk.ordinal]:
        if neighbour.id in taken or not _belongs(neighbour, chunk) or window.size + measure(neighbour.text) > BUDGET:
            break
        window.chunks.append(neighbour)
    for neighbour in [near for near in reversed(around) if near.ordinal < chunk.ordinal]:
        if neighbour.id in taken or not _belongs(neighbour, chunk) or window.size + measure(neighbour.text) > BUDGET:
            break
        window.chunks.insert(0, neighbour)
    return window


def _belongs(neighbour: Chunk, chunk: Chunk) -> bool:
    """Same revision and same section, or a subsection of it."""
    depth = len(chunk.section)
    return neighbour.revision == chunk.revision and neighbour.section[:depth] == chunk.section


def _passage(window: _Window) -> Passage:
    first = window.chunks[0]
    pages = tuple(sorted({page for chunk in window.chunks for page in chunk.pages}))
    return Passage(
        document=first.document,
        revision=first.revision,
        title=first.title,
        section=first.section,
        page=pages[0] if pages else None,
        pages=pages,
        text="\n".join(chunk.text for chunk in window.chunks)[:MAX_CHARACTERS],
        score=window.score,
        product=first.product,
        language=first.language,
        audience=first.audience,
        anchor=first.anchor,
        boxes=tuple(_boxes(window.chunks)),
        chunk_ids=tuple(chunk.id for chunk in window.chunks),
    )


def _boxes(chunks: Sequence[Chunk]) -> Iterator[Box]:
    """The chunks' boxes, their starts counted in the joined text."""
    offset = 0
    for chunk in chunks:
        yield from (replace(box, start=offset + box.start) for box in chunk.boxes)
        offset += len(chunk.text) + 1
