"""Are two facts of a sentence told of each other that the source tells of others?

A binding goes in, the fact that stands with the wrong one comes out. Sources are read in small parts: a table row, the
clause of a sentence, an item of a list. Where one part holds the first fact (E-27, the yellow wire, the strap) and
says something else of the second's kind, and the second stands in parts without the first, they were swapped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, permutations
from typing import Final

from serving.facts import Facts, facts_of
from serving.grounding.binding import CLAUSE, Binding
from serving.grounding.contrasts import ORDER, STRICT, group_of
from serving.grounding.features import Feature, Kind
from serving.grounding.source import Unit
from serving.grounding.units import Quantity

_KINDS: Final = (Kind.QUANTITY, Kind.CODE, Kind.NAME, Kind.CONTRAST, Kind.THING)
_MOST: Final = 3
"""Parts that may hold a fact which still tells one place from another."""


@dataclass(frozen=True, slots=True)
class _Part:
    unit: Unit
    facts: Facts


def swapped(binding: Binding) -> str:
    """The fact that stands with the wrong one, or an empty string."""
    parts = tuple(part for unit in binding.units for part in _parts(unit))
    for clause in _clauses(binding):
        held = {feature: [part for part in parts if _holds(part.facts, feature)] for feature in clause}
        telling = [feature for feature in clause if 0 < len(held[feature]) <= _MOST]
        for one, other in permutations(telling, 2):
            if one.place != other.place and _is_key(one) and _is_swapped(one, other, held, binding):
                return f"{other.kind} of another: {other.value} (not {one.value})"
    return ""


def _is_swapped(one: Feature, other: Feature, held: dict[Feature, list[_Part]], binding: Binding) -> bool:
    ones, others = held[one], held[other]
    if other.kind is Kind.THING and one.kind is Kind.THING:
        return False  # too many things are named beside each other
    if any(part in others for part in ones) or not all(_rival(part.facts, other, binding.claim) for part in ones):
        return False
    return other.kind is not Kind.THING or all(_rival(part.facts, one, binding.claim) for part in others)


def _clauses(binding: Binding) -> Iterator[tuple[Feature, ...]]:
    """The facts of each clause; one that has a single fact belongs to what follows (for E-27, ...)."""
    waiting: tuple[Feature, ...] = ()
    for first, last in pairwise(binding.borders):
        inside = [feature for feature in binding.features if first <= feature.place < last]
        own = tuple(filter(_is_solid, inside))
        yield (*waiting, *own)
        waiting = own if len(inside) == 1 and own and own[0].kind is Kind.CODE else ()


def _is_solid(feature: Feature) -> bool:
    if feature.kind is Kind.CONTRAST:
        return group_of(feature.value) != ORDER
    return feature.kind in _KINDS and feature.needed and not feature.everywhere


def _is_key(feature: Feature) -> bool:
    """Is it something that other things are told of? A colour may be, a side is told of things."""
    if feature.kind is Kind.THING:
        return False
    return feature.kind is not Kind.CONTRAST or group_of(feature.value) in STRICT


@lru_cache(maxsize=4096)
def _parts(unit: Unit) -> tuple[_Part, ...]:
    if unit.is_row:
        return (_Part(unit, unit.facts),)
    texts = [text for text in CLAUSE.split(unit.facts.plain) if text.strip()]
    return tuple(_Part(unit, facts_of(text, unit.language)) for text in texts)


def _holds(facts: Facts, feature: Feature) -> bool:
    return feature.is_held_by(facts)


def _rival(facts: Facts, feature: Feature, claim: Facts) -> bool:
    """Does a part say something else of the kind, that the claim does not say as well?"""
    match feature.kind:
        case Kind.QUANTITY:
            own = _quantity(feature, claim)
            return own is not None and any(
                known.is_like(own) and not any(known.agrees(said) for said, _ in claim.quantities)
                for known, _ in facts.quantities
            )
        case Kind.CODE:
            said = {code for code, _ in claim.codes}
            return any(_shape(code) == _shape(feature.value) and code not in said for code, _ in facts.codes)
        case Kind.NAME:
            return any(lasting and not claim.is_named(name) for name, _, lasting in facts.names)
        case Kind.CONTRAST:
            group = group_of(feature.value)
            return any(group_of(concept) == group and concept not in claim.concepts for concept in facts.concepts)
    return any(needed and not claim.speaks_of(thing) for thing, _, needed in facts.things)


def _quantity(feature: Feature, claim: Facts) -> Quantity | None:
    return next((quantity for quantity, place in claim.quantities if place == feature.place), None)


def _shape(code: str) -> str:
    return "".join("9" if character.isdigit() else character for character in code).replace("99", "9")
