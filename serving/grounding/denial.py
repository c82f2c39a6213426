"""Does a source say the opposite: deny what a claim says, claim what it denies, or use the opposite word?

A binding goes in, the fault in words comes out. Clauses are held against the sentences they come closest to; where
both are in one language, against the clauses of those that speak of the same thing.
"""

import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from ingest.sparse import terms
from serving.facts import facts_of
from serving.grounding.binding import CLAUSE, Binding
from serving.grounding.contrasts import ORDER, concepts, group_of, opposed, opposed_pairs
from serving.grounding.features import Feature, Kind, Numbers
from serving.grounding.polarity import (
    conflict,
    denials,
    denies,
    is_conditional,
    is_denied,
    is_exclusive,
    is_outside,
    is_turned_off,
    is_twice,
    may_deny,
    without,
)
from serving.grounding.predicates import parts_of, turned_round
from serving.grounding.source import Unit

_PAUSE: Final = re.compile(r"[,;:|，；：。]")
NEAR: Final = 0.85
"""Units whose closeness is at least this share of the closest one's are taken for what a clause is about."""


def denied(binding: Binding) -> str:
    """What is denied, or an empty string."""
    for first, last in pairwise(binding.borders):
        closeness = binding.closeness_of(first, last)
        if not binding.says_something(first, last) or closeness.max() <= 0:
            continue
        clause = binding.claim.plain[first:last]
        near = _near(binding.units, closeness)
        said = frozenset[str]().union(*(unit.facts.concepts for unit in near))
        claimed = frozenset(concept for concept, _ in concepts(clause, binding.language))
        both = {group_of(concept) for concept in opposed_pairs(binding.claim.concepts)}
        if against := {concept for concept in opposed(claimed, said) if group_of(concept) not in both | {ORDER}}:
            return f"contrast: {min(against)}"
        if is_outside(clause):
            continue
        units = [unit for unit in near if not is_conditional(clause) or is_conditional(unit.facts.plain)]
        if units and all(_contradicts(clause, unit, binding) for unit in _nearest(clause, units, binding)):
            return f"negation: {clause.strip()}"
    foreign = any(map(binding.is_foreign, binding.units))
    if turned := turned_round(binding.claim.plain, binding.language, binding.units, partial(points, foreign=foreign)):
        return f"saying: {turned}"
    return "negation: all of it" if _is_all_denied(binding) else ""


def _nearest(clause: str, near: list[Unit], binding: Binding) -> list[Unit]:
    """Of units in another language those that share most with a clause: words do not tell them apart."""
    if not all(map(binding.is_foreign, near)):
        return near
    claimed = points(clause, binding.language, foreign=True)
    shared = [len(claimed & points(unit.facts.plain, unit.language, foreign=True)) for unit in near]
    return [unit for unit, count in zip(near, shared, strict=True) if count == max(shared)]


def _is_all_denied(binding: Binding) -> bool:
    """A translated claim that denies nothing, of a sentence whose every part about the same things denies."""
    if may_deny(binding.claim.plain):
        return False
    claimed = points(binding.claim.plain, binding.language, foreign=True)
    near = _nearest(binding.claim.plain, _near(binding.units, binding.closeness), binding)
    for unit in near:
        parts = [(part, points(part, unit.language, foreign=True)) for part in _PAUSE.split(unit.facts.plain)]
        about = [part for part, said in parts if claimed & said]
        shared = claimed & points(unit.facts.plain, unit.language, foreign=True)
        if not binding.is_foreign(unit) or len(shared) < 2 or not all(map(denies, about)):
            return False
    return bool(near)


def denied_alone(binding: Binding) -> str:
    """What a claim denies though the source says that only this is so: with only 2.4 GHz, 2.4 GHz does not work."""
    for part in parts_of(binding.claim.plain):
        if denials(part) % 2 == 0 or is_exclusive(part):
            continue
        claimed = facts_of(part, binding.language)
        for unit in binding.units:
            foreign = binding.is_foreign(unit)
            for text in parts_of(unit.facts.plain):
                said = facts_of(text, unit.language)
                alone = is_exclusive(text) and any(said.counts(quantity) for quantity, _ in claimed.quantities)
                shared = points(part, binding.language, foreign=foreign) & points(text, unit.language, foreign=foreign)
                if alone and len(shared) > 1:
                    return f"negation: {part.strip()}"
    return ""


