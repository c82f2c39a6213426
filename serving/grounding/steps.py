"""Does a sentence tell steps in another order than the manual?

A binding goes in, the two parts that stand the other way round come out. What is said to come first is looked up in
the sources: where both parts are found in one passage, in different sentences, these must follow each other so.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from ingest.sparse import terms
from serving.grounding.binding import CLAUSE, Binding
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
_TURNED: Final = re.compile(rf"^\W*{_BEFORE.pattern}|.{_AFTER.pattern}|{_BEFORE_THIS.pattern}|{_AFTER_THIS.pattern}")
"""Told in another order than done: before Y do X; do Y after X."""
_SPLIT: Final = re.compile(rf"{CLAUSE.pattern}|{_BEFORE.pattern}|{_THEN.pattern}")
Part = tuple[int, int]
"""First and last character of a part of the claim."""


def out_of_order(binding: Binding) -> str:
    """The parts that stand the other way round, or an empty string."""
    for earlier, later in _told(binding):
        first, second = _place(binding, earlier), _place(binding, later)
        if first is None or second is None:
            continue
        one, other = binding.units[first], binding.units[second]
        if first == second:
            reversed_ = _told_later(binding, one, earlier, later)
        else:
            reversed_ = one.passage == other.passage and not (one.is_row or other.is_row) and one.start > other.start
        if reversed_:
            return f"{binding.claim.plain[slice(*earlier)].strip()} > {binding.claim.plain[slice(*later)].strip()}"
    return ""


def _told_later(binding: Binding, unit: Unit, earlier: Part, later: Part) -> bool:
    """Does one sentence of the manual tell the earlier part after the later one?"""
    plain = unit.facts.plain
    if binding.is_foreign(unit) or _TURNED.search(plain):
        return False
    parts = [part for part in _SPLIT.split(plain) if part.strip()]
    places = [_closest(binding.claim.plain[slice(*part)], parts, unit.language) for part in (earlier, later)]
    return None not in places and places[0] > places[1]  # type: ignore[operator]


def _closest(text: str, parts: Sequence[str], language: str) -> int | None:
    """The part that shares most words; None where none or several do."""
    stems = set(terms(text, language))
    shared = [len(stems & set(terms(part, language))) for part in parts]
    most = max(shared, default=0)
    return shared.index(most) if most and shared.count(most) == 1 else None


def _told(binding: Binding) -> Iterator[tuple[Part, Part]]:
    """Pairs of parts, each with the one that is said to come first in front."""
    plain = binding.claim.plain
    parts = [part for part in pairwise(binding.borders) if binding.says_something(*part)]
    in_pair: set[Part] = set()
    for number, (first, last) in enumerate(parts):
        for pattern, is_before, marks_what_precedes in (
            (_BEFORE, True, False), (_AFTER, False, False), (_BEFORE_THIS, True, True), (_AFTER_THIS, False, True),
        ):  # fmt: skip
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


def _place(binding: Binding, part: Part) -> int | None:
    """The unit that a part is about; None where that is not clear."""
    closeness = binding.closeness_of(*part)
    best = int(np.argmax(closeness))
    others = np.delete(closeness, best)
    if closeness[best] < CLEAR or others.max(initial=0.0) >= CLEARER * closeness[best]:
        return None
    return best
