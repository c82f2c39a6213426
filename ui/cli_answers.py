"""`manualdesk search` and `manualdesk ask`, one question or a file of them."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.settings import load_settings

if TYPE_CHECKING:
    from ingest.index.contract import Scope
    from retrieval.passages import Passage
    from retrieval.query import Turn
    from serving.answer import Answer
    from serving.assistant import Assistant

Question = Annotated[str | None, typer.Argument(help="The question, in quotes.", metavar="QUESTION")]
AudienceOption = Annotated[Audience, typer.Option(help="Search what these readers may see.")]
ProductOption = Annotated[str | None, typer.Option(help="Only manuals of this product.")]
BatchOption = Annotated[
    Path | None, typer.Option(help='JSON lines to read: {"id", "question", "turns"?, "audience"?, "product"?}.')
]
OutOption = Annotated[Path | None, typer.Option(help="JSON lines to write.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A line of a batch file."""

    id: str
    question: str
    turns: "tuple[Turn, ...]"
    scope: "Scope"


def register(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(ask)


def search(
    question: Question = None,
    limit: Annotated[int, typer.Option(help="Passages to show.", min=1, max=50)] = 5,
    audience: AudienceOption = Audience.INTERNAL,
    product: ProductOption = None,
    batch: BatchOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the passages that fit a question, best first."""
    from serving.compose import build_retriever

    settings = load_settings()
    if batch:
        items = list(_read_batch(batch, audience, product))
        retriever = build_retriever(settings)

        def found(item: BatchItem) -> dict[str, object]:
            result = retriever.retrieve(item.question, scope=item.scope, turns=item.turns, limit=max(limit, 10))
            passages = [passage.to_json() for passage in result.passages]
            return {"id": item.id, "passages": passages, "ms": round(result.milliseconds, 1)}

        _run_batch(items, out, found)
        return
    asked = _required(question)
    result = build_retriever(settings).retrieve(asked, scope=_scope(audience, product), limit=limit)
    if as_json:
        passages = [passage.to_json() for passage in result.passages]
        typer.echo(json.dumps({"passages": passages, "ms": round(result.milliseconds, 1)}, ensure_ascii=False))
        return
    for number, passage in enumerate(result.passages, start=1):
        typer.secho(f"{number}. {_place(passage)}", bold=True)
        typer.echo(passage.text + "\n")
    if not result.passages:
        typer.echo("Nothing found.", err=True)


def ask(
    question: Question = None,
    audience: AudienceOption = Audience.INTERNAL,
    product: ProductOption = None,
    batch: BatchOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with cited sources."""
    import asyncio

    from serving.compose import build_assistant

    settings = load_settings()
    if batch:
        items = list(_read_batch(batch, audience, product))
        assistant = build_assistant(settings)
        _run_batch(
            items,
            out,
            lambda item: {"id": item.id, **assistant.ask(item.question, scope=item.scope, turns=item.turns).to_json()},
        )
        return
    asked = _required(question)
    assistant = build_assistant(settings)
    scope = _scope(audience, product)
    if as_json:
        typer.echo(json.dumps(assistant.ask(asked, scope=scope).to_json(), ensure_ascii=False))
        return
    asyncio.run(_show(assistant, asked, scope))


async def _show(assistant: "Assistant", question: str, scope: "Scope") -> None:
    """Print the answer as it comes, then its sources."""
    from serving.answer import AnswerDone, TextDelta

    shown = ""
    async for event in assistant.stream(question, scope=scope):
        if isinstance(event, TextDelta):
            typer.echo(event.text, nl=False)
            shown += event.text
        elif isinstance(event, AnswerDone):
            _finish(event.answer, shown)


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


def _scope(audience: Audience, product: str | None) -> "Scope":
    from ingest.index.contract import Scope

    return Scope(audience=audience, products=(product,) if product else None)


def _required(question: str | None) -> str:
    if question is None or not question.strip():
        raise typer.BadParameter("Give a question, or --batch FILE.", param_hint="QUESTION")
    return question


def _read_batch(path: Path, audience: Audience, product: str | None) -> Iterator[BatchItem]:
    from retrieval.query import Turn

    if not path.exists():
        raise SettingError(f"{path} does not exist.", hint="Name a file of JSON lines.")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            # The turns are the whole conversation; the last one is the question, whatever `question` says.
            turns = [str(turn) for turn in row.get("turns") or [row["question"]]]
            scope = _scope(Audience(row.get("audience", audience)), row.get("product") or product)
            item = BatchItem(str(row["id"]), turns[-1], tuple(Turn("user", turn) for turn in turns[:-1]), scope)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingError(
                f"{path}, line {number} is not a question: {error}",
                hint='Each line is JSON such as {"id": "1", "question": "How do I reset it?"}.',
            ) from error
        yield item


def _run_batch(items: list[BatchItem], out: Path | None, work: Callable[[BatchItem], dict[str, object]]) -> None:
    if out is None:
        raise typer.BadParameter("A batch needs a file to write.", param_hint="--out")
    started = time.monotonic()
    unfinished = out.with_name(f".{out.name}.part")
    with unfinished.open("w", encoding="utf-8") as file:
        for number, item in enumerate(items, start=1):
            file.write(json.dumps(work(item), ensure_ascii=False) + "\n")
            if sys.stderr.isatty():
                typer.echo(f"\r{number}/{len(items)}", nl=False, err=True)
    unfinished.replace(out)
    typer.echo(f"\r{len(items)} questions in {time.monotonic() - started:.1f} s, written to {out}", err=True)
