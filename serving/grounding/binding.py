"""A claim held against sources: which sentences and rows it is about, and whether its facts stand there.

A number is only right where the rest of the sentence is said too: 10 seconds of one step do not support 10 seconds of
another. For each fact the units that hold it are compared with those that hold the words around it; if another unit
is far closer, the fact was taken from elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from serving.facts import Facts
from serving.grounding.features import Feature, Kind, Numbers, features_of
from serving.grounding.polarity import denies, is_exclusive
from serving.grounding.source import Source, Unit

BOUND: Final = 0.72
"""How close, measured by the closest unit of all, one that holds a fact must be to the words around that fact."""
LOOSELY: Final = 0.4
"""The same for a fact that has a clause to itself: only other clauses tell where it belongs."""
HEADED: Final = 0.9
"""What is left of a row's closeness where only its header holds the fact."""
BESIDE: Final = 0.65
"""The same for a sentence where only its neighbour does."""
NEARBY: Final = 24.0
"""Characters (a CJK one counts three) at which a word counts half for a fact."""
BEYOND: Final = 0.2
"""What a word counts across the border of a clause."""
_EVIDENCE: Final = 2
"""Facts and words that a sentence must share with another unit for its number to belong there."""
LIKELY: Final = 0.6
"""Units this close, measured by the closest, are those that a clause may be about."""
ELSEWHERE: Final = 0.2
"""What the rest of a sentence counts for one of its parts."""
CLAUSE: Final = re.compile(
    r"[;:|，；：。！？、!?]|(?<!\d),|,(?!\d)|\.(?=\W|$)|\s[-–—]\s"
    r"|\band\b(?! (?:above|below|later|higher|lower|more|over)\b)"
    r"|\bund\b(?! (?:höher|darüber|darunter|mehr|später|neuer)\b)"
    r"|\bet\b(?! (?:plus|au-d)\w*)|\by\b(?! (?:más|sup|post)\w*)|\b(?:but|aber|mais|pero)\b|而|但|并|和"
)


