"""A file of questions for `search --batch` and `ask --batch`: checked whole, then worked off into a file of answers."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ingest.audience import Audience
from ingest.errors import ManualdeskError, SettingError

if TYPE_CHECKING:
    from ingest.index.contract import Scope
    from retrieval.query import Turn


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A line of a batch file."""

    id: str
    question: str
    turns: "tuple[Turn, ...]"
    scope: "Scope"
    page_product: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A checked batch: what is asked, and the file the answers go to."""

    items: list[BatchItem]
    out: Path


def scope_of(audience: Audience, product: str | None) -> "Scope":
    from ingest.index.contract import Scope

    return Scope(audience=audience, products=(product,) if product else None)


def checked_batch(path: Path, out: Path | None, as_json: bool, audience: Audience, product: str | None) -> Batch:
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
        except (ManualdeskError, ValueError, KeyError, TypeError, AttributeError) as error:
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
    from serving.assistant import usable

    # The turns are the whole conversation; the last one is the question, whatever `question` says.
    *earlier, question = row.get("turns") or [row["question"]]
    if not isinstance(question, str):
        raise TypeError("the question is no text")
    usable(question)
    scope = scope_of(Audience(row.get("audience", audience)), row.get("product") or product)
    page = str(row.get("page_product") or "")
    return BatchItem(str(row["id"]), question, tuple(Turn("user", str(turn)) for turn in earlier), scope, page)


def run_batch(batch: Batch, work: Callable[[BatchItem], dict[str, object]]) -> None:
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
