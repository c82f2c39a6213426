"""A passage taken apart: its text goes in, the pieces that can be quoted come out, with what each one is to a reader.

Sentences of a paragraph, whole steps and list items, whole notices, table rows. Headings are told apart, since they
say what the rest is about and are no answer themselves.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ingest.chunk import CELL_BORDER, measure
from ingest.readers.notices import is_notice_label, opens_notice
from ingest.sentences import split_sentences
from ingest.sparse import terms
from retrieval.passages import Passage

LONGEST_WHOLE: Final = 450
"""Characters (CJK ones count double) up to which a list item or a notice is quoted whole; steps always are."""
_STEP: Final = re.compile(r"^(?:(?:step|schritt|étape|paso)\s*)?\(?(\d{1,2})(?:[.)、](?!\d)|\)\s*)\s*\S", re.IGNORECASE)
_ITEM: Final = re.compile(r"^[-*•–▪●◦]\s+\S|^\(?[a-z][.)]\s+\S|^[①-⑳]\s*\S")
_NUMBERED: Final = re.compile(r"^\d+(?:\.\d+)*\.?\s+[^\W\d_]")
_SUBSECTION: Final = re.compile(r"^\d+(?:\.\d+)+\.?\s+\S")
_LONGEST_HEADING: Final = 90
_SHORT_HEADING: Final = 50
"""Longest one that is known by nothing but the lines around it."""
_COMMAND: Final = re.compile(r"[/\\=$<>_{}|]|(?:^|\s)-{1,2}\w|\w\.\w|^[a-z]")
_SAID: Final = (".", "!", "。", "！")
_ENDED: Final = (*_SAID, ":", "：", ";", "；", ",", "，", "、")
_ASKS: Final = ("?", "？")
_BETWEEN: Final = 4
"""Lines that may stand between two steps of one procedure: what the display then shows, a command, a notice."""


class UnitKind(StrEnum):
    HEADING = "heading"
    STEP = "step"
    ITEM = "item"
    NOTICE = "notice"
    ROW = "row"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of a passage's text, `text[start:end]`."""

    text: str
    kind: UnitKind
    start: int
    end: int
    line: int
    """Which line of the passage it stands in: sentences of one paragraph share it."""
    pages: frozenset[int]
    """The page it stands on; two where it runs over a page's end, none where there are no pages."""
    terms: frozenset[str]
    about: frozenset[str]
    """Terms of the heading above it and, for a table row, of the table's header row."""


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring units of one passage, by their places, first to last (inclusive)."""

    first: int
    last: int


def units_of(passage: Passage) -> list[Unit]:
    """All units of a passage in order."""
    lines = list(_lines(passage.text))
    headings = _headings(passage, [line for _start, line in lines])
    about = frozenset(terms(" ".join(passage.section[-1:]), passage.language))
    header: frozenset[str] = frozenset()
    found: list[Unit] = []
    for number, (start, line) in enumerate(lines):
        kind = UnitKind.HEADING if number in headings else _kind(line)
        own = frozenset(terms(line, passage.language))
        if kind is UnitKind.HEADING:
            about = own
        if kind is not UnitKind.ROW:
            header = frozenset()
        for first, text in _pieces(line, kind):
            begin = start + first
            found.append(
                Unit(
                    text=text,
                    kind=kind,
                    start=begin,
                    end=begin + len(text),
                    line=number,
                    pages=_pages(passage, begin, begin + len(text)),
                    terms=frozenset(terms(text, passage.language)),
                    about=about | header,
                )
            )
        if kind is UnitKind.ROW and not header:
            header = own
    return found


def header_of(units: Sequence[Unit], place: int) -> int | None:
    """The place of the header row of the table that the row at `place` is in; None where there is no row, or it begins
    the table.

    A table whose first row looks like the others has no header.
    """
    if place >= len(units) or units[place].kind is not UnitKind.ROW:
        return None
    first = place
    while first and units[first - 1].kind is UnitKind.ROW:
        first -= 1
    return first if first < place and _is_header(units[first].text, units[place].text) else None


def procedures(units: Sequence[Unit]) -> list[Span]:
    """The numbered procedures of a passage, each from its first to its last step; a single step is none."""
    places = [place for place, unit in enumerate(units) if unit.kind is UnitKind.STEP]
    groups: list[list[int]] = [[place] for place in places[:1]]
    for before, place in pairwise(places):
        if _follows(units, before, place):
            groups[-1].append(place)
        else:
            groups.append([place])
    return [Span(group[0], group[-1]) for group in groups if len(group) > 1]


def with_notices(units: Sequence[Unit], procedure: Span) -> Span:
    """A procedure with the notices that stand directly before and after it and the sentence that announces it."""
    first, last = procedure.first, procedure.last
    announced = first and units[first - 1].kind is UnitKind.SENTENCE and units[first - 1].text.endswith((":", "："))
    first -= bool(announced)
    while first and units[first - 1].kind is UnitKind.NOTICE:
        first -= 1
    while last + 1 < len(units) and units[last + 1].kind is UnitKind.NOTICE:
        last += 1
    return Span(first, last)


def step_number(unit: Unit) -> int | None:
    found = _STEP.match(unit.text) if unit.kind is UnitKind.STEP else None
    return int(found[1]) if found else None


def _is_header(first: str, row: str) -> bool:
    """Header cells are words; figures in them may name columns (`1080p`), but not the row."""
    cells, others = first.split(CELL_BORDER), row.split(CELL_BORDER)
    if not _has_figure(first):
        return True
    return len(cells) > 2 and not _has_figure(cells[0]) and _has_figure(others[0])


def _has_figure(text: str) -> bool:
    return any(map(str.isdigit, text))


def _follows(units: Sequence[Unit], before: int, place: int) -> bool:
    """Is the step at `place` of the same procedure as the one before it?"""
    between = units[before + 1 : place]
    one, two = step_number(units[before]), step_number(units[place])
    if any(unit.kind in (UnitKind.HEADING, UnitKind.ROW) for unit in between) or one is None or two is None:
        return False
    lines = {unit.line for unit in between}
    return two == one + 1 and len(lines) <= _BETWEEN


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that hold something, without the space around them, each with where it begins."""
    start = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            yield start + line.index(stripped), stripped
        start += len(line)


