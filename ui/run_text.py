"""A run's report in words: lines for a terminal, and what an editor may want to do next."""

import shlex
from collections.abc import Iterator

from ingest.pipeline import Failure, Report
from ingest.records.types import Run, State
from ingest.types import PageQuality

STATES = {
    State.RUNNING: "not ended: it runs now, or was killed",
    State.DONE: "done",
    State.FAILED: "failed",
    State.STOPPED: "stopped",
}
MOST_NAMES = 5
"""Names in one next step; the lists above it have them all."""


def one_line(report: Report) -> str:
    """What a run did in one line."""
    parts = [
        f"{len(report.added) - len(report.renamed)} added",
        f"{len(report.updated)} updated",
        *([f"{len(report.renamed)} renamed"] if report.renamed else []),
        f"{report.unchanged} unchanged",
        f"{len(report.removed) - len(report.renamed)} removed",
        f"{len(report.failed)} failed",
    ]
    return f"{', '.join(parts)} in {report.seconds:.1f} s"


def concerns(report: Report) -> Iterator[str]:
    """What an editor should see at once, as lines: failures with hints, what was skipped, duplicates, weak pages."""
    hints: dict[tuple[str, str], list[str]] = {}
    for failure in report.failed:
        # One wrong manual.toml fails many manuals for one reason, which is told once.
        hints.setdefault((reason(failure), failure.hint), []).append(failure.document)
    for (why, hint), documents in hints.items():
        rest = f" (and {len(documents) - 1} more)" if len(documents) > 1 else ""
        name = "" if documents[0] in why else f"{documents[0]}{rest}: "
        yield f"failed: {name}{why}"
        if hint:
            yield f"  hint: {hint}"
    for document, why in report.skipped:
        yield f"skipped: {document}: {why}"
    for group in report.duplicates:
        yield f"the same file {len(group)} times: {', '.join(group)}"
    for weak in report.weak_pages:
        yield f"look at: {weak.document}: {pages(weak.pages)}"


def reason(failure: Failure) -> str:
    """Why a manual failed, without its name in front."""
    return failure.error.removeprefix(f"{failure.document}: ")


def command(run: Run) -> str:
    """What was asked for: the command of an ingest, else what was done and to what."""
    return f"{'manualdesk ' if run.kind == 'ingest' else ''}{run.kind} {run.job}".rstrip()


def moment(run: Run) -> str:
    """When a run began: `2026-01-31 12:00 UTC`."""
    return f"{run.started_at[:16].replace('T', ' ')} UTC"


def pages(found: tuple[PageQuality, ...]) -> str:
    """`pages 3, 4 and 7 (garbled, score 0.12 at worst); page 9 (empty)`, grouped by problem."""
    groups: dict[tuple[str, ...], list[PageQuality]] = {}
    for page in found:
        groups.setdefault(page.problems, []).append(page)
    return "; ".join(
        f"{_numbers([page.page for page in group])} ({', '.join(problems)}{_worst(group)})"
        for problems, group in groups.items()
    )


def _worst(group: list[PageQuality]) -> str:
    """The lowest score of some pages, where it says more than their problem does."""
    scores = {page.score for page in group}
    shown = f", score {min(scores):.2f}" if 0 < min(scores) < 1 else ""
    return f"{shown} at worst" if shown and len(scores) > 1 else shown


def _numbers(numbers: list[int]) -> str:
    if numbers == [0]:
        return "the whole of it"
    shown = [str(number) for number in numbers[:10]]
    if len(numbers) > 10:
        return f"pages {', '.join(shown)} and {len(numbers) - 10} more"
    return f"page {shown[0]}" if len(shown) == 1 else f"pages {', '.join(shown[:-1])} and {shown[-1]}"


def run_lines(run: Run, report: Report | None) -> Iterator[str]:
    """The whole run."""
    yield f"run {run.number}: {command(run)}"
    by = f" by {run.started_by}" if run.started_by else ""
    yield f"{moment(run)}{by}: {STATES[run.state]} after {run.seconds:.1f} s"
    if run.error:
        yield f"error: {run.error}"
    if run.hint:
        yield f"hint: {run.hint}"
    if report is not None:
        if run.kind == "ingest":
            yield one_line(report)
        moved = {name for pair in report.renamed for name in pair}
        for word, documents in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
            yield from (f"{word:8} {document}" for document in documents if document not in moved)
        yield from (f"{'renamed':8} {old} -> {new}" for old, new in report.renamed)
        yield from concerns(report)
        yield f"index: {report.documents} manuals, {report.chunks} chunks, generation {run.generation}"
        if report.embedded or report.taken_over:
            yield timings(report)
    yield from (f"next: {step}" for step in next_steps(run, report))


def timings(report: Report) -> str:
    """How much was embedded, and what that took."""
    known = f", {report.taken_over} taken over from before" if report.taken_over else ""
    return (
        f"{report.embedded} chunks embedded{known}; {report.embedding_seconds:.1f} of {report.seconds:.1f} s embedding"
    )


def next_steps(run: Run, report: Report | None) -> list[str]:
    """What an editor may want to do after this run; empty where there is nothing."""
    steps = []
    if run.state is State.RUNNING:
        # Killed in the instant after publishing, it left a new index and could not say so.
        steps.append("If it does not run any more, it was killed: run it again, and it goes on where it can.")
    elif run.state is not State.DONE:
        steps.append(
            "The index is as it was before (one on a Qdrant server may have some of the manuals already). "
            + (run.hint or "Run the same command again: it goes on where it can.")
        )
    if report is None:
        return steps
    if report.failed:
        names = _some([failure.document for failure in report.failed])
        steps.append(f"Mend what failed ({names}) as its hint says, then run the same ingest again.")
    if report.weak_pages:
        count = sum(len(weak.pages) for weak in report.weak_pages)
        steps.append(f"Look at {_count(count, 'page')} that may have been read badly; search for what they say.")
    if report.duplicates:
        steps.append(f"Keep one of each file that is there several times ({_count(len(report.duplicates), 'group')}).")
    moved = {old for old, _new in report.renamed}
    removed = [document for document in report.removed if document not in moved]
    if removed:
        steps.append(f"Removed by mistake? manualdesk documents restore {shlex.quote(removed[0])}")
    return steps


def _some(names: list[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
