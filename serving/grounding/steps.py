"""Does a sentence tell steps in another order than the manual?

A binding goes in, the two parts that stand the other way round come out. What is said to come first is looked up in
the sources: where both parts are found in one passage, in different sentences, these must follow each other so.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from serving.grounding.binding import Binding

CLEAR: Final = 0.3
"""Closeness from which a part of a sentence is taken to be found."""
CLEARER: Final = 0.8
"""The second best place of a part, measured by its best, is as good from here on: then nothing is said of its order."""
_BEFORE: Final = re.compile(r"\b(?:before|prior to|bevor|avant(?: de| que| d['’])?|antes de(?: que)?)\b")
_AFTER: Final = re.compile(r"\b(?:after|once|nachdem|après(?: avoir)?|después de(?: que)?|tras)\b")
_BEFORE_THIS: Final = re.compile(r"(?:之前|以前|前に|までに)")
_AFTER_THIS: Final = re.compile(r"(?:之后|以后|后(?=[,，])|後に|後で|後、|てから)")
_FIRST: Final = re.compile(r"\b(?:first|zuerst|d['’]abord|primero)\b|^[,，、\s]*(?:先|まず|最初に)")
_THEN: Final = re.compile(
    r"\b(?:then|finally|at last|afterwards|dann|danach|zuletzt|puis|ensuite|enfin|luego|finalmente)\b"
    r"|^[,，、\s]*(?:再|然后|最后|接着|次に|その後|最後に)"
)
Part = tuple[int, int]
"""First and last character of a part of the claim."""


def out_of_order(binding: Binding) -> str:
    """The parts that stand the other way round, or an empty string."""
    for earlier, later in _told(binding):
        first, second = _place(binding, earlier), _place(binding, later)
        if first is None or second is None or first == second:
            continue
        one, other = binding.units[first], binding.units[second]
        if one.passage == other.passage and not (one.is_row or other.is_row) and one.start > other.start:
            return f"{binding.claim.plain[slice(*earlier)].strip()} > {binding.claim.plain[slice(*later)].strip()}"
    return ""


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
    for one, other in pairwise(parts):
        is_told = _THEN.search(plain[slice(*other)]) or _FIRST.search(plain[slice(*one)])
        if is_told and not in_pair & {one, other}:
            yield one, other


def _place(binding: Binding, part: Part) -> int | None:
    """The unit that a part is about; None where that is not clear."""
    closeness = binding.closeness_of(*part)
    best = int(np.argmax(closeness))
    others = np.delete(closeness, best)
    if closeness[best] < CLEAR or others.max(initial=0.0) >= CLEARER * closeness[best]:
        return None
    return best
