"""A claim as features: facts that a source must hold, and words that tell where in it they belong.

Facts of a claim and a source's units go in; each feature comes out with how far every unit holds it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serving.facts import Facts
from serving.grounding.contrasts import ORDER, STRICT, group_of
from serving.grounding.source import Unit
from serving.grounding.units import Quantity

Numbers = NDArray[np.float64]

AROUND: Final = 0.5
"""What a hit in a row's header or a neighbouring sentence counts."""
SAID: Final = 0.2
"""What a word counts that the title says anyway."""


class Kind(StrEnum):
    QUANTITY = "number"
    CODE = "code"
    NAME = "name"
    LITERAL = "literal"
    CONTRAST = "contrast"
    THING = "thing"
    WORD = "word"


_WEIGHTS: Final = {
    Kind.QUANTITY: 1.5, Kind.CODE: 2.0, Kind.NAME: 1.5, Kind.LITERAL: 2.0,
    Kind.CONTRAST: 1.0, Kind.THING: 1.0, Kind.WORD: 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """A fact or word of a claim, and how far each unit holds it: 1 itself, AROUND beside it, 0 not."""

    kind: Kind
    value: str
    place: int
    """Where it begins in the claim."""
    hits: Numbers
    needed: bool
    everywhere: bool
    """Title or headings hold it."""
    is_held_by: Callable[[Facts], bool]
    """Do facts hold it?"""

    @property
    def weight(self) -> float:
        """Rare ones tell more."""
        rarity = float(np.log(1 + len(self.hits) / (1 + (self.hits >= 1).sum())))
        return _WEIGHTS[self.kind] * rarity * (SAID if self.everywhere else 1.0)


def features_of(claim: Facts, units: Sequence[Unit], about: Sequence[Facts], *, foreign: bool) -> tuple[Feature, ...]:
    """`foreign`: the units are in another language than the claim."""
    return tuple(_feature(part, units, about) for part in _parts(claim, units, foreign=foreign))


_Part = tuple[Kind, str, int, bool, Callable[[Facts], bool]]
"""Kind, value, place, whether a source must hold it, and whether facts do."""


def _parts(claim: Facts, units: Sequence[Unit], *, foreign: bool) -> Iterator[_Part]:
    for quantity, place in claim.quantities:
        needed = not (quantity.readings == {"1"} and quantity.unit == "times")
        yield Kind.QUANTITY, f"{min(quantity.readings)} {quantity.unit}", place, needed, partial(_counts, quantity)
    for code, place in claim.codes:
        yield Kind.CODE, code, place, True, partial(_has_term, frozenset({code}))
    for name, place, lasting in claim.names:
        # A capital may be all that makes a name: what another language calls it is not known.
        needed = lasting or not foreign or any(unit.facts.is_named(name) for unit in units)
        needed = needed or _is_renamed(name, place, claim, units)
        yield Kind.NAME, name, place, needed, partial(_is_named, name)
    for literal, place in claim.literals:
        yield Kind.LITERAL, literal, place, True, partial(_is_written, literal)
    groups = {group_of(concept) for unit in units for concept in unit.facts.concepts}
    for concept, place in claim.contrasts:
        if group_of(concept) == ORDER:
            continue  # tells what comes first, not what it is about
        # A colour is a fact where colours are the matter; elsewhere "the screen stays black" is a way to say dark.
        needed = group_of(concept) in STRICT and group_of(concept) in groups
        yield Kind.CONTRAST, concept, place, needed, partial(_means, concept)
    for thing, place, needed in claim.things:
        yield Kind.THING, thing, place, needed, partial(_speaks_of, thing)
    named = {place for _, place, *_ in (*claim.names, *claim.contrasts, *claim.things)}
    for stems, place in claim.words:
        if place in named:
            continue
        yield Kind.WORD, stems[0], place, False, partial(_has_term, frozenset(stems))


def _is_renamed(name: str, place: int, claim: Facts, units: Sequence[Unit]) -> bool:
    """Does a source follow the name before it by another one: Orvane Health, not Orvane Drive?"""
    before = next((other for other, start, _ in claim.names if start + len(other) + 1 == place), "")
    return bool(before) and any(
        start + len(other) + 1 == following and next_name != name and other == before
        for unit in units
        for other, start, _ in unit.facts.names
        for next_name, following, _ in unit.facts.names
    )


def _feature(part: _Part, units: Sequence[Unit], about: Sequence[Facts]) -> Feature:
    kind, value, place, needed, held = part
    hits = np.array([1.0 if held(unit.facts) else AROUND * any(map(held, unit.around)) for unit in units])
    everywhere = kind is not Kind.QUANTITY and any(map(held, about))
    return Feature(kind, value, place, hits, needed, everywhere, held)


def _counts(quantity: Quantity, known: Facts) -> bool:
    return known.counts(quantity)


def _has_term(wanted: frozenset[str], known: Facts) -> bool:
    return not wanted.isdisjoint(known.terms)


def _is_named(name: str, known: Facts) -> bool:
    return known.is_named(name)


def _is_written(literal: str, known: Facts) -> bool:
    return literal in known.plain or all(
        part in known.plain for part in literal.replace('"', " ").replace("'", " ").split()
    )


def _speaks_of(thing: str, known: Facts) -> bool:
    return known.speaks_of(thing)


def _means(concept: str, known: Facts) -> bool:
    return concept in known.concepts
