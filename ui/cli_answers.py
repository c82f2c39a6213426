"""`manualdesk search` and `manualdesk ask`, one question or a file of them."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.settings import load_settings

if TYPE_CHECKING:
    from ingest.index.contract import Scope
    from retrieval.passages import Passage
    from retrieval.query import Retrieval, Turn
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


@dataclass(frozen=True, slots=True)
class Batch:
    """A checked batch: what is asked, and the file the answers go to."""

    items: list[BatchItem]
    out: Path


def register(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(ask)


def search(
    question: Question = None,
    limit: Annotated[
        int | None, typer.Option(help="Passages to show. Default: 5, in a batch 10.", min=1, max=50)
    ] = None,
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
        checked = _batch(batch, out, as_json, audience, product)
        retriever = build_retriever(settings)
        _run_batch(
            checked,
            lambda item: _found(
                retriever.retrieve(item.question, scope=item.scope, turns=item.turns, limit=limit or 10)
            ),
        )
        return
    asked = _required(question)
    result = build_retriever(settings).retrieve(asked, scope=_scope(audience, product), limit=limit or 5)
    if as_json:
        typer.echo(json.dumps(_found(result), ensure_ascii=False))
        return
    for number, passage in enumerate(result.passages, start=1):
        typer.secho(f"{number}. {_place(passage)}", bold=True)
        typer.echo(passage.text + "\n")
    if not result.passages:
        typer.echo("Nothing found.", err=True)


def _found(result: "Retrieval") -> dict[str, object]:
    return {"passages": [passage.to_json() for passage in result.passages], "ms": round(result.milliseconds, 1)}


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
        checked = _batch(batch, out, as_json, audience, product)
        assistant = build_assistant(settings)
        _run_batch(checked, lambda item: assistant.ask(item.question, scope=item.scope, turns=item.turns).to_json())
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


def _batch(path: Path, out: Path | None, as_json: bool, audience: Audience, product: str | None) -> Batch:
    """Everything that can be wrong with a batch is said here, before any model is loaded."""
    if as_json:
        raise typer.BadParameter("A batch writes JSON lines to --out; leave --json away.", param_hint="--json")
    if out is None:
        raise typer.BadParameter("A batch needs a file to write.", param_hint="--out")
    items = list(_read_batch(path, audience, product))
    if out.exists() and not out.is_file():
        raise SettingError(f"--out {out} is not a file.", hint="Name a file to write, such as out.jsonl.")
    if not out.parent.is_dir():
        raise SettingError(f"--out {out}: the folder {out.parent} does not exist.", hint=f"mkdir -p {out.parent}")
    if not os.access(out.parent, os.W_OK):
        raise SettingError(f"--out {out}: {out.parent} cannot be written.", hint="Name a file in another folder.")
    return Batch(items, out)


def _read_batch(path: Path, audience: Audience, product: str | None) -> Iterator[BatchItem]:
    # Not splitlines(): JSON may hold a bare U+2028, which is no end of a line here.
    for number, line in enumerate(_batch_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _batch_item(json.loads(line), audience, product)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingError(
                f"{path}, line {number} is not a question: {error}",
                hint='Each line is JSON such as {"id": "1", "question": "How do I reset it?"}.',
            ) from error


def _batch_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingError(f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror}.", hint="Name a file of JSON lines.") from error


def _batch_item(row: Any, audience: Audience, product: str | None) -> BatchItem:
    from retrieval.query import Turn

    # The turns are the whole conversation; the last one is the question, whatever `question` says.
    *earlier, question = row.get("turns") or [row["question"]]
    if not isinstance(question, str) or not question.strip():
        raise ValueError("the question is empty")
    scope = _scope(Audience(row.get("audience", audience)), row.get("product") or product)
    return BatchItem(str(row["id"]), question, tuple(Turn("user", str(turn)) for turn in earlier), scope)


def _run_batch(batch: Batch, work: Callable[[BatchItem], dict[str, object]]) -> None:
    started = time.monotonic()
    count = len(batch.items)
    unfinished = batch.out.with_name(f".{batch.out.name}.part")
    with unfinished.open("w", encoding="utf-8") as file:
        for number, item in enumerate(batch.items, start=1):
            file.write(json.dumps({"id": item.id, **work(item)}, ensure_ascii=False) + "\n")
            if sys.stderr.isatty():
                typer.echo(f"\r{number}/{count}", nl=False, err=True)
    unfinished.replace(batch.out)
    typer.echo(f"\r{count} questions in {time.monotonic() - started:.1f} s, written to {batch.out}", err=True)
