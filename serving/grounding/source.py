"""A passage as what can support a sentence: its sentences and table rows, each with its facts and where it stands.

A passage goes in, a `Source` comes out; it is kept for as long as answers are made of the same passages.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from ingest.chunk import CELL_BORDER
from ingest.sentences import split_sentences
from retrieval.passages import Passage
from serving.facts import Facts, facts_of

_CHAPTER: Final = re.compile(r"^[\s\d.]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, step or table row of a passage, verbatim."""

    start: int
    end: int
    text: str
    facts: Facts
    around: tuple[Facts, ...]
    """What helps to read it: a row's header; the sentences before and after it."""
    is_row: bool
    language: str
    passage: int = 0
    """The place of its passage among those a claim is held against."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage taken apart."""

    language: str
    units: tuple[Unit, ...]
    about: Facts
    """Title, headings and product: what all its sentences are about."""


def source_of(passage: Passage) -> Source:
    return _source(passage.text, passage.language, passage.title, passage.section, passage.product)


@lru_cache(maxsize=256)
def _source(text: str, language: str, title: str, section: tuple[str, ...], product: str) -> Source:
    spans = _spans(text)
    texts = [text[start:end] for start, end in spans]
    headings = {" ".join(heading.split()) for heading in section}
    facts = [_facts(unit, language, " ".join(unit.split()) in headings) for unit in texts]
    rows = [CELL_BORDER in unit for unit in texts]
    units: list[Unit] = []
    header = 0
    for place, (start, end) in enumerate(spans):
        if rows[place]:
            if not (place and rows[place - 1]):
                header = place
            around: tuple[Facts, ...] = (facts[header],) if header != place else ()
            facts[place] = replace(facts[place], units=facts[place].units | facts[header].units)
        else:
            near = [other for other in (place - 1, place + 1) if 0 <= other < len(spans)]
            around = tuple(facts[other] for other in near if _same_line(text, spans[place], spans[other]))
        units.append(Unit(start, end, texts[place], facts[place], around, rows[place], language))
    about = facts_of("\n".join((title, *(_CHAPTER.sub("", heading) for heading in section), product)), language)
    return Source(language, tuple(units), about)


def _same_line(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    first, second = sorted((one, other))
    return "\n" not in text[first[1] : second[0]]


def _facts(text: str, language: str, is_heading: bool) -> Facts:
    # The number of a chapter is no number of the product.
    return facts_of(_CHAPTER.sub("", text) if is_heading else text, language)


def _spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence or line."""
    spans: list[tuple[int, int]] = []
    place = 0
    for line in text.splitlines(keepends=True):
        for sentence in [line.strip()] if CELL_BORDER in line else split_sentences(line):
            start = text.index(sentence, place)
            place = start + len(sentence)
            if sentence:
                spans.append((start, place))
    return spans
