"""An ingest from paths to a published generation: plan, read, embed, publish, report.

`run` yields a Progress as work is done and one Report last. Nothing is visible to readers before the report; whatever
stops it earlier leaves the published generation as it was.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.embed import Embedder
from ingest.errors import IndexUnusable, ManualdeskError, MassRemoval, NothingPublished
from ingest.index.contract import EVERYTHING, Draft, IndexedDocument, IndexInfo, IndexStore, Point
from ingest.metadata import Setting
from ingest.originals import keep_original
from ingest.plan import Plan, common_root, make_plan, signature
from ingest.sparse import passage_terms
from ingest.types import Chunk, Vectors
from ingest.workers import ChunkedFile, read_all

WINDOW_CHUNKS = 256
"""Chunks sorted by length and embedded together: enough to fill batches evenly, few enough to stay small in memory."""
SLICE_CHUNKS = 32
"""Chunks embedded between two progress reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to ingest and how."""

    paths: tuple[Path, ...]
    root: Path | None = None
    force: bool = False
    allow_removals: bool = False
    workers: int = 1
    said: tuple[Setting, ...] = ()
    """What editors set for documents, in the order in which they did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    documents: int
    documents_total: int
    pages: int
    chunks: int
    embedded: int
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    document: str
    error: str
    hint: str


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

    def to_json(self) -> dict[str, object]:
        return {
            "added": list(self.added),
            "updated": list(self.updated),
            "unchanged": self.unchanged,
            "removed": list(self.removed),
            "failed": [{"document": f.document, "error": f.error, "hint": f.hint} for f in self.failed],
            "skipped": [{"document": document, "reason": reason} for document, reason in self.skipped],
            "documents": self.documents,
            "chunks": self.chunks,
            "pages": self.pages,
            "generation": self.generation,
            "seconds": round(self.seconds, 2),
        }


def plan(store: IndexStore, job: Job) -> Plan:
    """What `run` would do, without doing it."""
    indexed = published_documents(store)
    root = common_root(job.paths, job.root, indexed)
    return make_plan(job.paths, root, indexed, force=job.force, allow_removals=job.allow_removals, said=job.said)


def _plan_anew(store: IndexStore, job: Job) -> Plan:
    """Everything in the paths, as if nothing were indexed. Raises MassRemoval where that would lose other manuals."""
    work = make_plan(job.paths, common_root(job.paths, job.root, ()), (), force=True, said=job.said)
    read = {source.document for source in work.to_read}
    try:
        lost = [known.document for known in published_documents(store) if known.document not in read]
    except IndexUnusable:
        lost = []  # it cannot be read at all
    if lost and not job.allow_removals:
        raise MassRemoval(
            f"Making the index anew from these paths would drop {len(lost)} manuals that are not in them, "
            f"such as {lost[0]}.",
            hint="Ingest the folder that holds them all, or add --allow-removals.",
        )
    return work


def published_documents(store: IndexStore) -> list[IndexedDocument]:
    """The documents a reader sees now; none where nothing was published yet."""
    try:
        index = store.open()
    except NothingPublished:
        return []
    try:
        return index.documents(EVERYTHING)
    finally:
        index.close()


def _stale(store: IndexStore, embedder_name: str) -> bool:
    """Can the published index not be continued: made by another embedder, or in a form this version cannot read?"""
    try:
        index = store.open()
    except NothingPublished:
        return False
    except IndexUnusable:
        return True
    try:
        index.documents(EVERYTHING)
        return index.info().embedder != embedder_name
    except IndexUnusable:
        return True
    finally:
        index.close()


