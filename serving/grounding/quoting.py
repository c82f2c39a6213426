"""The words of a passage that support a claim: what a citation quotes.

A passage and a binding go in; one quote comes out, or two where the claim is made of sentences or rows that stand
apart. Quotes are verbatim text of the passage.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from retrieval.passages import Passage
from serving.grounding.binding import Binding
from serving.grounding.source import Unit

MAX_QUOTE: Final = 400
"""Characters; a quote is one or two sentences or table rows."""
_MOST: Final = 2
"""Units quoted for one claim."""
_ELSE: Final = 0.5
"""Share of a clause's closest unit that another one must not reach for the clause to need a quote of its own."""


def quotes_of(passage: Passage, place: int, binding: Binding) -> tuple[str, ...]:
    """`place`: of the passage among the sources of the binding."""
    own = [number for number, unit in enumerate(binding.units) if unit.passage == place]
    if not own:
        return (passage.text[:MAX_QUOTE].strip(),)
    best = _best(binding, own)
    chosen = {best}
    for number in _needed(binding, own, best):
        if len(chosen) < _MOST:
            chosen.add(number)
    return tuple(_joined(passage, [binding.units[number] for number in sorted(chosen)]))


def _best(binding: Binding, own: Sequence[int]) -> int:
    # A touch less for long units, so that the short exact one wins.
    scores = [float(binding.closeness[number]) - min(len(binding.units[number].text), 1000) / 20_000 for number in own]
    return own[int(np.argmax(scores))]


def _needed(binding: Binding, own: Sequence[int], best: int) -> list[int]:
    """Units of clauses and facts that the best unit does not hold."""
    found: list[int] = []
    for feature in binding.features:
        if feature.needed and not feature.everywhere and feature.hits[best] == 0:
            holders = [number for number in own if feature.hits[number] >= 1]
            found += [max(holders, key=lambda number: float(binding.closeness[number]))] if holders else []
    for first, last in pairwise(binding.borders):
        closeness = binding.closeness_of(first, last)
        nearest = max(own, key=lambda number: float(closeness[number]))
        if binding.says_something(first, last) and closeness[best] < _ELSE * closeness[nearest]:
            found.append(nearest)
    return found


def _joined(passage: Passage, units: Sequence[Unit]) -> list[str]:
    """Neighbours as one quote where that stays short and on one page."""
    if len(units) < 2:
        return [unit.text for unit in units]
    one, other = units[0], units[-1]
    between = passage.text[one.end : other.start]
    lines = [box for box in passage.boxes if one.start <= box.start < other.end]
    short = other.end - one.start <= MAX_QUOTE and len({box.page for box in lines}) < 2
    if not between.strip() and short and not (one.is_row or other.is_row):
        return [passage.text[one.start : other.end]]
    return [unit.text for unit in units]
