"""Which places of the passages answer a question: a retrieval goes in, a few spans of units come out, best first.

A span is weighed by how much of the question it holds, rare words first, and by the rank of its passage: a manual
names the matter, then tells about it, so neighbours say more than the best single sentences picked from all over.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from ingest.chunk import measure
from ingest.sparse import terms
from retrieval.codes import defines
from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.grounding.meaning import Meaning
from serving.quotes.asked import Asked, asked_of
from serving.quotes.units import Span, Unit, UnitKind, header_of, units_of
from serving.quotes.wanted import Wanted, holds_wanted

PASSAGES: Final = 4
_SHARES: Final = (1.0, 0.8, 0.7, 0.6)
"""How much a span of the first, second, ... passage counts."""
_LONGEST: Final = 380
"""Characters (CJK ones count double) of a span; procedures are made whole later."""
_MOST_UNITS: Final = 8
_UNFINISHED: Final = 0.6
"""What is left of a score where a span stops before what it announces, or only warns where a way is asked for."""
_NAMED: Final = 0.5
"""What a heading has to hold of the question for a span that holds nothing of it itself."""
_FITTING: Final = 1.3
"""How much more a span counts that holds the sort of thing that is asked for, such as a number."""
_BESIDE: Final = 0.3
"""How much a span counts in a passage that has none of the names in the question."""
_DEFINING: Final = 2.0
"""How much more a span counts that is the row or entry which says what a code of the question is."""
_ROW_SHARE: Final = 0.75
"""Rows of one quote: each holds so much of what another one holds of the question."""
_LITTLE: Final = 0.6
"""What a warning or step at the end of a place adds, by rarity, when the rest of it can do without."""
_ADDED: Final = 0.5
"""A second place has to hold so much of the question, by rarity, that the first one lacks."""


_MEANT: Final = 1.0
"""How much more the span counts that holds the sentence nearest to the question in meaning, ..."""
_FALLS: Final = 0.04
"""... and how much further off another's nearest one is, in cosine, when that has fallen to a third. Of 0.02 and 0.04,
each with 0.3 to 4 times, the most that took nothing from the samples (docs/grounding.md)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A span of one of the passages."""

    passage: Passage
    units: Sequence[Unit]
    """All of the passage."""
    span: Span
    score: float

    @property
    def members(self) -> Sequence[Unit]:
        return self.units[self.span.first : self.span.last + 1]

    def overlaps(self, other: "Place") -> bool:
        """Do both hold the same words of the same passage?"""
        same = (self.passage.document, self.passage.text) == (other.passage.document, other.passage.text)
        return same and self.span.first <= other.span.last and other.span.first <= self.span.last

    def held(self) -> frozenset[str]:
        """The terms of the span, of the headings above it, and of the manual's title."""
        own = frozenset[str]().union(*(unit.terms | unit.about for unit in self.members))
        above = " ".join((self.passage.title, *self.passage.section, self.passage.product))
        return own | frozenset(terms(above, self.passage.language))


def choose(retrieval: Retrieval, *, documents: Collection[str] = (), meaning: Meaning | None = None) -> list[Place]:
    """The best place and, only where it holds something of the question that the first one lacks, another one of
    the same manual. Empty where no passage holds anything of the question.

    `documents`: where these manuals hold a place, it is taken from them. `meaning`: tells nearness in meaning.
    """
    asked = asked_of(retrieval)
    places = [
        place
        for share, passage in zip(_SHARES, retrieval.passages[:PASSAGES], strict=False)
        for place in _places(passage, asked, share * _named(passage, asked))
    ]
    if meaning is not None and places:
        places = _weighed(places, retrieval.asked or retrieval.question, meaning)
    known = [place for place in places if place.passage.document in documents]
    first = max(known or places, key=lambda place: place.score, default=None)
    if first is None:
        return []
    second = _second(first, places, asked)
    return [_trimmed(place, asked) for place in (first, second) if place]


def _weighed(places: Sequence[Place], question: str, meaning: Meaning) -> list[Place]:
    """Words alone do not tell which of several places on a matter answers (never switched off, set it to -1)."""
    cosines = meaning.near(question, list(dict.fromkeys(unit.text for place in places for unit in place.members)))
    nearest = max(cosines.values())
    off = [nearest - max(cosines[unit.text] for unit in place.members) for place in places]
    return [
        replace(place, score=place.score * (1 + _MEANT * math.exp(-further / _FALLS)))
        for place, further in zip(places, off, strict=True)
    ]


def _named(passage: Passage, asked: Asked) -> float:
    """1 for a passage that has all the names of the question, down to _BESIDE for one that has none."""
    about = " ".join((passage.title, *passage.section, passage.product, passage.text))
    every = asked.weight(asked.names)
    held = asked.weight(asked.names & frozenset(terms(about, passage.language))) if every else 0.0
    return _BESIDE + (1 - _BESIDE) * held / every if every else 1.0


def _second(first: Place, places: Sequence[Place], asked: Asked) -> Place | None:
    missing = frozenset(asked.rarity) - first.held()
    enough = _ADDED * sum(asked.rarity.values())
    best: Place | None = None
    most = (0.0, 0.0)
    for place in places:
        if place.passage.document != first.passage.document or place.overlaps(first):
            continue
        own = _terms(place.members)
        worth = (asked.weight(missing & own), place.score)
        if worth[0] >= enough and worth > most:
            best, most = place, worth
    return best


