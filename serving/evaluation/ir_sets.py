"""Public retrieval sets: a folder with `corpus.jsonl`, `queries.jsonl` and `qrels*.tsv` goes in, an `IrSet` comes out.

The form is that of `data/eval/README.md`: documents without pages, judged by document alone.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.errors import SettingError
from ingest.index.contract import Scope
from ingest.types import Audience
from serving.evaluation.questions import Question, slices_of

CORPUS: Final = "corpus.jsonl"
QUERIES: Final = "queries.jsonl"
_CROSS: Final = "qrels_cross_"
_HINT: Final = "The form of such a folder is described in data/eval/README.md."


@dataclass(frozen=True, slots=True)
class IrDocument:
    """A document of the corpus."""

    id: str
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class IrQuery:
    """A question of the set; what is right for it is said by a task."""

    question: Question
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IrTask:
    """One file of judgements, and which documents are searched for it."""

    name: str
    relevant: Mapping[str, Mapping[str, int]]
    """Query id to the grades of its right documents. A query without any is not judged."""
    language: str = ""
    """Only documents of this language are searched; `own`: of the query's language; empty: all."""

    def scope(self, query: IrQuery) -> Scope:
        """Who searches what."""
        wanted = query.language if self.language == "own" else self.language
        return Scope(audience=Audience.INTERNAL, languages=(wanted,) if wanted else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IrSet:
    """A whole set."""

    name: str
    documents: tuple[IrDocument, ...]
    queries: tuple[IrQuery, ...]
    tasks: tuple[IrTask, ...]
    corpus_hash: str
    """First 16 hex digits of the SHA-256 of the corpus file."""


def is_ir_set(path: Path) -> bool:
    """Is this a folder in the form of a public retrieval set?"""
    return (path / CORPUS).is_file() and (path / QUERIES).is_file()


def read_ir_set(folder: Path) -> IrSet:
    """All of a set. Raises SettingError naming the file, the line and the fault."""
    documents = tuple(_document(row) for row in _rows(folder / CORPUS, ("id", "text")))
    queries = tuple(_query(row) for row in _rows(folder / QUERIES, ("id", "text")))
    languages = {document.language for document in documents}
    known = frozenset(document.id for document in documents)
    tasks = tuple(_tasks(folder, known, several_languages=len(languages) > 1))
    if not tasks:
        raise SettingError(f"{folder} has no qrels.tsv.", hint=_HINT)
    return IrSet(
        name=folder.resolve().name,
        documents=documents,
        queries=queries,
        tasks=tasks,
        corpus_hash=hashlib.sha256((folder / CORPUS).read_bytes()).hexdigest()[:16],
    )


def _document(row: Mapping[str, object]) -> IrDocument:
    return IrDocument(str(row["id"]), str(row.get("title") or ""), str(row["text"]), str(row.get("lang") or "en"))


def _query(row: Mapping[str, object]) -> IrQuery:
    language = str(row.get("lang") or "en")
    question = Question(
        id=str(row["id"]),
        text=str(row["text"]),
        answerable=row.get("answerable") is not False,
        slices=slices_of({"lang": language, "kind": row.get("kind")}),
    )
    return IrQuery(question, language)


def _tasks(folder: Path, known: frozenset[str], *, several_languages: bool) -> Iterator[IrTask]:
    """Each file of judgements; where a corpus has several languages also among the documents of the asker's alone."""
    for path in sorted(folder.glob("qrels*.tsv"), key=lambda path: (len(path.name), path.name)):
        relevant = _judgements(path, known)
        name = path.stem
        if path.name.startswith(_CROSS):
            yield IrTask(name=name, relevant=relevant, language=name.removeprefix(_CROSS))
            continue
        yield IrTask(name=name, relevant=relevant)
        if name == "qrels" and several_languages:
            yield IrTask(name="qrels, own language only", relevant=relevant, language="own")


def _judgements(path: Path, known: frozenset[str]) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            query, document, grade = line.split("\t")
            value = int(grade)
        except ValueError as error:
            raise SettingError(f"{path}, line {number} is not a judgement: {error}", hint=_HINT) from error
        if document not in known:
            raise SettingError(f"{path}, line {number}: the corpus has no document {document}", hint=_HINT)
        if value > 0:
            relevant.setdefault(query, {})[document] = value
    return relevant


def _rows(path: Path, needed: Sequence[str]) -> Iterator[Mapping[str, object]]:
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), start=1):
        try:
            row = json.loads(line)
            missing = [name for name in needed if row.get(name) is None]
        except (ValueError, AttributeError) as error:
            raise SettingError(f"{path}, line {number} cannot be used: {error}", hint=_HINT) from error
        fault = f"{missing[0]} is missing" if missing else "its id comes twice" if str(row["id"]) in seen else ""
        if fault:
            raise SettingError(f"{path}, line {number} cannot be used: {fault}", hint=_HINT)
        seen.add(str(row["id"]))
        yield row


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {error}", hint=_HINT) from error
    # Not splitlines: a text may hold other characters that count as line ends.
    return [line for line in text.split("\n") if line.strip()]