def _kind(line: str) -> UnitKind:
    if CELL_BORDER in line:
        return UnitKind.ROW
    if opens_notice(line) or is_notice_label(line):
        return UnitKind.NOTICE
    if _STEP.match(line):
        return UnitKind.STEP
    return UnitKind.ITEM if _ITEM.match(line) else UnitKind.SENTENCE


def _headings(passage: Passage, lines: Sequence[str]) -> set[int]:
    """Which of the lines are headings: those that lead to the passage's beginning, and others by their form."""
    named = {" ".join(heading.split()) for heading in passage.section}
    # Where chapters have numbers, a short line that begins with one is a heading too.
    numbered = any(_NUMBERED.match(heading) for heading in named)
    around = pairwise(["", *lines, ""])
    neighbours = [(before, after) for (before, _), (_, after) in pairwise(around)]
    found = set()
    for place, (line, (before, after)) in enumerate(zip(lines, neighbours, strict=True)):
        plain = " ".join(line.split())
        if plain in named or (
            _kind(line) is UnitKind.SENTENCE and _is_heading(plain, before, after, numbered=numbered)
        ):
            found.add(place)
    return found


def _is_heading(line: str, before: str, after: str, *, numbered: bool) -> bool:
    size = measure(line)
    if size > _LONGEST_HEADING or line.endswith(_ENDED) or not after:
        return False
    # A manual asks a question only where it goes on to answer it.
    if line.endswith(_ASKS) or _SUBSECTION.match(line) or (numbered and _NUMBERED.match(line)):
        return True
    between = (not before or before.endswith(_SAID)) and after.endswith(_SAID) and _kind(after) is UnitKind.SENTENCE
    return size <= _SHORT_HEADING and between and not _COMMAND.search(line)


def _pieces(line: str, kind: UnitKind) -> Iterator[tuple[int, str]]:
    """What of a line is quoted by itself, with where in the line it begins."""
    whole = kind in (UnitKind.ROW, UnitKind.STEP, UnitKind.HEADING)
    if whole or (kind is not UnitKind.SENTENCE and measure(line) <= LONGEST_WHOLE):
        yield 0, line
        return
    place = 0
    for sentence in split_sentences(line):
        place = line.index(sentence, place)
        yield place, sentence
        place += len(sentence)


def _pages(passage: Passage, start: int, end: int) -> frozenset[int]:
    ends = [*(box.start for box in passage.boxes[1:]), len(passage.text)]
    # Without boxes there is one end too many, and nothing to pair it with.
    return frozenset(
        box.page for box, stop in zip(passage.boxes, ends, strict=False) if stop > start and box.start < end
    )
