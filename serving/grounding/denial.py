"""Does a source say the opposite: deny what a claim says, claim what it denies, or use the opposite word?

A binding goes in, the fault in words comes out. Clauses are held against the sentences they come closest to; where
both are in one language, against the clauses of those that speak of the same thing.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ingest.sparse import terms
from serving.grounding.binding import CLAUSE, Binding
from serving.grounding.contrasts import concepts, opposed
from serving.grounding.features import Numbers
from serving.grounding.polarity import conflict, is_denied
from serving.grounding.source import Unit

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
        if against := opposed(claimed, said):
            return f"contrast: {min(against)}"
        if all(_contradicts(clause, unit, binding) for unit in near):
            return f"negation: {clause.strip()}"
    near = _near(binding.units, binding.closeness)
    if all(binding.is_foreign(unit) and is_denied(binding.claim.plain, _read(unit)) for unit in near):
        return "negation"
    return ""


def _near(units: Sequence[Unit], closeness: Numbers) -> list[Unit]:
    return [unit for unit, close in zip(units, closeness, strict=True) if close >= NEAR * closeness.max()]


def _contradicts(clause: str, unit: Unit, binding: Binding) -> bool:
    """Against the parts of the sentence that speak of the same thing; where none does, only what is denied counts."""
    if binding.is_foreign(unit):
        return False
    language = unit.language
    stems = set(terms(clause, language))
    parts = [part for part in CLAUSE.split(unit.facts.plain) if part.strip()]
    shared = [len(stems & set(terms(part, language))) for part in parts]
    most = max(shared, default=0)
    if 2 * most >= len(stems):
        return all(
            conflict(clause, part, unit.facts.plain) for part, count in zip(parts, shared, strict=True) if count == most
        )
    return is_denied(clause, _read(unit))


def _read(unit: Unit) -> str:
    return " ".join((unit.facts.plain, *(known.plain for known in unit.around)))
