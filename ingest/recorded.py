"""Runs that leave a record: a job goes in, its steps come out, and the records keep how it ended.

What the command line calls in place of `pipeline.run`: editors' settings come in here, and here each revision is noted
with the audience it is indexed for, so that an old citation opens for the right people only.
"""

import json
import shlex
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import journal, token_states
from ingest.crew import Crew
from ingest.errors import IndexUnusable, ManualdeskError
from ingest.index.contract import IndexInfo, IndexStore
from ingest.interrupts import undisturbed
from ingest.pipeline import Job, Progress, Report, plan, published_documents, run
from ingest.plan import Plan

if TYPE_CHECKING:
    from ingest.records.store import Records


MOST_PATHS = 20
"""Paths told of a job: an editor's setting may concern thousands of files."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation keeps what, and the embedder that its index is made with."""

    store: IndexStore
    embedder: str
    models: Path
    home: Path


@dataclass(slots=True)
class Outcome:
    """What a run fills in before it ends: the generation that is published now, and its report."""

    generation: str = ""
    report: dict[str, object] | None = None


def plan_recorded(place: Place, job: Job) -> Plan:
    """What `run_recorded` would do, editors' settings included, without doing it."""
    with opened_records(place.home) as records:
        return plan(place.store, replace(job, said=records.settings()))


def run_recorded(
    place: Place, job: Job, *, kind: str = "ingest", crew: Crew | None = None
) -> Generator[Progress | Report]:
    """As `pipeline.run`, with editors' settings, and recorded however it ends.

    Raises RecordsUnusable before anything is done: without the settings an internal manual could become public.
    """
    with opened_records(place.home) as records:
        job = replace(job, said=records.settings())
        report = None
        with recorded(records, kind, describe(job)) as outcome:
            for step in run(place.store, place.embedder, place.models, place.home, job, crew=crew):
                if isinstance(step, Report):
                    report = step
                    outcome.generation, outcome.report = step.generation, step.to_json()
                else:
                    yield step
        if report is not None:
            note_index(records, place, report)
            yield report


@contextmanager
def opened_records(home: Path) -> Iterator["Records"]:
    """The records of this home, closed at the end."""
    from ingest.records.store import Records

    records = Records(home)
    try:
        yield records
    finally:
        records.close()


@contextmanager
def recorded(records: "Records", kind: str, job: str) -> Iterator[Outcome]:
    """Keep in the records how the body ends; its error goes on to the caller."""
    from ingest.records.types import Run, State

    number, started = None, time.monotonic()
    outcome = Outcome()
    state, error, hint = State.DONE, "", ""
    try:
        with undisturbed():
            number = records.begin(kind, job)
        yield outcome
    except ManualdeskError as failure:
        state, error, hint = State.FAILED, failure.message, failure.hint
        raise
    except (KeyboardInterrupt, GeneratorExit):
        state = State.STOPPED
        raise
    except BaseException as failure:
        state, error = State.FAILED, f"{type(failure).__name__}: {failure}"
        raise
    finally:
        if number is not None:
            report = json.dumps(outcome.report, ensure_ascii=False) if outcome.report is not None else ""
            ended = Run(
                number=number,
                kind=kind,
                state=state,
                started_at="",
                seconds=time.monotonic() - started,
                started_by="",
                job=job,
                generation=outcome.generation,
                error=error,
                hint=hint,
                report=report,
            )
            with undisturbed():
                records.end(ended)


def remove_documents(place: Place, documents: list[str]) -> IndexInfo:
    """Remove these from the index and record it; returns what is published now.

    Raises IndexUnusable where nothing is published, or while an ingest is running.
    """
    index = place.store.open()
    try:
        info = index.info()
    finally:
        index.close()
    with place.store.draft(embedder=info.embedder, dimensions=info.dimensions) as draft:
        draft.remove(documents)
        published = draft.publish()
    record_change(place, "remove", documents, published)
    return published


def record_change(place: Place, kind: str, documents: list[str], info: IndexInfo) -> None:
    """Keep that something other than an ingest published `info`, such as a removal or a rollback."""
    with opened_records(place.home) as records:
        with recorded(records, kind, shlex.join(documents)) as outcome:
            outcome.generation = info.generation
            outcome.report = {"documents": info.documents, "chunks": info.chunks}
            if kind == "remove":
                outcome.report["removed"] = documents
        note_index(records, place)


def note_index(records: "Records", place: Place, report: Report | None = None) -> None:
    """Note which revisions are indexed for whom, read from the index itself, and the pages that were read badly."""
    indexed = published_documents(place.store)
    records.see(indexed)
    if report is None or report.added or report.updated or report.removed or report.renamed:
        _forget_states(place)
    if report is None:
        return
    revision = {document.document: document.revision for document in indexed}
    weak = {found.document: found.pages for found in report.weak_pages}
    for name in (*report.added, *report.updated):
        if name in revision:
            records.note_quality(name, revision[name], weak.get(name, ()))


def _forget_states(place: Place) -> None:
    """Forget the token states of revisions that no generation holds any more. Where nothing was published there are
    none, and looking would take what the generations hold out of the system's memory."""
    if not (place.home / token_states.FILE).exists() or (place.home / journal.FILE).exists():
        return  # a run that was stopped goes on with the vectors in the journal, and with the states beside it
    with (
        suppress(IndexUnusable),  # an ingest is running: it will be done after that one
        place.store.revisions() as held,
        closing(token_states.TokenStates(place.home, place.embedder)) as states,
    ):
        states.keep(held)


def describe(job: Job) -> str:
    """The job as the command that asks for it."""
    options = [
        *(["--root", str(job.root)] if job.root is not None else []),
        *(["--force"] if job.force else []),
        *(["--allow-removals"] if job.allow_removals else []),
    ]
    paths = [str(path.absolute()) for path in job.paths[:MOST_PATHS]]
    rest = f" and {len(job.paths) - MOST_PATHS} more paths" if len(job.paths) > MOST_PATHS else ""
    said = shlex.join([*paths, *options]) + rest
    return said.encode(errors="replace").decode()  # a name that is no UTF-8 cannot be kept
