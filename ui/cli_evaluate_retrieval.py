"""`manualdesk eval retrieval`: gold questions about manuals, or a public set over an index of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.settings import Settings, load_settings
from ui.evaluation_output import (
    FailuresOption,
    JsonOption,
    SaveOption,
    SetOption,
    followed,
    keep,
    print_figures,
    published_info,
)

if TYPE_CHECKING:
    from ingest.embed import Embedder
    from ingest.index.contract import Index, IndexInfo
    from serving.evaluation.comparison import Comparison, Kept, Moved
    from serving.evaluation.ir_sets import IrSet
    from serving.evaluation.parts import Judged, Part

_SHOWN = 20
"""Questions of a list; the HTML report has more of each."""
QuestionsArgument = Annotated[
    Path,
    typer.Argument(
        help="Gold questions as JSON lines, or the folder of a public set (corpus.jsonl, queries.jsonl, qrels.tsv).",
        metavar="QUESTIONS",
    ),
]
LimitOption = Annotated[int, typer.Option(help="Passages to ask for; the first ten are judged.", min=1, max=50)]
MostOption = Annotated[int, typer.Option(help="Ask at most so many queries of a public set. 0: all.", min=0)]
CompareOption = Annotated[
    Path | None, typer.Option(help="A kept result: show what got better and worse since.", metavar="FILE.json")
]
HtmlOption = Annotated[
    Path | None, typer.Option(help="Write a report with plots and passages there too.", metavar="FILE.html")
]


@dataclass(frozen=True, slots=True)
class _Run:
    """What was measured, ready to keep, print and show."""

    measured: dict[str, object]
    parts: Sequence["Part"]
    title: str
    index: "IndexInfo"


def register(app: typer.Typer) -> None:
    app.command()(retrieval)


def retrieval(
    questions: QuestionsArgument,
    only_set: SetOption = "",
    limit: LimitOption = 10,
    most: MostOption = 0,
    compare: CompareOption = None,
    html: HtmlOption = None,
    save: SaveOption = "",
    failures: FailuresOption = False,
    as_json: JsonOption = False,
) -> None:
    """Is the right passage among those found? Rates by slice with intervals, refusals, and what changed since a run."""
    from serving.evaluation.comparison import compare as compared_with
    from serving.evaluation.comparison import read_kept
    from serving.evaluation.ir_sets import is_ir_set
    from serving.evaluation.results import check_name

    if save:
        check_name(save)  # before minutes of work, not after
    kept: Kept = read_kept(compare) if compare else {}
    run = _public_set(questions, most) if is_ir_set(questions) else _manuals(questions, only_set, limit)
    keep(save, run.measured)
    comparisons = compared_with(kept, run.parts) if compare else []
    if html:
        _write_report(html, run, comparisons)
    if as_json:
        typer.echo(json.dumps(run.measured, ensure_ascii=False))
        return
    for part in run.parts:
        _print_part(part, several=len(run.parts) > 1, failures=failures)
    for comparison in comparisons:
        _print_comparison(comparison)


def _manuals(path: Path, only_set: str, limit: int) -> _Run:
    from serving.compose import build_retriever
    from serving.evaluation.parts import manuals_part
    from serving.evaluation.questions import read_questions
    from serving.evaluation.results import describe_index, describe_questions, model_name
    from serving.evaluation.retrieval_metrics import retrieval_report, run_retrieval

    gold = read_questions(path, only_set=only_set)
    settings = load_settings()
    retriever = build_retriever(settings)
    retriever.prepare()  # as a server does while it starts, so that times are those that its readers meet
    outcomes = followed(run_retrieval(retriever, gold, limit=limit), len(gold))
    report = retrieval_report(outcomes)
    part = manuals_part(report)
    info = published_info(settings)
    used = {
        "embedder": model_name(settings.embedder),
        "reranker": model_name(settings.reranker),
        "server": bool(settings.index_url),
        "limit": limit,
    }
    measured: dict[str, object] = {
        "kind": "retrieval",
        "questions": describe_questions(path, only_set=only_set, count=len(report.outcomes)),
        "index": describe_index(info),
        "settings": used,
        **part.to_json(),
    }
    measured["totals"] = report.totals | part.totals
    return _Run(measured, [part], f"Retrieval: {path.stem}", info)


def _public_set(folder: Path, most: int) -> _Run:
    from retrieval.retriever import Retriever
    from serving.compose import build_models
    from serving.evaluation.ir_metrics import judged_queries, run_task, unanswerable_queries
    from serving.evaluation.ir_sets import read_ir_set
    from serving.evaluation.parts import ir_part
    from serving.evaluation.results import describe_index, describe_questions, model_name

    ir_set = read_ir_set(folder)
    settings = load_settings()
    embedder, reranker = build_models(settings)
    index = _open_set(ir_set, settings, embedder)
    retriever, info = Retriever(index, embedder, reranker=reranker), index.info()
    parts = []
    for task in ir_set.tasks:
        asked = judged_queries(ir_set, task, most=most)
        queries = [*asked, *unanswerable_queries(ir_set)]
        outcomes = followed(run_task(retriever, task, queries), len(queries))
        parts.append(ir_part(task, outcomes[: len(asked)], outcomes[len(asked) :]))
    count = len({item.question.id for part in parts for item in (*part.judged, *part.unanswerable)})
    described = describe_questions(folder / "queries.jsonl", only_set=ir_set.name, count=count)
    measured: dict[str, object] = {
        "kind": "sets",
        "questions": described,
        "index": describe_index(info),
        "settings": {
            "embedder": model_name(settings.embedder),
            "reranker": model_name(settings.reranker),
            "most": most,
        },
        "parts": {part.name: part.to_json() for part in parts},
    }
    return _Run(measured, parts, f"Retrieval: {ir_set.name}", info)


def _open_set(ir_set: "IrSet", settings: Settings, embedder: "Embedder") -> "Index":
    """The set's own index, made first where this is its first run with this embedder."""
    from serving.evaluation.ir_index import cache_folder, corpus_chunks, corpus_store, is_made, make_index
    from serving.evaluation.kept_vectors import KeptVectors

    store = corpus_store(ir_set, settings.embedder, settings.home)
    if not is_made(store):
        typer.echo(f"indexing the {len(ir_set.documents)} documents of {ir_set.name}, once", err=True)
        vectors = KeptVectors(cache_folder(settings.home), settings.embedder, "passages")
        followed(make_index(store, ir_set, embedder, vectors), len(corpus_chunks(ir_set)))
    return store.open()


