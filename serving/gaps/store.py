"""Gaps of one installation: questions that readers could not find come in, groups of them leave.

Noting is cheap and never fails its caller: the question is written behind the asker's back, and grouped after that, as
soon as this process can understand questions (`understands`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from ingest.language import detect_language
from ingest.types import Audience
from serving.database.engine import Database, now
from serving.database.schema_editing import gap_changes, gap_questions, gaps
from serving.gaps.gatherer import Gatherer, Understands
from serving.gaps.replay import Production, replayed
from serving.gaps.rows import CHANGES, GAPS, change_of, change_row, gap_of, noted_row, question_of
from serving.gaps.types import Cause, Gap, GapChange, GapQuestion, GapState, GapUnknown, Noted, Replayed
from serving.usage.behind import Behind

_LONGEST: Final = 2000
"""Characters of a question or a comment that are kept."""
_MOST_WAITING: Final = 5000
"""Questions that wait to be grouped; what a flood brings beyond is left out."""
_AT_ONCE: Final = 20
"""Questions that are grouped before others may have the processor."""


class Gaps:
    """Usable from several threads and processes."""

    def __init__(
        self,
        database: Database,
        understands: Callable[[], Understands | None] = lambda: None,
        production: Callable[[], Production | None] = lambda: None,
    ) -> None:
        """`understands`: the retriever, None while models load; without one questions wait to be grouped.
        `production`: what answers readers, to see what a disliked answer stands on.
        """
        self._database = database
        self._gatherer = Gatherer(database, understands, production)
        self._behind = Behind("note-gaps")
        self._grouping = Behind("group-gaps")

    def note(  # noqa: PLR0913 - by name, each of them told by another part of the caller
        self,
        question: str,
        cause: str,
        *,
        language: str = "",
        audience: str = Audience.INTERNAL,
        products: Sequence[str] | None = None,
        product: str = "",
        conversation: str = "",
        message: str = "",
        comment: str = "",
    ) -> None:
        """Take note that a question was `refused`, its answer `disliked`, or it was `escalated`.

        `audience` and `products`: what its asker may read; `product`: that it was asked about. Returns at once and
        never raises to the asker.
        """
        noted = Noted(
            question=question,
            cause=Cause(cause),
            language=language,
            audience=Audience(audience),
            products=None if products is None else tuple(products),
            product=product,
            conversation=conversation,
            message=message,
            comment=comment,
        )
        self._behind.put(lambda: self.write(noted))

    def write(self, noted: Noted) -> None:
        """Take note now. Raises DatabaseUnusable."""
        question = noted.question.strip()[:_LONGEST]
        if not question:
            return
        whole = replace(
            noted,
            question=question,
            language=noted.language or detect_language(question),
            comment=noted.comment.strip()[:_LONGEST],
            asked_at=noted.asked_at or now(),
        )
        with self._database.transaction() as connection:
            if _waiting(connection) < _MOST_WAITING:
                connection.execute(insert(gap_questions).values(noted_row(whole)))
        self._grouping.put(self._group)

    def waiting(self) -> int:
        """Questions that are not grouped yet."""
        with self._database.transaction() as connection:
            return _waiting(connection)

    def group(self) -> int:
        """Put questions that wait into gaps; returns how many were. Raises DatabaseUnusable and IndexUnusable."""
        count = self._gatherer.gather(_AT_ONCE)
        if count == _AT_ONCE:
            self._grouping.put(self._group)
        return count

    def _group(self) -> None:
        """Behind the askers' backs, with as much rest as work, so that they have the processor."""
        started = time.monotonic()
        self.group()
        time.sleep(min(time.monotonic() - started, 1.0))

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until what was noted is written and grouped as far as it can be; says whether it is."""
        return self._behind.flush(seconds) and self._grouping.flush(seconds)

    def all(self, state: GapState | None = None) -> list[Gap]:
        """Those most asked for first."""
        query = GAPS if state is None else GAPS.where(gaps.c.state == str(state))
        with self._database.transaction() as connection:
            found = [gap_of(row) for row in connection.execute(query)]
        return sorted(found, key=lambda gap: (-gap.count, gap.last_asked_at, gap.id))

    def get(self, gap: int) -> Gap:
        """Raises GapUnknown."""
        with self._database.transaction() as connection:
            row = connection.execute(GAPS.where(gaps.c.id == gap)).one_or_none()
        if row is None:
            raise GapUnknown(f"There is no gap {gap}.", hint="See: manualdesk gaps list")
        return gap_of(row)

    def questions(self, gap: int, limit: int = 200) -> list[GapQuestion]:
        """As they were asked, latest first."""
        query = select(gap_questions).where(gap_questions.c.gap == gap).order_by(gap_questions.c.id.desc())
        with self._database.transaction() as connection:
            return [question_of(row) for row in connection.execute(query.limit(limit))]

    def changes(self, gap: int) -> list[GapChange]:
        """Its states, oldest first."""
        query = CHANGES.where(gap_changes.c.gap == gap).order_by(gap_changes.c.id)
        with self._database.transaction() as connection:
            return [change_of(row) for row in connection.execute(query)]

    def set_state(self, gap: int, state: GapState, *, by: str, note: str = "") -> Gap:
        """An editor's word. Raises GapUnknown."""
        self.get(gap)
        self._change(gap, state, by=by, note=note, answered_by="")
        return self.get(gap)

    def to_replay(self, generation: str) -> list[Gap]:
        """Open gaps that were not asked on this generation yet."""
        return [gap for gap in self.all(GapState.OPEN) if gap.generation != generation]

    def replay(
        self, production: Production, generation: str, *, seconds: float = 60.0, only: Sequence[int] | None = None
    ) -> Replayed:
        """Ask open gaps again on what is published (`generation`) and close those that are answered now.

        `only`: these gaps, asked before on that generation or not. What its `seconds` do not reach is left for the
        next call. Not to be called where an event loop runs.
        """
        chosen = self.to_replay(generation) if only is None else [self.get(gap) for gap in only]
        results = replayed(chosen, self._gatherer.known, production, seconds)
        closed = []
        asked = 0
        for gap, answered in results:
            asked += 1
            if answered is None:
                with self._database.transaction() as connection:
                    connection.execute(update(gaps).where(gaps.c.id == gap.id).values(generation=generation))
            elif self._change(
                gap.id,
                GapState.CLOSED,
                note=answered.note,
                answered_by=answered.place,
                before=gap.state,
                generation=generation,
            ):
                closed.append(gap.id)
        return Replayed(asked=asked, closed=tuple(closed), left=len(chosen) - asked)

    def _change(
        self,
        gap: int,
        state: GapState,
        *,
        by: str = "",
        note: str,
        answered_by: str,
        before: GapState | None = None,
        generation: str | None = None,
    ) -> bool:
        """Whether it came into that state; `before`: only from that one, since another process may have been first."""
        at = now()
        condition = gaps.c.id == gap if before is None else (gaps.c.id == gap) & (gaps.c.state == str(before))
        new = {"state": str(state), "changed_at": at, "note": note, "answered_by": answered_by}
        if generation is not None:
            new["generation"] = generation
        with self._database.transaction() as connection:
            done = connection.execute(update(gaps).where(condition).values(new)).rowcount == 1
            if done:
                connection.execute(insert(gap_changes).values(change_row(gap, at, state, by, note)))
        return done


def _waiting(connection: Connection) -> int:
    return connection.execute(select(func.count()).where(gap_questions.c.gap.is_(None))).scalar_one()
