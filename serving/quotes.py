"""The answer in the manual's own sentences, for when no language model is there.

Passages go in; a few runs of neighbouring sentences, steps or table rows come out, verbatim, each cited. A run is
weighed by how much of the question it holds, rare words first, and by the rank of its passage: a manual names the
matter, then tells about it, so neighbours say more than the best single sentences picked from all over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.chunk import CELL_BORDER, measure
from ingest.sentences import split_sentences
from ingest.sparse import terms
from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.answer import Citation
from serving.citations import cite
from serving.wording import wording

MAX_CHARACTERS: Final = 600
"""Of a whole answer."""
_QUOTED_CHARACTERS: Final = 500
"""Of its quotes; the rest is for lead-in, marks and header rows. Longer answers read no quicker than the manual."""
MAX_LINES: Final = 8
_PASSAGES: Final = 4
_SHARES: Final = (1.0, 0.8, 0.7, 0.6)
"""How much a run of the first, second, ... passage counts."""
_RUN_CHARACTERS: Final = (380, 260)
"""Longest first run and longest further ones."""
_FURTHER: Final = 0.55
"""A further run has to be this good, measured by the first one."""
_UNFINISHED: Final = 0.6
"""What is left of a run's score where it stops before what it announces."""
_AGAIN: Final = 0.3
"""What a word of the question counts where it comes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedAnswer:
    """An answer made of quotes; its `[n]` marks are the citations' numbers."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, step or table row of a passage, verbatim."""

    text: str
    terms: frozenset[str]
    is_row: bool
    pages: frozenset[int]
    """The page it stands on; two where it runs over a page's end, none where there are no pages."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring units of one passage, first to last (inclusive)."""

    passage: int
    first: int
    last: int
    score: float

    def overlaps(self, other: "_Run") -> bool:
        return self.passage == other.passage and self.first <= other.last and other.first <= self.last


def quote_answer(retrieval: Retrieval) -> QuotedAnswer | None:
    """The best runs of the best passages; None where nothing was found."""
    passages = retrieval.passages[:_PASSAGES]
    units = [list(_units(passage)) for passage in passages]
    rarity = retrieval.rarity or dict.fromkeys(terms(retrieval.question, retrieval.language), 1.0)
    chosen: list[_Run] = []
    room = _QUOTED_CHARACTERS
    lines = MAX_LINES
    for longest in _RUN_CHARACTERS:
        fitting = min(longest, room)
        runs = [run for number in range(len(units)) for run in _runs(number, units, rarity, fitting, lines)]
        free = [run for run in runs if not any(run.overlaps(taken) for taken in chosen)]
        best = max(free, key=lambda run: run.score, default=None)
        if best is None or (chosen and best.score < _FURTHER * chosen[0].score):
            break
        chosen.append(best)
        room -= sum(measure(unit.text) + 1 for unit in _members(units, best))
        lines -= best.last - best.first + 1
    return _written(chosen, units, passages, retrieval.language) if chosen else None


def _units(passage: Passage) -> Iterator[_Unit]:
    headings = {" ".join(heading.split()) for heading in passage.section}
    for line in passage.text.splitlines():
        if " ".join(line.split()) in headings:
            continue
        is_row = CELL_BORDER in line
        for text in [line.strip()] if is_row else split_sentences(line):
            pages = frozenset(box.page for box in passage.lines(text))
            yield _Unit(text, frozenset(terms(text, passage.language)), is_row, pages)


def _members(units: Sequence[Sequence[_Unit]], run: _Run) -> Sequence[_Unit]:
    return units[run.passage][run.first : run.last + 1]


def _runs(
    number: int, units: Sequence[Sequence[_Unit]], rarity: Mapping[str, float], longest: int, lines: int
) -> Iterator[_Run]:
    """All runs of a passage that fit, each with its score."""
    own = units[number]
    for first in range(len(own)):
        size = 0
        seen: set[str] = set()
        gained = 0.0
        if _is_beside(own[first], rarity):
            continue
        for last in range(first, min(len(own), first + lines)):
            unit = own[last]
            size += measure(unit.text) + 1
            if (size > longest and last > first) or len(own[first].pages | unit.pages) > 1:
                break  # a quote stands on one page, the one that its citation opens
            asked = unit.terms & rarity.keys()
            gained += sum(rarity[term] * (_AGAIN if term in seen else 1.0) for term in asked)
            seen |= asked
            if size <= longest and not _is_beside(unit, rarity):
                score = _SHARES[number] * _density(gained, size)
                yield _Run(number, first, last, score * (_UNFINISHED if _leads_on(own, last) else 1.0))


def _is_beside(unit: _Unit, rarity: Mapping[str, float]) -> bool:
    """A table row stands for itself: one that holds nothing of the question does not belong to one that does."""
    return unit.is_row and not unit.terms & rarity.keys()


def _density(gained: float, size: int) -> float:
    """What is gained for the reader's time: longer runs hold more by chance, very short ones (labels) match by chance.

    The form was found on the samples and manuals-dev.
    """
    worth: float = (gained + 0.5) * (size / (size + 60)) ** 0.5 / (size + 250) ** 0.15
    return worth


def _leads_on(units: Sequence[_Unit], place: int) -> bool:
    """Does this unit only announce the next: a colon at its end, or a table's header row?"""
    if units[place].text.endswith((":", "：")):
        return True
    after = units[place + 1 : place + 2]
    begins_table = units[place].is_row and not (place and units[place - 1].is_row)
    return begins_table and bool(after) and after[0].is_row


def _written(
    chosen: Sequence[_Run], units: Sequence[Sequence[_Unit]], passages: Sequence[Passage], language: str
) -> QuotedAnswer:
    lines = [wording(language).lead_in]
    citations: list[Citation] = []
    spare = MAX_CHARACTERS - _QUOTED_CHARACTERS - len(lines[0]) - len(chosen) * len(" [1]\n")
    for number, run in enumerate(chosen, start=1):
        passage = passages[run.passage]
        quoted = [unit.text for unit in _members(units, run)]
        citations.append(cite(number, passage, _verbatim(passage, quoted)))
        header = _header(units[run.passage], run)
        if header and len(header) < spare:
            lines.append(header)
            spare -= len(header) + 1
        lines.extend(quoted)
        lines[-1] += f" [{number}]"
    return QuotedAnswer(text="\n".join(lines), citations=tuple(citations))


def _header(units: Sequence[_Unit], run: _Run) -> str:
    """The header row of the table a run begins in the middle of, or nothing; cells alone do not say what they are."""
    first = run.first
    while first and units[first].is_row and units[first - 1].is_row:
        first -= 1
    header = units[first].text
    return header if first < run.first and not any(character.isdigit() for character in header) else ""


def _verbatim(passage: Passage, shown: Sequence[str]) -> str:
    """The passage's text from the first to the last of its sentences that are shown."""
    start = passage.text.find(shown[0])
    end = passage.text.find(shown[-1], start) + len(shown[-1])
    return passage.text[start:end]
