"""Found chunks to passages that read whole: neighbours put back, overlaps merged, within a character budget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.chunk import CELL_BORDER, measure
from ingest.index.contract import Index, Scope
from ingest.types import Box, Chunk
from retrieval.grounds import ground_of
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
    return [passage_of(window.chunks, window.score) for window in windows]


def _widen(index: Index, candidate: Candidate, scope: Scope, taken: set[str]) -> _Window:
    """Put back the neighbours that belong to the same section, the following ones first."""
    around = index.span(candidate.chunk.document, candidate.chunk.ordinal - 1, candidate.chunk.ordinal + 2, scope)
    # Found chunks come without the boxes of their lines.
    chunk = next((near for near in around if near.id == candidate.chunk.id), candidate.chunk)
    window = _Window([chunk], candidate.score)
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


def passage_of(chunks: Sequence[Chunk], score: float) -> Passage:
    """Chunks of one document, in order, read as one passage."""
    first = chunks[0]
    pages = tuple(sorted({page for chunk in chunks for page in chunk.pages}))
    text, boxes = _joined(chunks)
    return Passage(
        document=first.document,
        revision=first.revision,
        title=first.title,
        section=first.section,
        page=pages[0] if pages else None,
        pages=pages,
        text=text[:MAX_CHARACTERS],
        score=score,
        product=first.product,
        language=first.language,
        audience=first.audience,
        anchor=first.anchor,
        boxes=boxes,
        chunk_ids=tuple(chunk.id for chunk in chunks),
        recognised=any(chunk.recognised for chunk in chunks),
        grounds=tuple(ground_of(chunk) for chunk in chunks),
        embedded=tuple(chunk.embed_text for chunk in chunks),
    )


def _joined(chunks: Sequence[Chunk]) -> tuple[str, tuple[Box, ...]]:
    """The chunks' texts as one and their boxes, whose starts are counted in it.

    A table that goes on repeats its header row in every chunk; read together, once is enough.
    """
    texts: list[str] = []
    boxes: list[Box] = []
    header = ""
    offset = 0
    for chunk in chunks:
        lead = chunk.text.partition("\n")[0]
        dropped = len(lead) + 1 if lead == header and len(lead) < len(chunk.text) else 0
        text = chunk.text[dropped:]
        boxes.extend(replace(box, start=offset + max(0, box.start - dropped)) for box in chunk.boxes)
        texts.append(text)
        offset += len(text) + 1
        header = _last_header(text) or header
    return "\n".join(texts), tuple(boxes)


def _last_header(text: str) -> str:
    """The first row of the table that a text ends in."""
    header = ""
    for line in reversed(text.split("\n")):
        if CELL_BORDER not in line:
            break
        header = line
    return header
