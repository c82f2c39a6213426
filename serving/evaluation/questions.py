"""Gold questions: a file of JSON lines goes in, `Question`s come out, each knowing where its evidence stands.

The form is that of `data/eval/README.md`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from ingest.errors import SettingError
from ingest.index.contract import Scope
from ingest.types import Audience
from retrieval.query import Turn
from serving.evaluation.folding import holds, same_document

_ORDER: Final = ("all", "lang", "same language", "cross-lingual", "multi-turn", "format", "kind", "type")
_HINT: Final = "The form of a line is described in data/eval/README.md."

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class RightFile:
    """A document that holds the evidence."""

    document: str
    pages: frozenset[int]
    """Of a PDF; empty for formats without pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked and what would be right."""

    id: str
    text: str
    turns: tuple[Turn, ...] = ()
    """The conversation before the question."""
    audience: Audience = Audience.INTERNAL
    answerable: bool = True
    answers: tuple[str, ...] = ()
    """Alternatives, one is enough. Empty: the gold says no answer."""
    evidence: str = ""
    evidence_portable: bool = True
    """False: PDF readers differ on this text, so only file and page are compared."""
    right_files: tuple[RightFile, ...] = ()
    parallel_documents: tuple[str, ...] = ()
    """The same manual in another language or format: a right answer may come from there."""
    slices: tuple[str, ...] = ("all",)
    set: str = ""

    @property
    def scope(self) -> Scope:
        """Who asks. The gold's product is left out: nobody tells the assistant what the question is about."""
        return Scope(audience=self.audience)

    @property
    def in_pdf(self) -> bool:
        return bool(self.right_files) and self.right_files[0].document.lower().endswith(".pdf")

    def right_file(self, document: str) -> RightFile | None:
        return next((file for file in self.right_files if same_document(document, file.document)), None)

    def is_right_document(self, document: str) -> bool:
        """Parallel documents count."""
        return self.right_file(document) is not None or any(
            same_document(document, other) for other in self.parallel_documents
        )

    def is_evidence(self, document: str, page: int | None, text: str) -> bool:
        """The evidence rule: a right document that holds most of the evidence."""
        file = self.right_file(document)
        if file is None:
            return False
        if self.evidence_portable:
            return holds(text, self.evidence)
        return not file.pages or page is None or page in file.pages

    def is_right_page(self, document: str, page: int | None, text: str) -> bool:
        """The page rule; a right document without pages counts where it holds the evidence."""
        file = self.right_file(document)
        if file is None:
            return False
        return page in file.pages if file.pages else self.is_evidence(document, page, text)


def read_questions(path: Path, *, only_set: str = "") -> list[Question]:
    """All questions of a file, or those of one set. Raises SettingError naming the file, the line and the fault."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {error}", hint="Name a file of gold questions.") from error
    questions: list[Question] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise SettingError(f"{path}, line {number} is not a gold question: {reason}", hint=_HINT) from error
        if question.id in seen:
            raise SettingError(f"{path}, line {number}: the id {question.id} comes twice", hint=_HINT)
        seen.add(question.id)
        questions.append(question)
    chosen = [question for question in questions if not only_set or question.set == only_set]
    if not chosen:
        raise SettingError(f"{path} has no questions" + (f" of the set {only_set}" if only_set else ""), hint=_HINT)
    return chosen


def by_slice(questions: Sequence[tuple[Question, Outcome]]) -> dict[str, list[Outcome]]:
    """What came of the questions of each slice, the slices in a fixed order."""
    groups: dict[str, list[Outcome]] = {}
    for question, outcome in questions:
        for name in question.slices:
            groups.setdefault(name, []).append(outcome)
    return dict(sorted(groups.items(), key=lambda item: (_ORDER.index(item[0].split(":")[0]), item[0])))


def _question(row: Mapping[str, object]) -> Question:
    answerable = bool(row.get("answerable", True))
    turns = _texts(row.get("turns")) or (str(row["question"]),)
    file = row.get("file")
    if answerable and not (isinstance(file, str) and isinstance(row.get("evidence"), str)):
        raise ValueError("an answerable question needs a file and its evidence")
    return Question(
        id=str(row["id"]),
        text=turns[-1],
        turns=tuple(Turn("user", turn) for turn in turns[:-1]),
        audience=Audience(str(row.get("audience", Audience.INTERNAL))),
        answerable=answerable,
        answers=_texts(row.get("answer")),
        evidence=str(row.get("evidence") or ""),
        evidence_portable=row.get("evidence_portable") is not False,
        right_files=_right_files(row) if answerable else (),
        parallel_documents=_texts(row.get("parallel_docs")),
        slices=slices_of(row),
        set=str(row.get("set") or ""),
    )


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def _right_files(row: Mapping[str, object]) -> tuple[RightFile, ...]:
    first = RightFile(str(row["file"]), _pages([row.get("page"), *_items(row.get("also_pages"))]))
    return (first, *(RightFile(str(o["file"]), _pages(_items(o.get("pages")))) for o in _items(row.get("also_in"))))


def _items(value: object) -> list:  # type: ignore[type-arg]  # JSON: each use checks what it needs
    return value if isinstance(value, list) else []


def _pages(values: Sequence[object]) -> frozenset[int]:
    return frozenset(int(str(value)) for value in values if value is not None)


def slices_of(row: Mapping[str, object]) -> tuple[str, ...]:
    """The groups that a line of gold belongs to, of manuals or of a public set."""
    file = str(row.get("file") or "")
    names = [
        "all",
        f"lang: {row['lang']}" if row.get("lang") else "",
        ("cross-lingual" if row["cross_lingual"] else "same language") if "cross_lingual" in row else "",
        "multi-turn" if row.get("turns") else "",
        f"format: {file.rsplit('.', 1)[-1].lower()}" if file else "",
        f"kind: {row['kind']}" if row.get("kind") else "",
        f"type: {row['type']}" if row.get("type") else "",
    ]
    return tuple(name for name in names if name)
