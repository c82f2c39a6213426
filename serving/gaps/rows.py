"""Rows of the gaps' tables to values and back; the only place that knows how a list stands in a column."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from sqlalchemy import Row, case, func, select

from ingest.types import Audience, Dense
from serving.database.schema_editing import gap_changes, gap_questions, gaps
from serving.gaps.types import Cause, Gap, GapChange, GapQuestion, GapState, Noted
from serving.stored.normalise import normal_form

_COUNTED = (
    gap_questions.c.gap,
    func.max(gap_questions.c.asked_at).label("last_asked_at"),
    *(func.sum(case((gap_questions.c.cause == str(cause), 1), else_=0)).label(str(cause)) for cause in Cause),
)
COUNTS = select(*_COUNTED).where(gap_questions.c.gap.is_not(None)).group_by(gap_questions.c.gap).subquery("counts")
SEEN = [column for column in gaps.c if column.name not in ("vector", "known", "digest", "embedder")]
GAPS = select(*SEEN, *(COUNTS.c[name] for name in ("last_asked_at", *map(str, Cause)))).join_from(
    gaps, COUNTS, COUNTS.c.gap == gaps.c.id, isouter=True
)
"""Every gap with its counts."""


def gap_of(row: Row[Any]) -> Gap:
    found = row._mapping
    return Gap(
        audience=Audience(found["audience"]),
        products=lines_of(found["products"]),
        state=GapState(found["state"]),
        last_asked_at=found["last_asked_at"] or found["created_at"],
        refused=int(found["refused"] or 0),
        disliked=int(found["disliked"] or 0),
        escalated=int(found["escalated"] or 0),
        **{name: found[name] for name in _PLAIN},
    )


def question_of(row: Row[Any]) -> GapQuestion:
    found = row._mapping
    return GapQuestion(cause=Cause(found["cause"]), **{name: found[name] for name in _QUESTION})


def change_of(row: Row[Any]) -> GapChange:
    found = row._mapping
    return GapChange(at=found["at"], state=GapState(found["state"]), by=found["by"], note=found["note"])


def noted_of(row: Row[Any]) -> Noted:
    found = row._mapping
    return Noted(
        cause=Cause(found["cause"]),
        audience=Audience(found["audience"]),
        products=lines_of(found["products"]),
        language=found["language"],
        product=found["product"],
        **{name: found[name] for name in _QUESTION},
    )


def noted_row(noted: Noted) -> Mapping[str, object]:
    """To insert; not yet in a gap."""
    texts = {name: getattr(noted, name) for name in (*_QUESTION, "language", "product") if name != "id"}
    readers = {"audience": str(noted.audience), "products": as_lines(noted.products)}
    return {**texts, **readers, "cause": str(noted.cause), "gap": None}


def digest_of(noted: Noted) -> str:
    """The same for a question typed otherwise, of readers who may read the same."""
    parts = (
        normal_form(noted.question),
        noted.language,
        str(noted.audience),
        as_lines(noted.products) if noted.products is not None else "*",
        normal_form(noted.product),
    )
    return blake2b("\0".join(map(str, parts)).encode(errors="surrogatepass"), digest_size=16).hexdigest()


def as_lines(names: tuple[str, ...] | None) -> str | None:
    return None if names is None else "\n".join(sorted(names))


def lines_of(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(line for line in text.split("\n") if line)


def vector_of(kept: bytes) -> Dense:
    return np.frombuffer(kept, np.float32)


def change_row(gap: int, at: str, state: GapState, by: str, note: str) -> Mapping[str, object]:
    return {"gap": gap, "at": at, "state": str(state), "by": by, "note": note}


CHANGES = select(gap_changes)
_PLAIN = (
    "id",
    "title",
    "language",
    "product",
    "nearest_document",
    "nearest_section",
    "answered_by",
    "created_at",
    "changed_at",
    "generation",
    "note",
)
_QUESTION = ("id", "question", "comment", "conversation", "message", "asked_at")
