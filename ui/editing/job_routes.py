"""`/desk/jobs`: ingests that wait and run, with what they did to each manual, and all earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import RecordsUnusable
from ingest.records.types import Run
from ingest.report import Failure, Report, Result, State
from ingest.types import PageQuality
from serving.api.audited import audited
from serving.api.errors import NotFound
from serving.api.job_queue import JobStatus
from serving.api.redirect import see_other
from ui.editing.editors import Editors, queue_of
from ui.run_text import reason
from ui.web.editor import editor
from ui.web.numbers import Number
from ui.web.rendering import PageRoute, page

MOST_RUNS: Final = 100
MOST_OUTCOMES: Final = 1000
MOST_PAGES: Final = 20
"""Pages to look at that are named of one manual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did to one manual."""

    document: str
    state: str
    """`failed`, `added`, `updated`, `renamed`, `removed`, `skipped`; while a job runs `failed`, `read`, `unchanged`."""
    told: str = ""
    hint: str = ""
    pages: tuple[PageQuality, ...] = ()
    """To look at."""
    read: Result | None = None
    """How much of it was read, while the job runs."""

    @property
    def is_indexed(self) -> bool:
        return self.state in ("added", "updated", "renamed")


def job_routes(editors: Editors) -> APIRouter:
    """The pages and what they send."""
    router = APIRouter(route_class=PageRoute, prefix="/desk")

    @router.get("/jobs")
    def jobs(request: Request) -> Response:
        editor(request)
        with editors.records() as records:
            runs = records.runs(MOST_RUNS)
        told = [(run, _report(run)) for run in runs]
        return page(request, "editing/jobs.html", jobs=queue_of(request).jobs(), runs=told)

    @router.get("/jobs/{number}")
    def job(number: str, request: Request) -> Response:
        editor(request)
        status = queue_of(request).job(number)
        found = outcomes(status.report) if status.report else outcomes_so_far(status.results)
        return page(
            request, "editing/job.html", job=status, report=status.report, outcomes=found[:MOST_OUTCOMES],
            more=max(0, len(found) - MOST_OUTCOMES), most_pages=MOST_PAGES, used_seconds=_used_seconds(status),
        )  # fmt: skip

    @router.post("/jobs/{number}/cancel")
    def cancel(number: str, request: Request) -> Response:
        editor(request)
        status = queue_of(request).cancel(number)
        audited(editors.backend, request, "job.cancelled", number, what=status.what)
        return see_other(f"/desk/jobs/{number}")

    @router.get("/runs/{number}")
    def run(number: Number, request: Request) -> Response:
        editor(request)
        with editors.records() as records:
            known = records.run(number)
        if known is None:
            raise NotFound(f"There is no run {number}.", hint="The oldest are not kept.")
        report = _report(known)
        found = outcomes(report) if report else ()
        return page(
            request, "editing/run.html", run=known, report=report, outcomes=found[:MOST_OUTCOMES],
            more=max(0, len(found) - MOST_OUTCOMES), most_pages=MOST_PAGES,
        )  # fmt: skip

    return router


def _report(run: Run) -> Report | None:
    from ingest.records.reports import report_from_json

    try:
        return report_from_json(run.report) if run.report else None
    except RecordsUnusable:
        return None


def _used_seconds(status: JobStatus) -> int:
    if not status.started_at:
        return 0
    end = datetime.fromisoformat(status.ended_at) if status.ended_at else datetime.now(UTC)
    return int((end - datetime.fromisoformat(status.started_at)).total_seconds())


def outcomes_so_far(results: Sequence[Result]) -> Sequence[Outcome]:
    """What is known of each manual while a job runs: troubles first, then what was done last, unchanged ones at the
    end."""
    order = {State.FAILED: 0, State.READ: 1, State.UNCHANGED: 2}
    return [
        Outcome(
            document=each.document,
            state=str(each.state),
            told=reason(Failure(document=each.document, error=each.error, hint=each.hint)),
            hint=each.hint,
            read=each if each.state is State.READ else None,
        )
        for each in sorted(results, key=lambda each: order[each.state])
    ]


def outcomes(report: Report) -> Sequence[Outcome]:
    """What became of each manual, troubles first."""
    weak = {each.document: each.pages for each in report.weak_pages}
    old = {new: before for before, new in report.renamed}
    moved = {before for before, _new in report.renamed}
    found = [
        Outcome(document=each.document, state="failed", told=reason(each), hint=each.hint) for each in report.failed
    ]
    for state, names in (("added", report.added), ("updated", report.updated)):
        for name in names:
            became, before = ("renamed", old[name]) if name in old else (state, "")
            found.append(Outcome(document=name, state=became, told=before, pages=weak.get(name, ())))
    found.extend(Outcome(document=name, state="removed") for name in report.removed if name not in moved)
    found.extend(Outcome(document=name, state="skipped", told=why) for name, why in report.skipped)
    return sorted(found, key=lambda each: (each.state != "failed", not each.pages))
