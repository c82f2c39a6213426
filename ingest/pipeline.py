"""An ingest from paths to a published generation: plan, read, embed, publish, report.

`run` yields a Progress as work is done and one Report last. Nothing is visible to readers before the report; whatever
stops it earlier leaves the published generation as it was, and the vectors made so far to the next run.
"""

import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.crew import Crew, hire
from ingest.errors import IndexUnusable, MassRemoval, NothingPublished
from ingest.filling import Filling, Tally
from ingest.index.contract import EVERYTHING, Draft, Index, IndexedDocument, IndexInfo, IndexStore
from ingest.index.payload import check_embedder
from ingest.journal import Journal
from ingest.metadata import Setting
from ingest.plan import Plan, common_root, donors, make_plan
from ingest.read_ahead import ReadAhead
from ingest.report import Failure, Progress, Report, Result, Stage, State, WeakPages, failure

MOST_UNCHANGED = 200
"""Manuals that need not be read and are named while a run goes on."""

__all__ = ["Failure", "Job", "Progress", "Report", "WeakPages", "plan", "published_documents", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to ingest and how."""

    paths: tuple[Path, ...]
    root: Path | None = None
    force: bool = False
    """Read and embed everything anew, taking nothing over."""
    allow_removals: bool = False
    said: tuple[Setting, ...] = ()
    """What editors set of manuals, in the order in which they did (see `discover`)."""
    workers: int | str = 1
    """Processes that read, or the address of a cluster (see `crew.hire`)."""
    gate: Callable[[Index], None] | None = None
    """Looks at the draft before it is published; a ManualdeskError that it raises stops the publication."""


@dataclass(frozen=True, slots=True)
class _Published:
    """What the index holds before the run, read once. `info` is None where there is nothing, or nothing usable."""

    info: IndexInfo | None = None
    documents: tuple[IndexedDocument, ...] = ()
    error: IndexUnusable | None = None


def plan(store: IndexStore, job: Job) -> Plan:
    """What `run` would do, without doing it."""
    published = _look(store)
    if published.error is not None:
        raise published.error
    return _plan(job, published.documents)


def published_documents(store: IndexStore) -> list[IndexedDocument]:
    """The documents a reader sees now; none where nothing was published yet."""
    published = _look(store)
    if published.error is not None:
        raise published.error
    return list(published.documents)


def run(
    store: IndexStore, embedder_name: str, models: Path, home: Path, job: Job, *, crew: Crew | None = None
) -> Iterator[Progress | Report]:
    """Bring the index to what is in the paths.

    The embedder is loaded only when there is something to embed. Raises MassRemoval, SettingError, IndexUnusable,
    ModelUnavailable and what the job's gate raises; a document that cannot be read is a Failure in the report.
    `crew`: who reads and embeds, closed at the end; by default who the job's `workers` name.
    """
    started = time.monotonic()
    published = _look(store)
    # Asked to read everything again, an index that cannot be continued is made anew; else it is refused.
    refused = published.error or _refusal(published.info, embedder_name)
    if refused is not None and not job.force:
        raise refused
    fresh = refused is not None
    work = _plan_anew(job, published.documents) if fresh else _plan(job, published.documents)
    if not work.to_read and not work.removed and published.documents:
        yield _report(work, published.info, started=started)
        return
    crew = crew or hire(embedder_name, models, job.workers, home)
    # Small files first: the model has work at once, and a large file is read while it is busy with the others.
    sources = sorted(work.to_read, key=lambda source: source.size)
    # Closed inside out: the crew first, so that a thread that waits for its next file is not waited for.
    with ReadAhead(crew.read(sources)) as files, closing(crew):
        if not {source.revision for source in sources} <= {document.revision for document in published.documents}:
            crew.prepare()
        # Where vectors are added to others, the model need not be loaded to know their dimensions.
        known = None if fresh else published.info
        step = begun = _begun(work, files.being_read(sources), Stage.READING if known else Stage.LOADING)
        yield begun
        dimensions = known.dimensions if known else crew.embedder().dimensions
        with (
            store.draft(embedder=embedder_name, dimensions=dimensions, fresh=fresh) as draft,
            closing(Journal(home, embedder_name, dimensions)) as journal,
        ):
            _check_unmoved(draft, () if fresh else published.documents)
            likely = {} if job.force else donors(work, published.documents)
            with Filling(draft, crew, journal, home=home, donors=likely) as filling:
                for step in filling.fill(files, sources):
                    yield _within(begun, step, files.being_read(sources))
            yield replace(_within(begun, step, ""), stage=Stage.PUBLISHING, results=())
            info = _publish(draft, job, work, filling.tally, published) or published.info
            if info is not published.info:
                journal.finish()
    yield _report(work, info, filling.tally, started=started)


def _begun(work: Plan, reading: str, stage: Stage) -> Progress:
    """The first step: what is known of manuals before any is read."""
    failed = [failure(name, error) for name, error in work.failed]
    results = (
        *(Result(document=each.document, state=State.FAILED, error=each.error, hint=each.hint) for each in failed),
        *(Result(document=name, state=State.UNCHANGED) for name in work.unchanged[:MOST_UNCHANGED]),
    )
    return Progress(
        documents=0, documents_total=len(work.to_read), pages=0, chunks=0, embedded=0, current="",
        stage=stage, reading=reading, unchanged=len(work.unchanged), failed=len(failed), results=results,
    )  # fmt: skip


def _within(begun: Progress, step: Progress, reading: str) -> Progress:
    """A step of filling as a step of the run."""
    return replace(step, reading=reading, unchanged=begun.unchanged, failed=begun.failed + step.failed)


def _refusal(info: IndexInfo | None, embedder_name: str) -> IndexUnusable | None:
    """Why an index of that kind cannot be continued with this embedder."""
    try:
        if info is not None:
            check_embedder(info, embedder_name, info.dimensions)
    except IndexUnusable as error:
        return error
    return None


def _look(store: IndexStore) -> _Published:
    try:
        index = store.open()
    except NothingPublished:
        return _Published()
    except IndexUnusable as error:
        return _Published(error=error)
    try:
        return _Published(index.info(), tuple(index.documents(EVERYTHING)))
    except IndexUnusable as error:
        return _Published(error=error)
    finally:
        index.close()


def _plan(job: Job, indexed: Sequence[IndexedDocument]) -> Plan:
    root = common_root(job.paths, job.root, indexed)
    return make_plan(job.paths, root, indexed, force=job.force, allow_removals=job.allow_removals, said=job.said)


def _plan_anew(job: Job, indexed: Sequence[IndexedDocument]) -> Plan:
    """Everything in the paths, as if nothing were indexed. Raises MassRemoval where that would lose other manuals."""
    work = make_plan(job.paths, common_root(job.paths, job.root, ()), (), force=True, said=job.said)
    read = {source.document for source in work.to_read}
    lost = [known.document for known in indexed if known.document not in read]
    if lost and not job.allow_removals:
        raise MassRemoval(
            f"Making the index anew from these paths would drop {len(lost)} manuals that are not in them, "
            f"such as {lost[0]}.",
            hint="Ingest the folder that holds them all, or add --allow-removals.",
        )
    return work


def _check_unmoved(draft: Draft, planned_on: Sequence[IndexedDocument]) -> None:
    """Raises IndexUnusable where another ingest published between the plan and the draft."""
    if draft.documents() != list(planned_on):
        raise IndexUnusable("another ingest published while this one looked at the files", hint="run the command again")


def _publish(draft: Draft, job: Job, work: Plan, tally: Tally, published: _Published) -> IndexInfo | None:
    """The new generation; None where nothing changed: a file that stays unreadable shall not use up the kept ones."""
    lost = {failed.document for failed in tally.failures}
    removed = _removed(work, lost)
    changed = removed or any(source.document not in lost for source in work.to_read)
    if not changed and published.documents:
        return None
    # At the end, for documents that were only renamed give their vectors to the new names.
    draft.remove(removed)
    if job.gate is not None:
        job.gate(draft.preview())
    return draft.publish()


def _removed(work: Plan, lost: Container[str]) -> tuple[str, ...]:
    """All that is no longer there; but a renamed manual that cannot be read now stays under its old name."""
    kept = {old for old, new in work.renamed if new in lost}
    return tuple(document for document in work.removed if document not in kept)


def _report(work: Plan, info: IndexInfo | None, tally: Tally | None = None, *, started: float) -> Report:
    tally = tally or Tally()
    lost = {failed.document for failed in tally.failures}
    failed = (*(failure(name, error) for name, error in work.failed), *tally.failures)
    return Report(
        added=tuple(source.document for source in work.added if source.document not in lost),
        updated=tuple(source.document for source in work.updated if source.document not in lost),
        unchanged=len(work.unchanged),
        removed=_removed(work, lost),
        renamed=tuple(pair for pair in work.renamed if pair[1] not in lost),
        failed=tuple(sorted(failed, key=lambda failed: failed.document)),
        skipped=work.skipped,
        duplicates=work.duplicates,
        documents=info.documents if info else 0,
        chunks=info.chunks if info else 0,
        pages=tally.pages,
        generation=info.generation if info else "",
        embedded=tally.embedded,
        taken_over=tally.taken_over,
        weak_pages=tuple(sorted(tally.weak_pages, key=lambda weak: weak.document)),
        embedding_seconds=tally.embedding_seconds,
        seconds=time.monotonic() - started,
    )
