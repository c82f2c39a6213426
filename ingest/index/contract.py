"""What an index can do. Two adapters keep this contract: `edge.py` (embedded) and `server.py` (Qdrant over HTTP).

`tests/conformance/` runs one suite over both.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ingest.types import Audience, Chunk, Dense, Sparse, Vectors

FORMAT = 1
"""Version of the payload; raised when a reader of the old payload would misread the new one."""


EMBEDDING = 1
"""Version of how a text becomes a vector (prefixes, pooling); raised when vectors would not compare with older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a caller may read. Every read takes one, and it is part of the index filter."""

    audience: Audience
    """`internal` may read everything, `public` only what is marked public."""
    products: tuple[str, ...] | None = None
    """None: all products."""
    languages: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None
    """Those of a model or version that a reader chose; None: all."""


EVERYTHING = Scope(audience=Audience.INTERNAL)


@dataclass(frozen=True, slots=True)
class Point:
    chunk: Chunk
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Ranked:
    """A found chunk by the key that `Index.chunks` takes; `score` as in Hit."""

    key: int | str
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A found chunk, without boxes and origins (`Index.span` gives those); `score` is the cosine (dense) or the BM25
    score (sparse)."""

    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class Text:
    """What a chunk says. Fields as in Chunk."""

    section: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDocument:
    """A document as the index knows it."""

    document: str
    revision: str
    title: str
    product: str
    version: str
    language: str
    audience: Audience
    pages: int
    chunks: int
    root: str = ""
    signature: str = ""
    model: str = ""
    valid_from: str = ""
    valid_until: str = ""
    origins: tuple[tuple[str, str], ...] = ()
    """(field, where its value was said), for what was said outside the manual's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexInfo:
    """What was published: `generation` sorts by time, `embedder` names the model the vectors are of."""

    generation: str
    embedder: str
    dimensions: int
    format: int
    published_at: str
    documents: int
    chunks: int
    versions: dict[str, int] = field(default_factory=dict)
    """Of each part that made the chunks (`chunker`, `embedder`, and each family of readers) the oldest version; 0, or
    empty, where an older Manualdesk did not say. The vectors are all of one `embedder`."""


class Index(Protocol):
    """A published index, open for reading. Follows a newer generation by itself; usable from several threads."""

    def info(self) -> IndexInfo:
        """Raises IndexUnusable where nothing was published yet (hint: `manualdesk ingest`)."""

    def search_dense(self, vector: Dense, scope: Scope, *, limit: int) -> list[Hit]:
        """Nearest chunks by cosine, best first."""

    def search_sparse(self, terms: Sparse, scope: Scope, *, limit: int) -> list[Hit]:
        """Best chunks by BM25 (the engine applies IDF), best first. Empty terms find nothing."""

    def rank(self, vectors: Vectors, scope: Scope, *, dense: int, sparse: int) -> tuple[list[Ranked], list[Ranked]]:
        """The best `dense` of what `search_dense` finds and the best `sparse` of `search_sparse`, in one call and
        without the chunks. Deep BM25 ranks cost next to nothing, deep cosines do not."""

    def chunks(self, keys: Sequence[int | str], scope: Scope) -> dict[int | str, Chunk]:
        """By key the chunks that `rank` found, as a search gives them; one that is gone by now is left out."""

    def inverse_frequencies(self, terms: Sequence[int]) -> list[float | None]:
        """For each term id the factor by which the engine weighs it, over all scopes; None where no chunk holds it."""

    def span(self, document: str, first: int, last: int, scope: Scope) -> list[Chunk]:
        """Chunks of a document with ordinals first..last that exist, in order."""

    def texts(self, document: str, first: int, last: int, scope: Scope) -> list[Text]:
        """What those chunks say, in order: a third of what loading them whole takes."""

    def documents(self, scope: Scope) -> list[IndexedDocument]:
        """All documents in scope, by path."""

    def hold(self) -> AbstractContextManager[None]:
        """Inside it all calls of this thread read the same generation, so that one answer never mixes two.

        On a server, which publishes document by document, each call still reads what is published just then.
        """

    def refresh(self) -> None:
        """The next read finds what is published this moment. Without, it may be half a second old."""

    def close(self) -> None: ...


class Draft(Protocol):
    """Changes on the way to a new generation. Nothing is visible to readers before `publish`."""

    def documents(self) -> list[IndexedDocument]:
        """What the draft would publish now."""

    def vectors(self, document: str) -> dict[str, Dense]:
        """The dense vectors of a document's chunks in this draft, by their `embed_text`; empty where it is not there.

        Before the document is replaced these are the published ones, for whoever makes it anew to take over.
        """

    def preview(self) -> Index:
        """The draft to read as if it were published; for as long as it is open, and not while it is written to.

        Its info has no generation yet.
        """

    def upsert(self, points: Sequence[Point]) -> None: ...

    def remove(self, documents: Iterable[str]) -> None:
        """Remove all chunks of these documents."""

    def replace(self, document: str, points: Sequence[Point]) -> None:
        """These points (all of one document) take the place of all that the document has."""

    def publish(self) -> IndexInfo:
        """Make the whole draft visible at once."""


class IndexStore(Protocol):
    """Where generations live."""

    def open(self) -> Index:
        """The published index. Raises IndexUnusable where there is none."""

    def draft(self, *, embedder: str, dimensions: int, fresh: bool = False) -> AbstractContextManager[Draft]:
        """Start from what is published (`fresh`: from nothing). Leaving without publish drops the draft.

        Raises IndexUnusable when another ingest is running, or when the published vectors are of another
        embedder and `fresh` is not set.
        """

    def revisions(self) -> AbstractContextManager[frozenset[str]]:
        """The revisions that the published generation or one kept for a rollback holds; meanwhile nobody drafts.

        Raises IndexUnusable when an ingest is running.
        """

    def rollback(self) -> IndexInfo:
        """Make the previous generation the published one. Raises IndexUnusable where there is none."""

    def generations(self) -> list[IndexInfo]:
        """What can be published: the generation that is, and those kept before and after it, the newest first.

        One after it is there until the next publish: it was rolled back from. Empty where nothing was published yet.
        """

    def documents_of(self, generation: str) -> list[IndexedDocument]:
        """What one of these holds, by path. Raises IndexUnusable where it is not kept any more."""

    def switch(self, generation: str) -> IndexInfo:
        """Make one of these the published one. Raises IndexUnusable where it is not kept, or an ingest is running."""
