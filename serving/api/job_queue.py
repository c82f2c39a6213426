"""Ingests asked for over HTTP: jobs go in, run one at a time in a thread, and tell how far they are and how they ended.

They are kept in memory, for whoever follows them; what a run did stays in the records (`manualdesk runs`).
"""

import logging
import queue
import secrets
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Protocol

from ingest.errors import ManualdeskError
from ingest.report import Progress, Report, Result, State
from serving.api.errors import Conflict, NotFound, error_body
from serving.keys import HERE

log = logging.getLogger("manualdesk.api")

MOST_WAITING: Final = 5
"""With so many nothing more may be asked for. What is asked for at once is taken whole: a job for each of its roots."""
_KEPT: Final = 100
"""Jobs whose end is still told."""
_MOST_RESULTS: Final = 1000
"""Manuals told of while a job runs; those that failed are told of in any case."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """By an editor; the index is as it was before."""


Steps = Callable[[], Generator[Progress | Report]]
"""Starts a run and tells how far it is, its report last. Blocking, but never silent for long where it can be closed.
Raises ManualdeskError; closing the iterator stops the run."""


class Submit(Protocol):
    """Queues a job."""

    def __call__(self, steps: Steps, what: str, *, by: str = "") -> "JobStatus": ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A job as it is now; times are UTC, empty where it did not come to that yet."""

    id: str
    what: str
    """What it is about, as a command would say it."""
    by: str = ""
    """Who asked for it."""
    state: JobState
    asked_at: str
    started_at: str = ""
    ended_at: str = ""
    progress: Progress | None = None
    report: Report | None = None
    error: dict[str, str] | None = None
    """Type, message and hint."""
    notices: tuple[str, ...] = ()
    """What the new index means for other things: curated answers to review, gaps that closed."""
    results: tuple[Result, ...] = ()
    """What became of manuals while it runs, the newest first. Afterwards the report says it."""

    @property
    def is_open(self) -> bool:
        """Does it wait or run?"""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "what": self.what,
            "state": str(self.state),
            "asked_at": self.asked_at,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "progress": _told(self.progress) if self.progress else None,
            "results": [asdict(result) for result in self.results],
            "report": self.report.to_json() if self.report else None,
            "error": self.error,
            "notices": list(self.notices),
        }


def _told(progress: Progress) -> dict[str, object]:
    told = asdict(progress)
    del told["results"]  # they are the job's, all of them
    return told


Ended = Callable[[str, dict[str, int]], None]
"""Told of each job that ended: its state, and how many manuals it changed in which way."""

Published = Callable[[], Sequence[str]]
"""Called after a job that published, for what follows from it. Leaves words for the editor; never raises."""


