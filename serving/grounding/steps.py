"""Does a sentence tell steps in another order than the manual?

A binding goes in, the two parts that stand the other way round come out. What is said to come first is looked up in
the sources: where both parts are found in one passage, in different sentences, these must follow each other so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from serving.facts import facts_of
from serving.grounding.binding import CLAUSE, Binding, clause_borders
from serving.grounding.denial import points
from serving.grounding.features import Kind
from serving.grounding.source import Unit

CLEAR: Final = 0.3
"""Closeness from which a part of a sentence is taken to be found."""
CLEARER: Final = 0.8
"""The second best place of a part, measured by its best, is as good from here on: then nothing is said of its order."""
_BEFORE: Final = re.compile(r"\b(?:before|prior to|bevor|avant(?: de| que| d['’])?|antes de(?: que)?)\b")
_AFTER: Final = re.compile(r"\b(?:after|once|nachdem|après(?: avoir)?|después de(?: que)?|tras)\b")
_BEFORE_THIS: Final = re.compile(r"(?:之前|以前|前に|までに)")
_AFTER_THIS: Final = re.compile(r"(?:之后|以后|后(?=[,，])|後に|後で|後、|てから)")
_FIRST: Final = re.compile(
    r"^\W*(?:first|primero)\b|\b(?:first|primero)\W*$|\b(?:zuerst|d['’]abord)\b|^[,，、\s]*(?:先|まず|最初に)"
)
_THEN: Final = re.compile(
    r"\b(?:then|finally|at last|afterwards|dann|danach|zuletzt|puis|ensuite|enfin|luego|finalmente)\b"
    r"|^[,，、\s]*(?:再|然后|最后|接着|次に|その後|最後に)"
)
_AT_FIRST: Final = re.compile(
    r"\b(?:at the (?:beginning|start)|to begin with|zu beginn|am anfang|au début|en premier|al principio|primero)\b"
    r"|一开始|首先|最初に"
)
_AT_LAST: Final = re.compile(
    r"\b(?:last|at the end|last of all|zuletzt|zum schluss|am ende|en dernier|à la fin|por último|al final)\b"
    r"|最后|最後に"
)
"""What a part of a sentence says of its own place among all."""
_PRONOUN: Final = re.compile(r"^\s*(?:it|this|that|them|these|those|which|dem|diesem|cela|ça|eso|esto|ello)\b")
_STEP: Final = re.compile(r"\s*(?:\d{1,2}[.)、]|\(\d{1,2}\)|[①-⑳])")
_LATER: Final = re.compile(_THEN.pattern.replace("^[,，、\\s]*", "[,，、。]"))
_PURPOSE: Final = re.compile(r"^\W*(?:to|um|pour|para)\b|要.{1,12}[,，请]|には、")
"""What it is done for is told first and comes last."""
_WORDS_ENOUGH: Final = 2
"""Words by which the place of a part is known that holds no fact (then go on)."""
_LISTED: Final = 3
"""Parts from which a sentence without any such word tells steps one after the other."""
_MARKERS: Final = (
    (_BEFORE, True, False), (_AFTER, False, False), (_BEFORE_THIS, True, True), (_AFTER_THIS, False, True),
)  # fmt: skip
"""Pattern, whether what it marks comes later, whether it stands behind what it marks."""
_WORDS: Final = (_AT_FIRST, _AT_LAST, _FIRST, _THEN)
Part = tuple[int, int]
"""First and last character of a part of the claim."""


def out_of_order(binding: Binding) -> str:
    """The parts that stand the other way round, or an empty string."""
    for earlier, later in (*_told(binding), *_listed(binding)):
        first, second = _spot(binding, earlier), _spot(binding, later)
        if first is None or second is None or first == second:
            continue
        if first[0] == second[0] and not _goes_on(binding.units[first[0]]):
            continue
        one, other = binding.units[first[0]], binding.units[second[0]]
        rows = one.is_row or other.is_row
        if one.passage == other.passage and not rows and (one.start, first[1]) > (other.start, second[1]):
            return f"order: {binding.claim.plain[slice(*earlier)].strip()}"
    best = binding.units[int(np.argmax(binding.closeness))]
    return "order: before and after" if _is_turned(binding, best) else ""


def _is_turned(binding: Binding, unit: Unit) -> bool:
    """Do claim and sentence both tell what comes before what, and the other way round?"""
    claimed, said = _pair(binding.claim.plain), _pair(unit.facts.plain)
    if claimed is None or said is None:
        return False
    foreign = binding.is_foreign(unit)
    first, second = (points(text, binding.language, foreign=foreign) for text in (claimed.earlier, claimed.later))
    before, after = (points(text, unit.language, foreign=foreign) for text in (said.earlier, said.later))
    straight = len(first & before) + len(second & after)
    crossed = len(first & after) + len(second & before)
    if claimed.marker is said.marker is not _THEN:
        return claimed.marker is _BEFORE and crossed > straight + 1  # a fronted part may look like a turned one
    if _is_manifold(unit.facts.plain) and not (first & after and second & before):
        return False
    return crossed > straight and (claimed.marker is not said.marker or not straight)


@dataclass(frozen=True, slots=True)
class _Pair:
    earlier: str
    later: str
    marker: re.Pattern[str]
    """What says so: one of the patterns of before, after and then, the same for all languages."""


def _is_manifold(plain: str) -> bool:
    """Are several orders told: after swimming rinse it, and only then charge it?"""
    return sum(pattern.search(plain) is not None for pattern in (*(row[0] for row in _MARKERS), _LATER)) > 1


def _pair(plain: str) -> _Pair | None:
    """What a sentence says comes first, and what then, where a before, after or then says so."""
    for pattern, is_before, marks_what_precedes in (*_MARKERS, (_THEN, True, False)):
        if found := pattern.search(plain):
            start, end = found.span()
            marked, rest = (plain[:start], plain[end:]) if marks_what_precedes else (plain[end:], plain[:start])
            if not rest.strip():  # before you open it, switch it off
                parts = CLAUSE.split(marked, maxsplit=1)
                marked, rest = parts[0], parts[-1] if len(parts) > 1 else ""
            if _PRONOUN.match(marked):
                return None
            earlier, later = (rest, marked) if is_before else (marked, rest)
            return _Pair(earlier, later, _THEN if pattern is _THEN else _BEFORE if is_before else _AFTER)
    return None


def _told(binding: Binding) -> Iterator[tuple[Part, Part]]:
    """Pairs of parts, each with the one that is said to come first in front."""
    plain = binding.claim.plain
    parts = [part for part in pairwise(binding.borders) if binding.says_something(*part)]
    in_pair: set[Part] = set()
    for number, (first, last) in enumerate(parts):
        for pattern, is_before, marks_what_precedes in _MARKERS:
            found = pattern.search(plain, first, last)
            if found is None:
                continue
            marked = (first, found.start()) if marks_what_precedes else (found.end(), last)
            rest = (found.end(), last) if marks_what_precedes else (first, found.start())
            if not binding.says_something(*rest):
                following = parts[number + 1 : number + 2]
                rest = following[0] if following else rest
            if binding.says_something(*marked) and binding.says_something(*rest):
                in_pair |= {(first, last), rest}
                yield (rest, marked) if is_before else (marked, rest)
    for number, part in enumerate(parts):
        if _THEN.search(plain[slice(*part)]):
            yield from (pair for pair in combinations(parts[: number + 1], 2) if not in_pair & set(pair))
        if _FIRST.search(plain[slice(*part)]) and number + 1 < len(parts) and part not in in_pair:
            yield part, parts[number + 1]


def _listed(binding: Binding) -> Iterator[tuple[Part, Part]]:
    """Parts that are told as the first or the last of all; and those of a list, where no word says what comes when."""
    plain = binding.claim.plain
    parts = [part for part in pairwise(binding.borders) if binding.says_something(*part)]
    for part in filter(partial(_is_step, binding), parts):
        others = [other for other in parts if other != part and _is_step(binding, other)]
        if _AT_FIRST.search(plain[slice(*part)]):
            yield from ((part, other) for other in others)
        if _AT_LAST.search(plain[slice(*part)]):
            yield from ((other, part) for other in others)
    told = any(
        pattern.search(plain[slice(*part)]) for part in parts for pattern in (*_WORDS, *(row[0] for row in _MARKERS))
    )
    if len(parts) >= _LISTED and not told:
        yield from (pair for pair in pairwise(parts) if all(_is_step(binding, part) for part in pair))


def _goes_on(unit: Unit) -> bool:
    """Is what stands later in it done later? Not where a word tells the order (before that, this)."""
    told = any(pattern.search(unit.facts.plain) for pattern in (_PURPOSE, *(row[0] for row in _MARKERS)))
    return not told and (_STEP.match(unit.text) is not None or _LATER.search(unit.facts.plain) is not None)


def _rest(part: Part, word: re.Match[str]) -> Part:
    """A part without the word that tells its place."""
    before, behind = (part[0], part[0] + word.start()), (part[0] + word.end(), part[1])
    return max(before, behind, key=lambda piece: piece[1] - piece[0])


def _is_step(binding: Binding, part: Part) -> bool:
    unit = _place(binding, part)
    return unit is not None and _STEP.match(binding.units[unit].text) is not None


def _spot(binding: Binding, part: Part) -> tuple[int, int] | None:
    """The unit that a part is about and where in it; None where that is not clear."""
    for pattern in _WORDS:
        if word := pattern.search(binding.claim.plain[slice(*part)]):
            part = _rest(part, word)
    unit = _place(binding, part)
    if unit is None:
        return None
    source = binding.units[unit]
    inside = [feature for feature in binding.features if part[0] <= feature.place < part[1]]
    borders = clause_borders(source.facts.plain)
    texts = [facts_of(source.facts.plain[first:last], source.language) for first, last in pairwise(borders)]
    shared = [sum(feature.weight for feature in inside if feature.is_held_by(text)) for text in texts]
    most = max(shared)
    clear = most and sorted(shared)[-2:][0] < CLEARER * most
    return unit, borders[shared.index(most)] if clear or len(shared) == 1 else 0


def _place(binding: Binding, part: Part) -> int | None:
    """The unit that a part is about; None where that is not clear."""
    closeness = binding.closeness_of(*part)
    best = int(np.argmax(closeness))
    others = np.delete(closeness, best)
    inside = [feature for feature in binding.features if part[0] <= feature.place < part[1] and feature.hits[best]]
    if not any(feature.kind is not Kind.WORD for feature in inside) and len(inside) < _WORDS_ENOUGH:
        return None
    if closeness[best] < CLEAR or others.max(initial=0.0) >= CLEARER * closeness[best]:
        return None
    return best