def _write_report(path: Path, run: _Run, comparisons: "Sequence[Comparison]") -> None:
    from serving.evaluation.report_page import render_report
    from serving.evaluation.results import commit, machine

    done_on = machine()
    facts = {
        "commit": commit().commit[:10] or "unknown",
        "machine": f"{done_on.processor}, {done_on.cores} cores",
        "index": f"{run.index.documents} documents, {run.index.chunks} chunks, {Path(run.index.embedder).name}",
    }
    path.write_text(render_report(run.title, facts, run.parts, comparisons), encoding="utf-8")
    typer.echo(f"report in {path}", err=True)


def _print_part(part: "Part", *, several: bool, failures: bool) -> None:
    if several:
        typer.secho(f"\n{part.name}", bold=True)
    slices = {
        name: {**row, "low": part.intervals[name].low, "high": part.intervals[name].high}
        for name, row in part.slices.items()
    }
    print_figures(slices, part.totals)
    typer.echo(f"low, high: 95 of 100 resamples of the questions have their {part.metric} between them")
    missed = [item for item in part.judged if item.value < 0.5] if failures else []
    for item in missed:
        _print_question(item, f"{part.metric} {item.value:.2f}")


def _print_comparison(found: "Comparison") -> None:
    change = found.difference
    typer.secho(f"\n{found.part}, against the earlier run", bold=True)
    typer.echo(
        f"{found.metric} over {found.count} questions: {change.before:.3f} before, {change.after:.3f} now "
        f"({change.interval.low:+.3f} to {change.interval.high:+.3f}"
        f"{'' if change.is_clear else ', could be chance'}); {len(found.better)} better, {len(found.worse)} worse"
    )
    for name, moved in (("worse", found.worse), ("better", found.better)):
        for item in moved[:_SHOWN]:
            _print_moved(name, item)


def _print_moved(name: str, moved: "Moved") -> None:
    _print_question(moved.after, f"{name}: {moved.before.value:.2f} before, {moved.after.value:.2f} now")
    typer.echo(f"    before: {'; '.join(moved.before.places) or 'nothing'}")


def _print_question(item: "Judged", score: str) -> None:
    from serving.evaluation.parts import place

    typer.secho(f"\n{item.question.id}: {item.question.text}", bold=True)
    typer.echo(f"    {score}; gold {item.gold}")
    typer.echo(f"    top: {place(item.passages[0]) if item.passages else 'nothing'}")