def _trimmed(place: Place, asked: Asked) -> Place:
    """Without a warning at its ends, or what stands at a warning, where that holds little of the question that the rest
    lacks: a warning answers without the procedure it stands at, unless the procedure is asked for."""
    # Each notice by itself, and what stands between two of them.
    groups = [list(group) for _key, group in groupby(place.members, key=_notice_line)]
    first = place.span.first
    while len(groups) > 1:
        head = _added(groups[0], groups[1:], asked)
        tail = _added(groups[-1], groups[:-1], asked)
        if groups[0][-1].text.endswith((":", "：")):
            head = math.inf  # it announces the rest
        if min(head, tail) > _LITTLE:
            break
        if head <= tail:
            first += len(groups.pop(0))
        else:
            groups.pop()
    return replace(place, span=Span(first, first + sum(map(len, groups)) - 1))


def _notice_line(unit: Unit) -> int:
    return unit.line if unit.kind is UnitKind.NOTICE else -1


def _added(group: Sequence[Unit], others: Sequence[Sequence[Unit]], asked: Asked) -> float:
    """What a group holds of the question that the others lack, measured by what they hold."""
    if asked.wanted is Wanted.WAY and any(unit.kind is UnitKind.STEP for unit in group):
        return math.inf
    held = _terms(*others)
    return asked.weight(_terms(group) - held) / max(asked.weight(held), 0.01)


def _terms(*groups: Sequence[Unit]) -> frozenset[str]:
    return frozenset[str]().union(*(unit.terms for group in groups for unit in group))


def _places(passage: Passage, asked: Asked, share: float) -> Iterator[Place]:
    """All spans of a passage that could be quoted, each with its score."""
    units = units_of(passage)
    for first, unit in enumerate(units):
        if unit.kind is UnitKind.HEADING or _is_beside(unit, asked) or header_of(units, first + 1) == first:
            continue
        last = first
        weigher = _Weigher(asked, unit)
        while True:
            weigher.add(units[last])
            # Across languages words cannot be compared: there any place may be the right one.
            known = bool(weigher.seen) or weigher.is_named or passage.language != asked.language
            if known and not _is_beside(units[last], asked):
                score = share * weigher.score() * (_UNFINISHED if _leads_on(units, last) else 1.0)
                yield Place(passage, units, Span(first, last), score)
            last += 1
            if last == len(units) or last - first == _MOST_UNITS or not _goes_on(units, first, last, asked):
                break
            if weigher.size + measure(units[last].text) > _LONGEST:
                break


class _Weigher:
    """A span as it grows, unit by unit."""

    def __init__(self, asked: Asked, first: Unit) -> None:
        self._asked = asked
        self._above = first.about
        self._gained = 0.0
        self._fitting = False
        self._warns_only = True
        self._defining = False
        self.seen: set[str] = set()
        self.size = 0

    def add(self, unit: Unit) -> None:
        self.size += measure(unit.text) + 1
        self._defining = self._defining or any(defines(unit.text, code) for code in self._asked.codes)
        self._warns_only = self._warns_only and unit.kind is UnitKind.NOTICE
        asked = frozenset(unit.terms & self._asked.rarity.keys())
        if unit.kind is UnitKind.ROW:  # each stands for itself: two that hold half of the question each are no answer
            self._gained = max(self._gained, self._asked.weight(asked))
        else:
            self._gained += self._asked.weight(asked - self.seen)
        self.seen |= asked
        if self._asked.wanted is Wanted.WAY:
            self._fitting = self._fitting or unit.kind is UnitKind.STEP
        else:
            self._fitting = self._fitting or (bool(asked) and holds_wanted(unit.text, self._asked.wanted))

    @property
    def is_named(self) -> bool:
        """Does the heading above hold most of what is asked?"""
        return self._asked.share(self._above) > _NAMED

    def score(self) -> float:
        """What is gained for the reader's time: longer spans hold more by chance, very short ones (labels) match by
        chance. The form was found on the samples and manuals-dev."""
        above = self._asked.weight(self._above - self.seen)
        gained = self._gained + above + 0.5
        worth: float = gained * (self.size / (self.size + 60)) ** 0.5 / (self.size + 250) ** 0.15
        if self._warns_only and self._asked.wanted is Wanted.WAY:
            worth *= _UNFINISHED
        return worth * (_FITTING if self._fitting else 1.0) * (_DEFINING if self._defining else 1.0)


def _goes_on(units: Sequence[Unit], first: int, last: int, asked: Asked) -> bool:
    """Does the unit at `last` still belong to a quote that begins at `first`?

    No heading lies between, all of it stands on one page, and text and table rows are not mixed but where the text
    announces the table. A further row answers the question about as well as the others.
    """
    unit, before = units[last], units[last - 1]
    if unit.kind is UnitKind.HEADING or len(units[first].pages | unit.pages) > 1:
        return False
    if (unit.kind is UnitKind.ROW) != (before.kind is UnitKind.ROW):
        return unit.kind is UnitKind.ROW and before.text.endswith((":", "："))
    if unit.kind is UnitKind.ROW and units[first].kind is UnitKind.ROW:
        weights = [asked.weight(row.terms) for row in units[first : last + 1]]
        return min(weights) >= _ROW_SHARE * max(weights)
    return True


def _is_beside(unit: Unit, asked: Asked) -> bool:
    """A table row stands for itself: one that holds nothing of the question does not belong to one that does."""
    return unit.kind is UnitKind.ROW and not unit.terms & asked.rarity.keys()


def _leads_on(units: Sequence[Unit], place: int) -> bool:
    """Does this unit only announce the next: a colon at its end, or a table's header row?"""
    if units[place].text.endswith((":", "：")):
        return True
    after = units[place + 1 : place + 2]
    begins_table = units[place].kind is UnitKind.ROW and not (place and units[place - 1].kind is UnitKind.ROW)
    return begins_table and bool(after) and after[0].kind is UnitKind.ROW
