"""The answer in the manual's own sentences, for when no language model is there.

Passages go in, at most eight lines of verbatim quotes come out, each cited. The best passage is read first: its
sentences, steps and table rows are weighed by how much of the question they hold and how rare those words are in what
was found; the best one is shown with what follows it, because a manual names the matter first and tells about it next.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.sentences import split_sentences
from ingest.sparse import terms
from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.answer import Citation
from serving.citations import cite
from serving.wording import wording

MAX_CHARACTERS: Final = 580
"""Of the quotes together: an answer is at most 600 characters with its marks, or a reader reads the manual instead."""
MAX_LINES: Final = 8
_PASSAGES: Final = 4
_SHARES: Final = (1.0, 0.85, 0.75, 0.65)
"""How much a unit of the first, second, ... passage counts."""
_CELL: Final = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedAnswer:
    """An answer made of quotes; its `[n]` marks are the citations' numbers."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, step or table row of a passage, verbatim."""

    text: str
    passage: int
    place: int
    terms: frozenset[str]
    is_row: bool


def quote_answer(retrieval: Retrieval) -> QuotedAnswer | None:
    """The best sentences of the best passages; None where nothing was found."""
    passages = retrieval.passages[:_PASSAGES]
    units = [unit for number, passage in enumerate(passages) for unit in _units(number, passage)]
    if not units:
        return None
    asked = frozenset(terms(retrieval.question, retrieval.language))
    weights = _weights(asked, units)
    scores = [_score(unit, passages[unit.passage], weights) for unit in units]
    chosen = _choose(units, scores)
    return _written(chosen, passages, retrieval.language)


def _units(number: int, passage: Passage) -> Iterator[_Unit]:
    headings = {" ".join(heading.split()) for heading in passage.section}
    place = 0
    for line in passage.text.splitlines():
        if " ".join(line.split()) in headings:
            continue
        is_row = _CELL in line
        for text in [line.strip()] if is_row else split_sentences(line):
            yield _Unit(text, number, place, frozenset(terms(text, passage.language)), is_row)
            place += 1


def _weights(asked: frozenset[str], units: Sequence[_Unit]) -> dict[str, float]:
    """A word of the question counts the more, the fewer of the found sentences hold it."""
    found = Counter(term for unit in units for term in unit.terms & asked)
    return {term: math.log(1 + len(units) / count) for term, count in found.items()}


def _score(unit: _Unit, passage: Passage, weights: dict[str, float]) -> float:
    held = sum(weight for term, weight in weights.items() if term in unit.terms)
    # Very short lines (labels, single cells) match by chance; they tell little.
    return _SHARES[unit.passage] * (held + 0.3) * min(1.0, len(unit.text) / 40 + 0.4)


def _choose(units: Sequence[_Unit], scores: Sequence[float]) -> list[_Unit]:
    """Take the best unit with its followers, then the next best, until the space is used up."""
    smoothed = _smoothed(units, scores)
    taken: set[int] = set()
    used = 0
    for index in sorted(range(len(units)), key=lambda index: (-smoothed[index], index)):
        for member in _with_context(units, index, taken):
            size = len(units[member].text) + 5
            if len(taken) >= MAX_LINES or used + size > MAX_CHARACTERS:
                continue
            taken.add(member)
            used += size
        if used > MAX_CHARACTERS * 0.9:
            break
    return [units[index] for index in sorted(taken)]


def _smoothed(units: Sequence[_Unit], scores: Sequence[float]) -> list[float]:
    """A sentence beside a good one is likely to tell more of the same matter."""
    result = list(scores)
    for index, unit in enumerate(units):
        if index and units[index - 1].passage == unit.passage:
            result[index] += 0.5 * scores[index - 1]
        if index + 1 < len(units) and units[index + 1].passage == unit.passage:
            result[index] += 0.25 * scores[index + 1]
    return result


def _with_context(units: Sequence[_Unit], index: int, taken: set[int]) -> list[int]:
    """The unit; for the first row of a table also the header row, without which cells mean nothing."""
    members = [index]
    if units[index].is_row:
        first = index
        while first and units[first - 1].is_row and units[first - 1].passage == units[index].passage:
            first -= 1
        members.insert(0, first)
    return [member for member in dict.fromkeys(members) if member not in taken]


def _written(chosen: Sequence[_Unit], passages: Sequence[Passage], language: str) -> QuotedAnswer:
    """Lines in the order of the passages, each run of neighbouring quotes with its own mark."""
    lines: list[str] = []
    citations: list[Citation] = []
    for run in _runs(chosen):
        number = len(citations) + 1
        passage = passages[run[0].passage]
        citations.append(cite(number, passage, _verbatim(passage, run)))
        shown = [unit.text for unit in run]
        shown[-1] += f" [{number}]"
        lines.extend(shown)
    return QuotedAnswer(text="\n".join(lines), citations=tuple(citations))


def _runs(chosen: Sequence[_Unit]) -> Iterator[list[_Unit]]:
    run: list[_Unit] = []
    for unit in chosen:
        if run and (unit.passage != run[-1].passage or unit.place != run[-1].place + 1):
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _verbatim(passage: Passage, run: Sequence[_Unit]) -> str:
    """The passage's text from the first to the last unit of a run."""
    start = passage.text.find(run[0].text)
    end = passage.text.find(run[-1].text, start) + len(run[-1].text)
    return passage.text[start:end]