class JobQueue:
    """Usable from several threads; its own thread starts with the first job."""

    def __init__(self, ended: Ended, published: Published = tuple) -> None:
        self._ended = ended
        self._published = published
        self._lock = threading.Lock()
        self._jobs: dict[str, JobStatus] = {}
        self._waiting: queue.SimpleQueue[tuple[str, Steps] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._cancelled: set[str] = set()
        """Running ones."""
        self._closed = False
        self._promised = 0
        """Places that `room` keeps."""

    def submit(self, steps: Steps, what: str, *, by: str = "") -> JobStatus:
        """Queue a job. Raises Conflict where MOST_WAITING wait already."""
        with self.room() as put:
            return put(steps, what, by=by)

    @contextmanager
    def room(self) -> Iterator[Submit]:
        """Keeps a place for what is changed first and queued then, in as many jobs as it takes: they are not refused
        any more. Raises Conflict where MOST_WAITING wait already."""
        with self._lock:
            waiting = self._promised + sum(known.state is JobState.WAITING for known in self._jobs.values())
            if waiting >= MOST_WAITING:
                raise Conflict(f"{waiting} jobs wait already.", hint="Follow them: GET /v1/jobs")
            self._promised += 1
        try:
            yield self._put
        finally:
            with self._lock:
                self._promised -= 1

    def _put(self, steps: Steps, what: str, *, by: str = "") -> JobStatus:
        status = JobStatus(id=secrets.token_hex(8), what=what, by=by, state=JobState.WAITING, asked_at=_now())
        with self._lock:
            self._jobs[status.id] = status
            for old in [known.id for known in self._jobs.values() if known.ended_at][:-_KEPT]:
                del self._jobs[old]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ingest-jobs", daemon=True)
                self._thread.start()
        self._waiting.put((status.id, steps))
        return status

    def cancel(self, number: str) -> JobStatus:
        """Stop a job: at once where it waits, at its next step where it runs. Raises NotFound, and Conflict where it
        has ended."""
        found = self.job(number)
        with self._lock:
            found = self._jobs[number]
            if not found.is_open:
                raise Conflict(f"Job {number} has ended: it is {found.state}.", hint="See what it did; see rollback.")
            if found.state is JobState.WAITING:
                self._jobs[number] = replace(found, state=JobState.CANCELLED, ended_at=_now())
            else:
                self._cancelled.add(number)
            return self._jobs[number]

    def job(self, number: str) -> JobStatus:
        """Raises NotFound."""
        with self._lock:
            found = self._jobs.get(number)
        if found is None:
            raise NotFound(
                f"There is no job {number}.", hint="Jobs are told until the server ends; see `manualdesk runs`."
            )
        return found

    def jobs(self) -> list[JobStatus]:
        """The newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def close(self) -> None:
        """Stop the running job at its next step, and take no more."""
        self._closed = True
        self._waiting.put(None)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None and not self._closed:
            number, steps = item
            if self._starts(number):
                self._do(number, steps)

    def _starts(self, number: str) -> bool:
        """Mark it as running; False where it was cancelled before its turn."""
        with self._lock:
            waits = number in self._jobs and self._jobs[number].state is JobState.WAITING
            if waits:
                self._jobs[number] = replace(self._jobs[number], state=JobState.RUNNING, started_at=_now())
        return waits

    def _do(self, number: str, steps: Steps) -> None:
        try:
            report = self._run(number, steps)
        except ManualdeskError as error:
            # Editors follow jobs, so they are told what an editor is told.
            self._end(number, JobState.FAILED, error=error_body(error, HERE))
        except Exception as error:
            log.exception("an ingest failed")
            message = f"Something unexpected went wrong: {type(error).__name__}: {error}"
            hint = "The published index is as it was; the server's log has more."
            self._end(number, JobState.FAILED, error={"type": "unexpected", "message": message, "hint": hint})
        else:
            if report is None:
                self._end(number, JobState.CANCELLED)
            else:
                self._change(number, notices=tuple(self._published()))
                self._end(number, JobState.DONE, report=report)

    def _run(self, number: str, steps: Steps) -> Report | None:
        """The report; None where the job was cancelled."""
        with closing(steps()) as told:
            for step in told:
                if isinstance(step, Report):
                    return step
                if number in self._cancelled:
                    return None
                if self._closed:
                    break
                self._progress(number, step)
        raise ManualdeskError("The ingest was stopped.", hint="Ask for it again; what was embedded is not lost.")

    def _progress(self, number: str, step: Progress) -> None:
        results = (*reversed(step.results), *self._jobs[number].results)
        if len(results) > _MOST_RESULTS:
            failed = (each for each in results[_MOST_RESULTS:] if each.state is State.FAILED)
            results = (*results[:_MOST_RESULTS], *failed)
        self._change(number, progress=replace(step, results=()), results=results)

    def _end(
        self, number: str, state: JobState, *, report: Report | None = None, error: dict[str, str] | None = None
    ) -> None:
        self._change(number, state=state, ended_at=_now(), report=report, error=error, results=())
        self._cancelled.discard(number)
        names = ("added", "updated", "removed", "failed")
        self._ended(str(state), {name: len(getattr(report, name)) for name in names} if report else {})

    def _change(self, number: str, **changes: object) -> None:
        with self._lock:
            self._jobs[number] = replace(self._jobs[number], **changes)  # type: ignore[arg-type]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
