"""`manualdesk eval answers`: gold questions asked of the configured index; tables on stdout, results kept."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.settings import Settings, load_settings
from ui import cli_evaluate_load, cli_evaluate_retrieval
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
    from serving.evaluation.answer_metrics import AnswerReport

QuestionsArgument = Annotated[
    Path,
    typer.Argument(help="Gold questions as JSON lines, such as data/eval/samples.jsonl.", metavar="QUESTIONS.jsonl"),
]

evaluate_app = typer.Typer(help="Measure retrieval and answers with gold questions.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    cli_evaluate_retrieval.register(evaluate_app)
    cli_evaluate_load.register(evaluate_app)
    app.add_typer(evaluate_app, name="eval")


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
    from serving.evaluation.parts import gold_place, place
    from serving.evaluation.questions import read_questions
    from serving.evaluation.results import check_name, describe_questions
    from serving.evaluation.verbatim import QuoteChecker

    if save:
        check_name(save)  # before minutes of work, not after
    gold = read_questions(questions, only_set=only_set)
    settings = load_settings()
    if no_llm:
        settings = replace(settings, llm_url="")
    checker = QuoteChecker(settings.home, root)
    report = answer_report(followed(run_answers(build_assistant(settings), gold, checker), len(gold)))
    asked = describe_questions(questions, only_set=only_set, count=len(report.outcomes))
    measured = _measured(report, settings, asked)
    keep(save, measured)
    if as_json:
        typer.echo(json.dumps(measured, ensure_ascii=False))
        return
    print_figures(report.slices, report.totals)
    for outcome in report.failures if failures else []:
        typer.secho(f"\n{outcome.question.id}: {outcome.question.text}", bold=True)
        typer.echo(f"    {'; '.join(outcome.faults)}; gold {gold_place(outcome.question)}")
        typer.echo(f"    answer: {' '.join(outcome.answer.answer.split())}")
        for citation, verbatim in zip(outcome.answer.citations, outcome.verbatim, strict=True):
            if verbatim is False:
                typer.echo(
                    f"    not on page {citation.page} of {citation.document}: {' '.join(citation.quote.split())}"
                )
        top = outcome.answer.passages[0] if outcome.answer.passages else None
        typer.echo(f"    top: {place(top) if top else 'nothing'}")


def _measured(report: "AnswerReport", settings: Settings, questions: dict[str, object]) -> dict[str, object]:
    from serving.evaluation.results import describe_index, model_name

    embedder, reranker = model_name(settings.embedder), model_name(settings.reranker)
    used = {"language_model": _language_model(report, settings)}
    return {
        "kind": "answers",
        "questions": questions,
        "index": describe_index(published_info(settings)),
        "settings": {"embedder": embedder, "reranker": reranker, "server": bool(settings.index_url), **used},
        "totals": report.totals,
        "slices": report.slices,
        "outcomes": [outcome.to_json() for outcome in report.outcomes],
    }


def _language_model(report: "AnswerReport", settings: Settings) -> str | None:
    """What the model was called, where one gave any of the answers."""
    from serving.evaluation.results import model_name

    return model_name(settings.llm_model or "the server's first") if report.totals.get("from_model") else None
