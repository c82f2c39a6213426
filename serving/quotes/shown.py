"""A chosen place to lines that read by themselves: a span of units goes in, lines and what each one cites come out.

Procedures come whole with their notices, table rows with their header row, sentences not without the one that they
lean on. What is cited is verbatim text of one page each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

from ingest.chunk import measure
from retrieval.passages import Passage
from serving.quotes.choosing import Place
from serving.quotes.units import Span, UnitKind, header_of, procedures, with_notices

LONGEST: Final = 1200
"""Characters (CJK ones count double) of one place as shown. Procedures reach it, other places stay far below."""
_LEANING: Final = 160
"""The longest sentence that is taken along for the one after it to lean on."""
_LEANS: Final = re.compile(
    r"^(?:it|its|this|these|that|those|they|them|then|otherwise|instead|however|but|also|in (?:this|that) case|if so"
    r"|es|er|sie|dies\w*|dann|sonst|andernfalls|dabei|dazu"
    r"|il|elle|ils|elles|cela|ceci|ce|cette|sinon|ensuite"
    r"|este|esta|esto|estos|estas|ello|entonces|si no)\b"
    r"|^(?:它|这|该|此|其|否则|这时|此时|但|然后|如果不|それ|これ|その|この)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A verbatim piece of a passage, all on one page."""

    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer and what it cites: pieces that end with it. Headers cite nothing."""

    text: str
    cites: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as it will read."""

    lines: tuple[Line, ...]
    left_out: int = 0
    """Steps of a long procedure that are not shown."""


def show(place: Place, *, most_lines: int) -> Shown:
    """The place in at most so many lines: steps share a line where there are more of them."""
    procedure = _procedure(place)
    if procedure is None:
        span = _leaning(place) or place.span
        header = _header(place) if most_lines > 1 else ()
        return Shown((*header, *_packed(_lines(place, span), most_lines - len(header))))
    whole = with_notices(place.units, procedure)
    span = _fitting(place, whole)
    steps = place.units[procedure.first : procedure.last + 1]
    left_out = sum(unit.kind is UnitKind.STEP for unit in steps) - sum(
        unit.kind is UnitKind.STEP for unit in place.units[span.first : span.last + 1]
    )
    return Shown(tuple(_packed(_lines(place, span), most_lines - bool(left_out))), left_out)


def _procedure(place: Place) -> Span | None:
    """The procedure that the place has a step or an inner line of; a notice in it can stand alone."""
    if all(unit.kind is UnitKind.NOTICE for unit in place.members):
        return None
    for span in procedures(place.units):
        if span.first <= place.span.last and place.span.first <= span.last:
            return span
    return None


def _fitting(place: Place, whole: Span) -> Span:
    """As much of a procedure as fits: from its beginning, or where that would leave out the place, from there on."""
    units = place.units
    for first in (whole.first, min(place.span.first, whole.last)):
        last = first
        size = 0
        for number in range(first, whole.last + 1):
            size += measure(units[number].text) + 1
            if size > LONGEST and number > first:
                break
            last = number
        if last >= min(place.span.last, whole.last):
            break
    return Span(first, last)


def _leaning(place: Place) -> Span | None:
    """The span with the sentence before it, where its first one only makes sense after that."""
    first = place.span.first
    before = place.units[first - 1] if first else None
    unit = place.units[first]
    if before is None or before.line != unit.line or not _LEANS.match(unit.text) or measure(before.text) > _LEANING:
        return None
    return Span(first - 1, place.span.last) if len(before.pages | unit.pages) < 2 else None


def _header(place: Place) -> tuple[Line, ...]:
    """The header row of the table that the place begins in the middle of; cells alone do not say what they are."""
    header = header_of(place.units, place.span.first)
    return () if header is None else (Line(place.units[header].text),)


def _lines(place: Place, span: Span) -> list[Line]:
    """The manual's own lines of a span, each with the citations that end in it."""
    units = place.units[span.first : span.last + 1]
    text = place.passage.text
    pieces = list(_by_page(place.passage, units[0].start, units[-1].end))
    lines: list[Line] = []
    for _number, group in groupby(units, key=lambda unit: unit.line):
        members = list(group)
        start, end = members[0].start, members[-1].end
        cites = tuple(Cited(place.passage, text[first:last]) for first, last in pieces if start < last <= end)
        lines.append(Line(" ".join(text[start:end].split()), cites))
    return lines


def _by_page(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A part of a passage's text, begin and end, cut where a page ends; whole where there are no pages."""
    cuts = [
        after.start
        for before, after in pairwise(passage.boxes)
        if before.page != after.page and start < after.start < end
    ]
    for first, last in pairwise([start, *cuts, end]):
        piece = passage.text[first:last]
        yield first + len(piece) - len(piece.lstrip()), first + len(piece.rstrip())


def _packed(lines: Sequence[Line], most: int) -> list[Line]:
    """At most so many lines: the shortest neighbours share one."""
    packed = list(lines)
    while len(packed) > max(1, most):
        sizes = [measure(one.text) + measure(two.text) for one, two in pairwise(packed)]
        place = sizes.index(min(sizes))
        one, two = packed[place : place + 2]
        packed[place : place + 2] = [replace(two, text=f"{one.text} {two.text}", cites=one.cites + two.cites)]
    return packed
