"""Labels for tickets: product lines and categories that editors keep, each with words that speak for it.

A question and its answer come in, the best product line and the best category leave.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, insert, select, update

from ingest.errors import SettingError
from ingest.sparse import CJK, terms
from serving.answer import Answer
from serving.database.engine import Database
from serving.database.schema_editing import labels
from serving.gaps.types import GapUnknown

_CJK: Final = re.compile(f"[{CJK}]")
_LONGEST_NAME: Final = 100
_MOST_WORDS: Final = 200
_ASKED: Final = 3.0
_CITED: Final = 2.0
_SAID: Final = 1.0
"""What a word counts in the question, in what is said of the cited manuals, in the answer's own words."""


class LabelKind(StrEnum):
    PRODUCT_LINE = "product_line"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One that a ticket can have."""

    id: int = 0
    kind: LabelKind
    name: str
    words: tuple[str, ...] = ()
    """They speak for it, in any language; its name does too."""


class Labels:
    """The labels of an installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Label, ...]:
        """Product lines first, by name."""
        query = select(labels).order_by(labels.c.kind.desc(), labels.c.name)
        with self._database.transaction() as connection:
            return tuple(
                Label(id=row.id, kind=LabelKind(row.kind), name=row.name, words=tuple(row.words.splitlines()))
                for row in connection.execute(query)
            )

    def add(self, kind: LabelKind, name: str, words: Sequence[str]) -> None:
        """Raises SettingError for a name that is none, AlreadyThere for one that is taken."""
        with self._database.transaction() as connection:
            connection.execute(insert(labels).values(kind=str(kind), **_values(name, words)))

    def change(self, label: int, name: str, words: Sequence[str]) -> None:
        """Raises GapUnknown where there is none of that number, and as `add`."""
        with self._database.transaction() as connection:
            known = connection.execute(update(labels).where(labels.c.id == label).values(_values(name, words)))
            if not known.rowcount:
                raise _unknown(label)

    def remove(self, label: int) -> None:
        """Raises GapUnknown."""
        with self._database.transaction() as connection:
            if not connection.execute(delete(labels).where(labels.c.id == label)).rowcount:
                raise _unknown(label)


def suggest(known: Sequence[Label], question: str, answer: Answer | None = None) -> tuple[str, str]:
    """The names of the product line and the category that fit best; empty where no word speaks for any."""
    cited = answer.citations if answer else ()
    texts = [
        (_ASKED, question),
        (_CITED, "\n".join(" ".join((each.passage.product, each.title, *each.section)) for each in cited)),
        (_SAID, answer.answer if answer and not answer.refused else ""),
    ]
    read = [(weight, text.lower(), frozenset(terms(text, "en"))) for weight, text in texts if text]
    best = {LabelKind.PRODUCT_LINE: (0.0, ""), LabelKind.CATEGORY: (0.0, "")}
    for label in known:
        score = sum(
            weight * len(word) ** 0.5
            for word in {label.name.lower(), *(word.lower() for word in label.words)}
            for weight, text, found in read
            if _speaks(word, text, found)
        )
        if score > best[label.kind][0]:
            best[label.kind] = (score, label.name)
    return best[LabelKind.PRODUCT_LINE][1], best[LabelKind.CATEGORY][1]


def _speaks(word: str, text: str, found: frozenset[str]) -> bool:
    """Is the word in the text? By stems where it is of letters, so that `batteries` speaks of a battery."""
    if _CJK.search(word):
        return word in text
    wanted = frozenset(terms(word, "en"))
    return wanted <= found if wanted else bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _values(name: str, words: Sequence[str]) -> dict[str, str]:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise SettingError(
            "A label needs a name." if not name else f"The name has {len(name)} characters.",
            hint=f"Give one of up to {_LONGEST_NAME} characters.",
        )
    once = list(dict.fromkeys(" ".join(word.split()) for word in words))
    return {"name": name, "words": "\n".join(word for word in once if word)[: _MOST_WORDS * _LONGEST_NAME]}


def _unknown(label: int) -> GapUnknown:
    return GapUnknown(f"There is no label {label}.", hint="It may have been deleted meanwhile: load the page again.")
