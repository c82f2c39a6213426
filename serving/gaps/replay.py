"""Gaps asked again: gaps and the path that answers readers come in, what answers each now comes out.

A refused question is filled as soon as it is answered. One whose answer was disliked or handed on had an answer all
along: it is filled when the answer stands on something that was not there when it was last asked.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from ingest.index.contract import Scope
from serving.answer import Answer, AnswerDone, AnswerSource, Event
from serving.assistant import QuestionUnusable
from serving.gaps.types import Gap

SECTIONS: Final = " › "
"""Joins headings where a section is one text."""


class Production(Protocol):
    """The way that readers' questions are answered."""

    def stream(self, question: str, *, scope: Scope, product: str = "") -> AsyncGenerator[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What answers a gap now."""

    place: str
    """Document and section of its first citation; empty for an answer that cites nothing."""
    note: str
    """What it is made of: `model`, `quotes`, `curated` or `cache`."""


def replayed(
    gaps: Sequence[Gap], known: Callable[[int], frozenset[str]], production: Production, seconds: float
) -> Iterator[tuple[Gap, Answered | None]]:
    """Each gap with what answers it, None where nothing does; those most asked for first, while the time lasts.

    `known`: marks of what answered a gap when it was last asked.
    """
    end = time.monotonic() + seconds
    for gap in gaps:
        if time.monotonic() > end:
            return
        yield gap, _answered(gap, known, production)


def marks_of(answer: Answer) -> frozenset[str]:
    """What an answer stands on: the passages it cites, and its own words where an editor wrote them."""
    if answer.refused or answer.clarify:
        return frozenset()
    cited = {ground.content for citation in answer.citations for ground in citation.passage.grounds}
    if answer.source is AnswerSource.CURATED:
        cited.add(blake2b(answer.answer.encode(errors="surrogatepass"), digest_size=12).hexdigest())
    return frozenset(cited)


def asked(gap_title: str, scope: Scope, product: str, production: Production) -> Answer | None:
    """The whole answer as its askers would get it; None for what is no question (any more)."""
    try:
        return asyncio.run(_whole(production.stream(gap_title, scope=scope, product=product)))
    except QuestionUnusable:
        return None


def _answered(gap: Gap, known: Callable[[int], frozenset[str]], production: Production) -> Answered | None:
    answer = asked(gap.title, gap.scope, gap.product, production)
    if answer is None or answer.refused or answer.clarify:
        return None
    if (gap.disliked or gap.escalated) and marks_of(answer) <= known(gap.id):
        return None
    first = answer.citations[0] if answer.citations else None
    place = SECTIONS.join((first.document, *first.section)) if first else ""
    return Answered(place=place, note=str(answer.source))


async def _whole(events: AsyncGenerator[Event]) -> Answer | None:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, AnswerDone):
                return event.answer
    return None