def denied_contrasts(binding: Binding) -> str:
    """One of two opposites that the sentence which says both only forbids (behind it and never in front of it)."""
    if may_deny(binding.claim.plain):
        return ""
    for unit in _near(binding.units, binding.closeness):
        said = [(part, concepts(part, unit.language)) for part in parts_of(unit.facts.plain)]
        for concept in binding.claim.concepts & opposed_pairs(unit.facts.concepts):
            holding = [part for part, found in said if concept in {name for name, _ in found}]
            if holding and all(denies(part) and not is_turned_off(part) for part in holding):
                return f"denied: {concept}"
    return ""


def denied_things(binding: Binding) -> str:
    """A thing that the sources name only to forbid it (not with pliers), and the claim without a denial."""
    if may_deny(binding.claim.plain):
        return ""
    for feature in binding.features:
        named = feature.kind in (Kind.THING, Kind.NAME) and (feature.needed or not feature.value.startswith("~"))
        if named and not feature.everywhere:
            parts = [
                part
                for unit, hit in zip(binding.units, feature.hits, strict=True)
                if hit >= 1
                for part in CLAUSE.split(unit.facts.plain)
                if _holds(part, unit.language, feature)
            ]
            if parts and all(denies(part) and not is_turned_off(part) for part in parts):
                return f"denied: {feature.value}"
    return ""


def _holds(part: str, language: str, feature: Feature) -> bool:
    facts = facts_of(part, language)
    return facts.speaks_of(feature.value) if feature.kind is Kind.THING else facts.is_named(feature.value)


def _near(units: Sequence[Unit], closeness: Numbers) -> list[Unit]:
    return [unit for unit, close in zip(units, closeness, strict=True) if close >= NEAR * closeness.max()]


def _contradicts(clause: str, unit: Unit, binding: Binding) -> bool:
    """Against the parts of the sentence that speak of the same thing; where none does, only what is denied counts."""
    foreign = binding.is_foreign(unit)
    claimed = points(clause, binding.language, foreign=foreign)
    parts = [part for part in CLAUSE.split(unit.facts.plain) if part.strip()]
    shared = [_shared(claimed, points(part, unit.language, foreign=foreign)) for part in parts]
    most = max(shared, default=0)
    alike = [part for part, count in zip(parts, shared, strict=True) if most and count == most]
    if not alike or 2 * most < len(claimed):
        # In other words: only a denial that nothing in the sentence meets counts.
        covered = 2 * len(claimed & points(unit.facts.plain, unit.language, foreign=foreign)) >= len(claimed)
        return covered and is_denied(clause, _read(unit))
    said = binding.claim.plain  # in other words one clause may have become two
    unsaid = all(map(denies, alike)) and not may_deny(said, "" if foreign else unit.facts.plain)
    if foreign:
        unsaid &= len(claimed) > 1
        return not is_twice(said) and (unsaid or is_denied(without(clause), _read(unit)))
    if 4 * most >= 3 * len(claimed):
        return all(conflict(clause, part, unit.facts.plain) for part in alike) and (unsaid or denies(clause))
    return unsaid or is_denied(clause, unit.facts.plain)


def points(text: str, language: str, *, foreign: bool) -> frozenset[object]:
    """What a part of a sentence can be recognised by: its stems; in another language numbers, names and things."""
    if not foreign:
        return frozenset(terms(text, language))
    facts = facts_of(text, language)
    numbers = (("number", min(quantity.readings)) for quantity, _ in facts.quantities)
    said = (value for value, *_ in (*facts.codes, *facts.names, *facts.things, *facts.contrasts))
    return frozenset((*numbers, *said))


def _shared(claimed: frozenset[object], said: frozenset[object]) -> int:
    return len(claimed & said)


def _read(unit: Unit) -> str:
    return " ".join((unit.facts.plain, *(known.plain for known in unit.around)))
