"""`manualdesk eval load`: many users at once, on a running Manualdesk and on the bare model server behind it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import SettingError
from serving.settings import load_settings
from ui.evaluation_output import JsonOption, SaveOption, SetOption, keep

if TYPE_CHECKING:
    from serving.evaluation.load_pair import Compared

QuestionsArgument = Annotated[
    Path, typer.Argument(help="Gold questions to ask, such as data/eval/samples.jsonl.", metavar="QUESTIONS.jsonl")
]


def register(app: typer.Typer) -> None:
    app.command()(load)


def load(
    questions: QuestionsArgument,
    only_set: SetOption = "",
    url: Annotated[
        str, typer.Option(help="A running Manualdesk. Empty: the model server alone.")
    ] = "http://127.0.0.1:8000/v1",
    bare: Annotated[
        str | None,
        typer.Option(help="The model server it uses. Empty: Manualdesk alone. Default: that of the settings."),
    ] = None,
    key: Annotated[str, typer.Option(envvar="MANUALDESK_KEY", help="Key for Manualdesk; better in the variable.")] = "",
    users: Annotated[str, typer.Option(help="Users at once; several runs as 1,8,64.")] = "8",
    rounds: Annotated[int, typer.Option(help="Questions each user asks, one after the other.", min=1)] = 3,
    ramp: Annotated[float, typer.Option(help="Seconds over which the users begin.", min=0.0)] = 5.0,
    save: SaveOption = "",
    as_json: JsonOption = False,
) -> None:
    """How fast is it with many users? First token, tokens a second, errors; and the same load on the bare model."""
    import asyncio

    from serving.endpoint import Endpoint
    from serving.evaluation.load import Load
    from serving.evaluation.load_pair import compare
    from serving.evaluation.load_table import as_record, as_text
    from serving.evaluation.questions import read_questions
    from serving.evaluation.results import check_name, describe_questions

    if save:
        check_name(save)
    loads = [Load(users=count, rounds=rounds, ramp_seconds=ramp) for count in _counts(users)]
    gold = read_questions(questions, only_set=only_set)
    asked = [question.text for question in gold if question.answerable and not question.turns]
    settings = load_settings()
    model = settings.llm_url if bare is None else bare
    desk_at = Endpoint(url.rstrip("/"), key) if url else None
    model_at = Endpoint(model.rstrip("/"), settings.llm_api_key) if model else None

    async def all_runs() -> "list[Compared]":
        return [await compare(asked, one, manualdesk=desk_at, bare=model_at) for one in loads]

    runs = asyncio.run(all_runs())
    measured = as_record(runs, describe_questions(questions, only_set=only_set, count=len(asked)))
    keep(save, measured)
    typer.echo(json.dumps(measured, ensure_ascii=False) if as_json else as_text(runs))


def _counts(users: str) -> list[int]:
    counts = [int(part) if part.strip().isdigit() else 0 for part in users.split(",")]
    if not all(counts):
        raise SettingError(f"--users has value {users!r}, which is no list of counts.", hint="For example: 1,8,64")
    return counts
