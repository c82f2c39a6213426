"""`manualdesk eval`: gold questions asked of the configured index; tables on stdout, results kept on request."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from serving.settings import Settings, load_settings

if TYPE_CHECKING:
    from retrieval.passages import Passage
    from serving.evaluation.answer_metrics import AnswerReport
    from serving.evaluation.questions import Question
    from serving.evaluation.retrieval_metrics import RetrievalReport

QuestionsArgument = Annotated[
    Path,
    typer.Argument(help="Gold questions as JSON lines, such as data/eval/samples.jsonl.", metavar="QUESTIONS.jsonl"),
]
SetOption = Annotated[str, typer.Option("--set", help="Only the questions of this set.")]
SaveOption = Annotated[str, typer.Option(help="Keep the figures as data/eval/results/NAME.json.", metavar="NAME")]
FailuresOption = Annotated[bool, typer.Option("--failures", help="Show the questions that went wrong too.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Outcome = TypeVar("Outcome")

evaluate_app = typer.Typer(help="Measure retrieval and answers with gold questions.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(evaluate_app, name="eval")


@evaluate_app.command()
def retrieval(
    questions: QuestionsArgument,
    only_set: SetOption = "",
    limit: Annotated[int, typer.Option(help="Passages to ask for; the first ten are judged.", min=1, max=50)] = 10,
    save: SaveOption = "",
    failures: FailuresOption = False,
    as_json: JsonOption = False,
) -> None:
    """Is the evidence among the passages? Rates by language, format and type of question."""
    from serving.compose import build_retriever
    from serving.evaluation.retrieval_metrics import retrieval_report, run_retrieval

    gold = _read(questions, only_set, save)
    settings = load_settings()
    outcomes = _followed(run_retrieval(build_retriever(settings), gold, limit=limit), len(gold))
    report = retrieval_report(outcomes)
    measured = _measured("retrieval", report, settings, {"limit": limit})
    measured["questions"] = _described(questions, only_set, len(report.outcomes))
    _keep(save, measured)
    if as_json:
        typer.echo(json.dumps(measured, ensure_ascii=False))
        return
    _print(report)
    for outcome in report.failures if failures else []:
        rank = f"rank {outcome.evidence_rank}" if outcome.evidence_rank else "not found"
        typer.secho(f"\n{outcome.question.id}: {outcome.question.text}", bold=True)
        typer.echo(
            f"    evidence {rank}, document {outcome.document_rank or 'not found'}; gold {_gold(outcome.question)}"
        )
        typer.echo(f"    top: {_place(outcome.top) if outcome.top else 'nothing'}")


@evaluate_app.command()
def answers(
    questions: QuestionsArgument,
    only_set: SetOption = "",
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Answers made of quotes, even where a model runs.")] = False,
    root: Annotated[
        Path | None, typer.Option(help="Check quotes against the files in this folder, not the kept originals.")
    ] = None,
    save: SaveOption = "",
    failures: FailuresOption = False,
    as_json: JsonOption = False,
) -> None:
    """Are the answers right, cited, and quoted word for word? Are questions refused that the manuals do not answer?"""
    from serving.compose import build_assistant
    from serving.evaluation.answer_metrics import answer_report, run_answers
    from serving.evaluation.verbatim import QuoteChecker

    gold = _read(questions, only_set, save)
    settings = load_settings()
    if no_llm:
        settings = replace(settings, llm_url="")
    checker = QuoteChecker(settings.home, root)
    report = answer_report(_followed(run_answers(build_assistant(settings), gold, checker), len(gold)))
    measured = _measured("answers", report, settings, {"language_model": _language_model(report, settings)})
    measured["questions"] = _described(questions, only_set, len(report.outcomes))
    _keep(save, measured)
    if as_json:
        typer.echo(json.dumps(measured, ensure_ascii=False))
        return
    _print(report)
    for outcome in report.failures if failures else []:
        typer.secho(f"\n{outcome.question.id}: {outcome.question.text}", bold=True)
        typer.echo(f"    {'; '.join(outcome.faults)}; gold {_gold(outcome.question)}")
        typer.echo(f"    answer: {' '.join(outcome.answer.answer.split())}")
        for citation, verbatim in zip(outcome.answer.citations, outcome.verbatim, strict=True):
            if verbatim is False:
                typer.echo(
                    f"    not on page {citation.page} of {citation.document}: {' '.join(citation.quote.split())}"
                )
        top = outcome.answer.passages[0] if outcome.answer.passages else None
        typer.echo(f"    top: {_place(top) if top else 'nothing'}")


def _read(path: Path, only_set: str, save: str) -> "list[Question]":
    from serving.evaluation.questions import read_questions
    from serving.evaluation.results import check_name

    if save:
        check_name(save)  # before minutes of work, not after
    return read_questions(path, only_set=only_set)


def _followed(steps: Iterator[Outcome], total: int) -> list[Outcome]:
    """Collect the outcomes, counting on stderr where a person watches."""
    outcomes: list[Outcome] = []
    for outcome in steps:
        outcomes.append(outcome)
        if sys.stderr.isatty():
            typer.echo(f"\r{len(outcomes)}/{total}", nl=False, err=True)
    if sys.stderr.isatty():
        typer.echo("\r", nl=False, err=True)
    return outcomes


def _measured(
    kind: str, report: "RetrievalReport | AnswerReport", settings: Settings, options: dict[str, object]
) -> dict[str, object]:
    from serving.compose import build_store
    from serving.evaluation.results import describe_index, model_name

    index = build_store(settings).open()
    info = index.info()
    index.close()
    return {
        "kind": kind,
        "questions": {},
        "index": describe_index(info),
        "settings": {"embedder": model_name(settings.embedder), "server": bool(settings.index_url), **options},
        "totals": report.totals,
        "slices": report.slices,
        "outcomes": [outcome.to_json() for outcome in report.outcomes],
    }


def _described(path: Path, only_set: str, count: int) -> dict[str, object]:
    from serving.evaluation.results import describe_questions

    return describe_questions(path, only_set=only_set, count=count)


def _language_model(report: "AnswerReport", settings: Settings) -> str | None:
    """What the model was called, where one gave any of the answers."""
    from serving.evaluation.results import model_name

    return model_name(settings.llm_model or "the server's first") if report.totals.get("from_model") else None


def _keep(name: str, measured: dict[str, object]) -> None:
    if not name:
        return
    from serving.evaluation.results import save
    from serving.evaluation.results_page import write_page

    path = save(name, measured)
    write_page(path.parent)
    typer.echo(f"kept as data/eval/results/{path.name}", err=True)


def _print(report: "RetrievalReport | AnswerReport") -> None:
    from serving.evaluation.tables import shown, text_table

    typer.echo(text_table(report.slices))
    typer.echo()
    for line in _wrapped(f"{name.replace('_', ' ')} {shown(value)}" for name, value in report.totals.items()):
        typer.echo(line)


def _wrapped(parts: Iterable[str], width: int = 120) -> Sequence[str]:
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 2 <= width:
            lines[-1] += f"; {part}"
        else:
            lines.append(part)
    return lines


def _place(passage: "Passage") -> str:
    section = " > ".join(passage.section)
    return ", ".join(
        part for part in (passage.document, f"page {passage.page}" if passage.page else "", section) if part
    )


def _gold(question: "Question") -> str:
    if not question.right_files:
        return "says nothing"
    file = question.right_files[0]
    pages = ", ".join(str(page) for page in sorted(file.pages))
    return f"{file.document}{f', page {pages}' if pages else ''}" + (
        f": {question.answers[0]}" if question.answers else ""
    )