@dataclass(frozen=True)
class Binding:
    """A claim and the units it is held against."""

    claim: Facts
    language: str
    units: tuple[Unit, ...]
    features: tuple[Feature, ...]

    @cached_property
    def borders(self) -> list[int]:
        """Where clauses begin and end, from 0 to the claim's length."""
        return clause_borders(self.claim.plain)

    @cached_property
    def closeness(self) -> Numbers:
        """Of each unit to the whole claim."""
        return self._close(self.features, np.ones(len(self.features)))

    def closeness_of(self, first: int, last: int) -> Numbers:
        """Of each unit to the claim's text from `first` to `last`."""
        shares = np.array([1.0 if first <= feature.place < last else ELSEWHERE for feature in self.features])
        return self._close(self.features, shares)

    def is_foreign(self, unit: Unit) -> bool:
        """Is the unit in another language than the claim?"""
        return is_foreign(unit.language, self.language)

    def says_something(self, first: int, last: int) -> bool:
        return any(first <= feature.place < last and feature.hits.any() for feature in self.features)

    @cached_property
    def missing(self) -> tuple[Feature, ...]:
        """Facts that no unit holds."""
        found = (feature for feature in self._needed if not feature.hits.any() and self._replaces(feature))
        return tuple(feature for feature in found if not self._is_ruled_out(feature))

    def _replaces(self, feature: Feature) -> bool:
        """Do the sentences a missing thing would stand in name another one that the claim does not? Else it is more
        likely a word too many than a wrong one.
        """
        if feature.kind is not Kind.THING:
            return True
        clause = self._clause_at(feature.place)
        closeness = self.closeness_of(self.borders[clause], self.borders[clause + 1])
        if not closeness.any():
            return False  # nothing tells which sentence it would stand in
        near = np.flatnonzero(closeness >= LIKELY * closeness.max())
        claimed = {thing for thing, *_ in self.claim.things}
        named = {thing for place in near for thing, *_ in self.units[place].facts.things if thing[0] != "~"}
        return not named <= claimed

    @cached_property
    def misplaced(self) -> tuple[Feature, ...]:
        """Facts that only units hold which are of another matter."""
        found = (feature for feature in self._needed if feature.hits.any() and not self._is_bound(feature))
        return tuple(feature for feature in found if self._replaces(feature) and not self._is_ruled_out(feature))

    def _is_ruled_out(self, feature: Feature) -> bool:
        """Does the claim deny it, and a source say that only something else of its kind is so?"""
        clause = self._clause_at(feature.place)
        own = next((quantity for quantity, place in self.claim.quantities if place == feature.place), None)
        if own is None or not denies(self.claim.plain[self.borders[clause] : self.borders[clause + 1]]):
            return False
        others = (unit for unit in self.units if is_exclusive(unit.facts.plain) and not unit.facts.counts(own))
        return any(known.unit and known.is_like(own) for unit in others for known, _ in unit.facts.quantities)

    @property
    def _needed(self) -> list[Feature]:
        return [feature for feature in self.features if feature.needed and not feature.everywhere]

    def _is_bound(self, feature: Feature) -> bool:
        others = [other for other in self.features if other.place != feature.place and other.hits.any()]
        near = np.array([self._nearness(feature.place, other.place) for other in others])
        clause = self._clause_at(feature.place)
        closeness = self._close(others, near)
        alone = not any(self._clause_at(other.place) == clause for other in others)
        if alone and (clause > 0 or all(map(self.is_foreign, self.units))):
            return True  # an addition (and is rated IP20), or in words that cannot be compared
        beside = np.array([HEADED if unit.is_row else BESIDE for unit in self.units])
        holding = closeness * np.where(feature.hits >= 1, 1.0, np.where(feature.hits > 0, beside, 0.0))
        foreign = all(map(self.is_foreign, self.units))
        if foreign and feature.kind is Kind.THING:
            return True  # translations name things more or less often
        if self._held_beside(others, int(np.argmax(closeness))) < _EVIDENCE:
            return True
        loose = alone or foreign or feature.kind in (Kind.THING, Kind.NAME)
        enough = LOOSELY if loose else BOUND
        return bool(holding.max(initial=0.0) >= enough * closeness.max(initial=0.0))

    @staticmethod
    def _held_beside(others: Sequence[Feature], unit: int) -> int:
        return len({other.value for other in others if other.hits[unit] >= 1 and not other.everywhere})

    def _nearness(self, place: int, other: int) -> float:
        low, high = sorted((place, other))
        crossed = sum(low < border <= high for border in self.borders[1:-1])
        wide = 3.0 if self.language[:2] in ("zh", "ja") else 1.0
        return float(BEYOND**crossed / (1 + wide * (high - low) / NEARBY))

    def _clause_at(self, place: int) -> int:
        return min(max(0, sum(border <= place for border in self.borders) - 1), len(self.borders) - 2)

    def _close(self, features: Sequence[Feature], shares: Numbers) -> Numbers:
        """Weighted share of the features that each unit holds."""
        weights = np.array([feature.weight for feature in features]) * shares
        if weights.sum() <= 0:
            return np.zeros(len(self.units))
        close: Numbers = weights @ np.array([feature.hits for feature in features]) / weights.sum()
        return close


def is_foreign(one: str, other: str) -> bool:
    """Are these two languages, as far as is known?"""
    return bool(one and other) and one[:2] != other[:2]


def clause_borders(plain: str) -> list[int]:
    inner = [match.start() for match in CLAUSE.finditer(plain) if 0 < match.start() < len(plain) - 1]
    return [0, *inner, len(plain)]


def bind(claim: Facts, language: str, sources: Sequence[Source]) -> Binding:
    """Hold a claim against the units of all sources, in their order."""
    units = tuple(replace(unit, passage=place) for place, source in enumerate(sources) for unit in source.units)
    foreign = bool(units) and all(is_foreign(unit.language, language) for unit in units)
    features = features_of(claim, units, [source.about for source in sources], foreign=foreign)
    return Binding(claim, language, units, features)
