"""`manualdesk search` and `manualdesk ask`, one question or a file of them."""

import json
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, get_type_hints

import typer

from ingest.audience import Audience
from serving.settings import load_settings
from ui.batch import BatchItem, checked_batch, run_batch, scope_of

if TYPE_CHECKING:
    from retrieval.passages import Passage
    from retrieval.query import Retrieval
    from serving.answer import Answer
    from serving.assistant import Assistant
    from serving.settings import Settings
    from serving.stored.answering import StoredAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `search` and `ask` have in common; each field is an option of both."""

    question: Annotated[str | None, typer.Argument(help="The question, in quotes.", metavar="QUESTION")] = None
    audience: Annotated[Audience, typer.Option(help="Search what these readers may see.")] = Audience.INTERNAL
    product: Annotated[str | None, typer.Option(help="Only manuals of this product.")] = None
    page_product: Annotated[
        str, typer.Option(help="Product of the page that the question is asked on; what the question says wins.")
    ] = ""
    batch: Annotated[
        Path | None,
        typer.Option(
            help='JSON lines to read: {"id", "question", "turns"?, "audience"?, "product"?, "page_product"?}.'
        ),
    ] = None
    out: Annotated[Path | None, typer.Option(help="JSON lines to write.")] = None
    explain: Annotated[bool, typer.Option("--explain", help="Tell how the passages were found.")] = False
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False


def register(app: typer.Typer) -> None:
    app.command()(_with_options(search))
    app.command()(_with_options(ask))


def _with_options(command: Callable[Concatenate[Options, ...], None]) -> Callable[..., None]:
    """The command as Typer reads it: the fields of Options and its own parameters side by side."""
    hints = get_type_hints(Options, include_extras=True)
    shared = [
        Parameter(item.name, Parameter.KEYWORD_ONLY, default=item.default, annotation=hints[item.name])
        for item in fields(Options)
        if item.default is not MISSING
    ]
    own = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in list(signature(command).parameters.values())[1:]
    ]

    def run(**given: Any) -> None:
        options = Options(**{item.name: given.pop(item.name) for item in shared})
        command(options, **given)

    run.__signature__ = Signature([*shared, *own])  # type: ignore[attr-defined]
    run.__annotations__ = {item.name: item.annotation for item in (*shared, *own)}
    run.__name__ = command.__name__
    run.__doc__ = command.__doc__
    return run


def search(
    options: Options,
    limit: Annotated[
        int | None, typer.Option(help="Passages to show. Default: 5, in a batch 10.", min=1, max=50)
    ] = None,
    document: Annotated[
        str, typer.Option(help="With --explain: where this manual's passages rank (a part of its path).")
    ] = "",
) -> None:
    """Show the passages that fit a question, best first."""
    from serving.compose import build_retriever

    if document and not options.explain:
        raise typer.BadParameter("It tells where a manual ranks; add --explain.", param_hint="--document")
    settings = load_settings()
    if options.batch:
        batch = checked_batch(options.batch, options.out, options.as_json, options.audience, options.product)
        retriever = build_retriever(settings)

        def find(item: BatchItem) -> dict[str, object]:
            found = retriever.retrieve(
                item.question, scope=item.scope, turns=item.turns, limit=limit or 10, product=item.page_product
            )
            return _found(found, options.explain)

        run_batch(batch, find)
        return
    asked = _required(options.question)
    scope = scope_of(options.audience, options.product)
    retriever = build_retriever(settings)
    result = retriever.retrieve(asked, scope=scope, limit=limit or 5, product=options.page_product)
    if options.as_json:
        typer.echo(json.dumps(_found(result, options.explain), ensure_ascii=False))
    elif options.explain and result.trace:
        typer.echo(result.trace.to_text(document))
        if document:
            typer.echo(retriever.whereabouts(result, document, scope=scope))
    else:
        _print_passages(result)


def _print_passages(result: "Retrieval") -> None:
    for number, passage in enumerate(result.passages, start=1):
        typer.secho(f"{number}. {_place(passage)}", bold=True)
        typer.echo(passage.text + "\n")
    if not result.passages:
        typer.echo("Nothing found.", err=True)


def _found(result: "Retrieval", explain: bool) -> dict[str, object]:
    explained = {"trace": result.trace.to_json()} if explain and result.trace else {}
    passages = [passage.to_json() for passage in result.passages]
    return {"passages": passages, "ms": round(result.milliseconds, 1), **explained}


def ask(
    options: Options,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Make the answer anew, whatever curated or cached answer there is.")
    ] = False,
) -> None:
    """Answer a question with cited sources."""
    import asyncio

    settings = load_settings()
    if options.batch:
        batch = checked_batch(options.batch, options.out, options.as_json, options.audience, options.product)
        assistant = _assistant(settings, fresh=fresh)

        def answer(item: BatchItem) -> dict[str, object]:
            whole = assistant.ask(item.question, scope=item.scope, turns=item.turns, product=item.page_product)
            return whole.to_json(explain=options.explain)

        run_batch(batch, answer)
        return
    asked = _required(options.question)
    assistant = _assistant(settings, fresh=fresh)
    if options.as_json:
        scope = scope_of(options.audience, options.product)
        answered = assistant.ask(asked, scope=scope, product=options.page_product)
        typer.echo(json.dumps(answered.to_json(explain=options.explain), ensure_ascii=False))
        return
    asyncio.run(_show(assistant, asked, options))


def _assistant(settings: "Settings", *, fresh: bool) -> "Assistant | StoredAnswers":
    from serving.compose import build_answers, build_assistant

    return build_assistant(settings) if fresh else build_answers(settings)


async def _show(assistant: "Assistant | StoredAnswers", question: str, options: Options) -> None:
    """Print the answer as it comes, then its sources."""
    from serving.answer import AnswerDone, TextDelta

    shown = ""
    scope = scope_of(options.audience, options.product)
    async for event in assistant.stream(question, scope=scope, product=options.page_product):
        if isinstance(event, TextDelta):
            typer.echo(event.text, nl=False)
            shown += event.text
        elif isinstance(event, AnswerDone):
            _finish(event.answer, shown)
            if options.explain and event.answer.trace:
                typer.echo(f"\n{event.answer.trace.to_text()}", err=True)


def _finish(answer: "Answer", shown: str) -> None:
    text = answer.answer
    if text.startswith(shown):
        typer.echo(text[len(shown) :])
    else:
        typer.echo(f"\n\n{text}")  # a check took back what was shown
    if answer.notice:
        typer.secho(answer.notice, err=True, dim=True)
    for citation in answer.citations:
        typer.secho(f"\n[{citation.number}] {_place(citation.passage, citation.page)}", bold=True)
        typer.echo(f"    {' '.join(citation.quote.split())}")


def _place(passage: "Passage", page: int | None = None) -> str:
    page = page or passage.page
    section = " > ".join(passage.section)
    return ", ".join(part for part in (passage.document, f"page {page}" if page else "", section) if part)


def _required(question: str | None) -> str:
    if question is None or not question.strip():
        raise typer.BadParameter("Give a question, or --batch FILE.", param_hint="QUESTION")
    return question