def run(store: IndexStore, embedder_name: str, models: Path, home: Path, job: Job) -> Iterator[Progress | Report]:
    """Bring the index to what is in the paths.

    The embedder is loaded only when there is something to embed. Raises MassRemoval, SettingError, IndexUnusable and
    ModelUnavailable; a document that cannot be read is a Failure in the report.
    """
    started = time.monotonic()
    # Asked to read everything again, an index that cannot be continued is made anew; else `draft` refuses it.
    fresh = job.force and _stale(store, embedder_name)
    work = _plan_anew(store, job) if fresh else plan(store, job)
    if not work.to_read and not work.removed and published_documents(store):
        yield _unchanged(store, work, started)
        return
    embedder = Embedder(embedder_name, models)
    with store.draft(embedder=embedder.name, dimensions=embedder.dimensions, fresh=fresh) as draft:
        failures: list[Failure] = [_failure(name, error) for name, error in work.failed]
        pages = 0
        draft.remove(work.removed)
        for step in _read_and_embed(draft, embedder, home, work, job.workers):
            if isinstance(step, Failure):
                failures.append(step)
            else:
                pages = step.pages
                yield step
        lost = {failure.document for failure in failures}
        changed = work.removed or any(source.document not in lost for source in work.to_read)
        # A file that stays unreadable must not use up the generations kept for a rollback.
        info = draft.publish() if changed or not published_documents(store) else _published_info(store)
    yield Report(
        added=tuple(source.document for source in work.added if source.document not in lost),
        updated=tuple(source.document for source in work.updated if source.document not in lost),
        unchanged=len(work.unchanged),
        removed=work.removed,
        failed=tuple(sorted(failures, key=lambda failure: failure.document)),
        skipped=work.skipped,
        documents=info.documents,
        chunks=info.chunks,
        pages=pages,
        generation=info.generation,
        seconds=time.monotonic() - started,
    )


def _read_and_embed(
    draft: Draft, embedder: Embedder, home: Path, work: Plan, workers: int
) -> Iterator[Progress | Failure]:
    sources = work.to_read
    state = Progress(documents=0, documents_total=len(sources), pages=0, chunks=0, embedded=0, current="")
    window: list[ChunkedFile] = []
    reading = read_all(sources, workers=max(1, workers))
    try:
        for number, file in enumerate(reading, start=1):
            state = replace(state, current=file.source.document)
            if file.error is not None:
                state = replace(state, documents=state.documents + 1)
                yield _failure(file.source.document, file.error)
            else:
                state = replace(state, pages=state.pages + file.pages, chunks=state.chunks + len(file.chunks))
                window.append(file)
            if sum(len(waiting.chunks) for waiting in window) >= WINDOW_CHUNKS or number == len(sources):
                for count in _embed_window(draft, embedder, home, window):
                    state = replace(state, embedded=state.embedded + count)
                    yield state
                state = replace(state, documents=state.documents + len(window))
                window = []
            yield state
    finally:
        reading.close()  # type: ignore[attr-defined]  # ends the workers, also when the caller stops half-way


def _embed_window(draft: Draft, embedder: Embedder, home: Path, window: Sequence[ChunkedFile]) -> Iterator[int]:
    """Embed the chunks of these files, longest first, and put each file into the draft. Yields chunks done."""
    places = [(file_place, chunk) for file_place, file in enumerate(window) for chunk in file.chunks]
    places.sort(key=lambda place: len(place[1].embed_text), reverse=True)
    points: list[list[Point]] = [[] for _ in window]
    for start in range(0, len(places), SLICE_CHUNKS):
        part = places[start : start + SLICE_CHUNKS]
        dense = embedder.embed_passages([chunk.embed_text for _place, chunk in part])
        for (file_place, chunk), vector in zip(part, dense, strict=True):
            points[file_place].append(_point(window[file_place], chunk, Vectors(vector)))
        yield len(part)
    for file, file_points in zip(window, points, strict=True):
        with suppress(FileNotFoundError):  # deleted since it was read: the next ingest removes it
            keep_original(home, file.source)
        draft.replace(file.source.document, sorted(file_points, key=lambda point: point.chunk.ordinal))


def _point(file: ChunkedFile, chunk: Chunk, vectors: Vectors) -> Point:
    signed = replace(chunk, root=file.source.root, signature=signature(file.source))
    return Point(signed, replace(vectors, sparse=passage_terms(chunk.embed_text, chunk.language)))


def _failure(document: str, error: ManualdeskError) -> Failure:
    return Failure(document=document, error=error.message, hint=error.hint)


def _published_info(store: IndexStore) -> IndexInfo:
    index = store.open()
    try:
        return index.info()
    finally:
        index.close()


def _unchanged(store: IndexStore, work: Plan, started: float) -> Report:
    info = _published_info(store)
    return Report(
        added=(),
        updated=(),
        unchanged=len(work.unchanged),
        removed=(),
        failed=tuple(_failure(name, error) for name, error in work.failed),
        skipped=work.skipped,
        documents=info.documents,
        chunks=info.chunks,
        pages=0,
        generation=info.generation,
        seconds=time.monotonic() - started,
    )
