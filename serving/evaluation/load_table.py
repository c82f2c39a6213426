"""Runs of a load to what is kept and shown of them."""

from collections.abc import Iterator, Mapping, Sequence

from serving.evaluation.load import Figures
from serving.evaluation.load_pair import Compared
from serving.evaluation.retrieval_metrics import Row
from serving.evaluation.tables import text_table


def as_record(runs: Sequence[Compared], questions: Mapping[str, object]) -> dict[str, object]:
    """A result of kind `load`, with the lines of the page of results."""
    measurements = [line for run in runs for line in _measurements(run)]
    return {
        "kind": "load",
        "questions": dict(questions),
        "runs": [run.to_json() for run in runs],
        "measurements": measurements,
    }


def as_text(runs: Sequence[Compared]) -> str:
    """A table, and below it what went wrong and what the answers were made of."""
    rows: dict[str, Row] = {}
    notes: list[str] = []
    for run in runs:
        for name, figures in _of(run):
            label = f"{_users(run)}, {name}"
            rows[label] = _row(figures, run.ratio if name == "manualdesk" else None)
            notes += [f"{label}: {count} x {error}" for error, count in figures.errors.items()]
            if figures.sources:
                made = ", ".join(f"{source} {count}" for source, count in sorted(figures.sources.items()))
                notes.append(f"{label}: answers from {made}")
            if figures.client_processors > _BUSY:
                notes.append(f"{label}: the asking itself was busy; these are not the server's figures")
    return "\n".join([text_table(rows, first="load"), *(["", *notes] if notes else [])])


_BUSY = 0.85
"""Of the one processor that the asking can use."""


def _of(run: Compared) -> Iterator[tuple[str, Figures]]:
    for name, figures in (("bare", run.bare), ("manualdesk", run.manualdesk)):
        if figures is not None:
            yield name, figures


def _users(run: Compared) -> str:
    return f"{run.load.users} users{run.model and f' on {run.model}'}"


def _row(figures: Figures, ratio: float | None) -> Row:
    return {
        "n": figures.requests,
        "tokens/s": figures.tokens_per_second,
        "of bare": ratio,
        "first ms p50": figures.first_token_ms["p50"],
        "p95": figures.first_token_ms["p95"],
        "p99": figures.first_token_ms["p99"],
        "answer ms p50": figures.answer_ms["p50"],
        "a stream": figures.tokens_per_second_a_stream,
        "cpu us/token": figures.server_microseconds_a_token,
        "errors": sum(figures.errors.values()),
    }


def _measurements(run: Compared) -> Iterator[dict[str, object]]:
    users = _users(run)
    for name, figures in _of(run):
        first = figures.first_token_ms
        note = f"first token p50 {first['p50']} ms, p95 {first['p95']} ms, p99 {first['p99']} ms"
        yield _line(f"{users}, {name}: tokens a second", figures.tokens_per_second, "1/s", note)
        errors = sum(figures.errors.values())
        made = ", ".join(f"{source} {count}" for source, count in sorted(figures.sources.items()))
        yield _line(f"{users}, {name}: requests", figures.requests, "", f"{errors} failed{made and f'; {made}'}")
        if figures.server_microseconds_a_token is not None:
            note = f"{figures.server_processors} processors busy"
            yield _line(f"{users}, {name}: processor time a token", figures.server_microseconds_a_token, "µs", note)
    if run.ratio is not None:
        yield _line(f"{users}: tokens a second, of bare", run.ratio, "", "")


def _line(what: str, value: float, unit: str, note: str) -> dict[str, object]:
    return {"what": what, "value": value, "unit": unit, "note": note}
