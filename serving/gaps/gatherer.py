"""Noted questions into gaps: those that wait in the database go in, each comes into the gap that means the same.

Only gaps of one language, audience, set of allowed products and product are compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from sqlalchemy import Connection, insert, select, update

from ingest.index.contract import Index, Scope
from ingest.types import Dense
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn
from retrieval.scope import Meaning
from serving.database.engine import AlreadyThere, Database, now
from serving.database.schema_editing import gap_changes, gap_questions, gaps
from serving.gaps.grouping import same_gap
from serving.gaps.replay import SECTIONS, Production, asked, marks_of
from serving.gaps.rows import as_lines, change_row, digest_of, noted_of, vector_of
from serving.gaps.types import Cause, GapState, Noted
from serving.stored.lookup import Embeds
from serving.stored.normalise import normal_form

_COMPARED: Final = 2000
"""Gaps of the same kind that a question is compared with, latest first."""


class Understands(Protocol):
    """What is needed of the retriever."""

    @property
    def index(self) -> Index: ...

    @property
    def embedder(self) -> Embeds: ...

    def understand(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> tuple[str, Meaning]: ...

    def retrieve(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10, product: str = ""
    ) -> Retrieval: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    """A gap to compare with."""

    id: int
    title: str
    vector: Dense


class Gatherer:
    """Safe to use from several processes: each question comes into one gap, whoever puts it there."""

    def __init__(
        self,
        database: Database,
        understands: Callable[[], Understands | None],
        production: Callable[[], Production | None],
    ) -> None:
        self._database = database
        self._understands = understands
        self._production = production

    def gather(self, limit: int) -> int:
        """Put so many of the questions that wait into gaps; returns how many were, 0 while nothing understands them."""
        retriever = self._understands()
        if retriever is None:
            return 0
        query = select(gap_questions).where(gap_questions.c.gap.is_(None)).order_by(gap_questions.c.id).limit(limit)
        with self._database.transaction() as connection:
            waiting = [noted_of(row) for row in connection.execute(query)]
        for noted in waiting:
            self._put(noted, retriever)
        return len(waiting)

    def known(self, gap: int) -> frozenset[str]:
        """Marks of what answered it when it was last asked."""
        with self._database.transaction() as connection:
            kept = connection.execute(select(gaps.c.known).where(gaps.c.id == gap)).scalar_one_or_none()
        return frozenset((kept or "").split())

    def _put(self, noted: Noted, retriever: Understands) -> None:
        digest = digest_of(noted)
        vector = retriever.embedder.embed_query(normal_form(noted.question))
        gap = self._same(noted, digest, vector, retriever)
        # How it is answered matters only where it was: what was refused has no answer to tell a new one from.
        known, passage = (
            self._found(noted, retriever) if gap is None or noted.cause is not Cause.REFUSED else ("", None)
        )
        if gap is None:
            try:
                gap = self._make(noted, digest, vector, retriever, passage)
            except AlreadyThere:  # another process made it meanwhile
                gap = self._same(noted, digest, vector, retriever)
        if gap is not None:
            self._join(noted, gap, known, _seen(retriever.index, noted.asked_at))

    def _same(self, noted: Noted, digest: str, vector: Dense, retriever: Understands) -> int | None:
        kind = (
            (gaps.c.language == noted.language)
            & (gaps.c.audience == str(noted.audience))
            & (gaps.c.chosen == noted.product)
            & (gaps.c.products.is_(None) if noted.products is None else gaps.c.products == as_lines(noted.products))
        )
        columns = select(gaps.c.id, gaps.c.title, gaps.c.vector, gaps.c.embedder)
        with self._database.transaction() as connection:
            exact: int | None = connection.scalar(select(gaps.c.id).where(gaps.c.digest == digest))
            if exact is not None:
                return exact
            rows = connection.execute(columns.where(kind).order_by(gaps.c.id.desc()).limit(_COMPARED)).all()
        kept = [
            _Kept(row.id, row.title, self._vector(row.id, row.title, row.vector, row.embedder, retriever.embedder))
            for row in rows
        ]
        if not kept:
            return None
        cosines = np.stack([each.vector for each in kept]) @ vector
        named = frozenset(_meaning(noted.question, noted.scope, retriever).names)
        for place in np.argsort(-cosines):
            title = kept[int(place)].title
            alike = same_gap(noted.question, title, float(cosines[place]), noted.language)
            if alike and frozenset(_meaning(title, noted.scope, retriever).names) == named:
                return kept[int(place)].id
        return None

    def _vector(self, gap: int, title: str, kept: bytes, made_by: str, embedder: Embeds) -> Dense:
        """The title's vector, made anew where another embedder made it."""
        if made_by == embedder.name:
            return vector_of(kept)
        vector = embedder.embed_query(normal_form(title))
        with self._database.transaction() as connection:
            new = {"vector": vector.astype(np.float32).tobytes(), "embedder": embedder.name}
            connection.execute(update(gaps).where(gaps.c.id == gap).values(new))
        return vector

    def _found(self, noted: Noted, retriever: Understands) -> tuple[str, Passage | None]:
        """Marks of what answers it, and the passage that comes nearest."""
        production = self._production() if noted.cause is not Cause.REFUSED else None
        if production is not None:
            answer = asked(noted.question, noted.scope, noted.product, production)
            if answer is not None:
                return "\n".join(sorted(marks_of(answer))), next(iter(answer.passages), None)
        found = retriever.retrieve(noted.question, scope=noted.scope, limit=1, product=noted.product).passages
        return "", next(iter(found), None)

    def _make(self, noted: Noted, digest: str, vector: Dense, retriever: Understands, passage: Passage | None) -> int:
        at = noted.asked_at or now()
        new = {
            "title": noted.question,
            "language": noted.language,
            "audience": str(noted.audience),
            "products": as_lines(noted.products),
            "chosen": noted.product,
            "product": noted.product or _meaning(noted.question, noted.scope, retriever).shown[:255],
            "digest": digest,
            "vector": vector.astype(np.float32).tobytes(),
            "embedder": retriever.embedder.name,
            "known": "",
            "state": str(GapState.OPEN),
            "nearest_document": passage.document if passage else "",
            "nearest_section": SECTIONS.join(passage.section) if passage else "",
            "answered_by": "",
            "created_at": at,
            "changed_at": at,
            "generation": _seen(retriever.index, at),
            "note": "",
        }
        with self._database.transaction() as connection:
            made: int = connection.execute(insert(gaps).values(new)).inserted_primary_key[0]  # type: ignore[index]
            connection.execute(insert(gap_changes).values(change_row(made, at, GapState.OPEN, "", "")))
        return made

    def _join(self, noted: Noted, gap: int, known: str, generation: str) -> None:
        mine = (gap_questions.c.id == noted.id) & gap_questions.c.gap.is_(None)
        with self._database.transaction() as connection:
            if connection.execute(update(gap_questions).where(mine).values(gap=gap)).rowcount != 1:
                return
            if known:
                connection.execute(update(gaps).where(gaps.c.id == gap).values(known=known))
            _reopened(connection, gap, noted.asked_at, generation)


def _meaning(question: str, scope: Scope, retriever: Understands) -> Meaning:
    """The products that a question names, as the manuals of today know them."""
    return retriever.understand(question, scope=scope)[1]


def _seen(index: Index, asked_at: str) -> str:
    """The generation that a question was surely asked on; empty where an older one may have answered it: it is asked
    again then."""
    info = index.info()
    return info.generation if info.published_at < asked_at else ""


def _reopened(connection: Connection, gap: int, asked_at: str, generation: str) -> None:
    """A closed gap that was asked for since is open again; a dismissed one stays so."""
    was = (gaps.c.id == gap) & (gaps.c.state == str(GapState.CLOSED)) & (gaps.c.changed_at <= asked_at)
    new = {"state": str(GapState.OPEN), "changed_at": now(), "generation": generation, "note": "", "answered_by": ""}
    if connection.execute(update(gaps).where(was).values(new)).rowcount == 1:
        connection.execute(insert(gap_changes).values(change_row(gap, now(), GapState.OPEN, "", "")))
