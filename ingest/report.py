"""What a run says: `Progress` while it works, one `Report` at its end."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.errors import ManualdeskError
from ingest.types import PageQuality


class Stage(StrEnum):
    """What a run is at."""

    LOOKING = "looking"
    """At the files and at what is indexed of them."""
    READING = "reading"
    """And embedding what was read."""
    LOADING = "loading"
    """The embedding model, while files are read."""
    EMBEDDING = "embedding"
    """All files are read."""
    PUBLISHING = "publishing"


class State(StrEnum):
    """What is known of a manual before the run ends."""

    READ = "read"
    FAILED = "failed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one manual, told as soon as it is known."""

    document: str
    state: State
    pages: int = 0
    chunks: int = 0
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    documents: int
    documents_total: int
    pages: int
    chunks: int
    embedded: int
    """Chunks that have their vector now, taken over or embedded."""
    current: str
    """The manual that was read last, and is being embedded."""
    stage: Stage = Stage.LOOKING
    reading: str = ""
    """The manual that is being read meanwhile; of several the smallest."""
    unchanged: int = 0
    """Manuals that need not be read."""
    failed: int = 0
    share: float = 0.0
    """Of the bytes to read, those that are embedded: 1 when all are."""
    left_seconds: float | None = None
    """Guessed from the bytes of what is embedded so far; None where that is too little to go by."""
    results: tuple[Result, ...] = ()
    """Those that are known since the step before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    document: str
    error: str
    hint: str


def failure(document: str, error: ManualdeskError) -> Failure:
    return Failure(document=document, error=error.message, hint=error.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakPages:
    """The pages of one document that an editor should look at."""

    document: str
    pages: tuple[PageQuality, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did. `generation` is the one that is published now, new or not."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    skipped: tuple[tuple[str, str], ...]
    documents: int
    chunks: int
    pages: int
    generation: str
    seconds: float
    renamed: tuple[tuple[str, str], ...] = ()
    """(old, new) names of documents of the same bytes; they are among `removed` and `added` too."""
    duplicates: tuple[tuple[str, ...], ...] = ()
    """Documents of equal bytes, group by group."""
    embedded: int = 0
    """Chunks that went through the model."""
    taken_over: int = 0
    """Chunks of this run whose vector was known already."""
    embedding_seconds: float = 0.0
    """Time this run waited for vectors: the forward passes and nothing else."""
    weak_pages: tuple[WeakPages, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "added": list(self.added),
            "updated": list(self.updated),
            "unchanged": self.unchanged,
            "removed": list(self.removed),
            "renamed": [{"from": old, "to": new} for old, new in self.renamed],
            "failed": [{"document": f.document, "error": f.error, "hint": f.hint} for f in self.failed],
            "skipped": [{"document": document, "reason": reason} for document, reason in self.skipped],
            "duplicates": [list(group) for group in self.duplicates],
            "weak_pages": [_weak(weak) for weak in self.weak_pages],
            "documents": self.documents,
            "chunks": self.chunks,
            "pages": self.pages,
            "embedded": self.embedded,
            "taken_over": self.taken_over,
            "generation": self.generation,
            "seconds": round(self.seconds, 2),
            "embedding_seconds": round(self.embedding_seconds, 2),
        }


def _weak(weak: WeakPages) -> dict[str, object]:
    pages = [{"page": page.page, "score": page.score, "problems": list(page.problems)} for page in weak.pages]
    return {"document": weak.document, "pages": pages}
