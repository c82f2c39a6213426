"""Do passages support a sentence, and which of their sentences does so best?

Decided without a language model: from numbers with their units, codes, names and negations, each where the words
around it stand too, from the words that are shared, and from meaning where an embedder is given (`grounding/`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from retrieval.passages import Passage
from serving.facts import Facts, facts_of
from serving.grounding.binding import Binding, bind
from serving.grounding.denial import denied, denied_alone, denied_contrasts, denied_things
from serving.grounding.features import Kind
from serving.grounding.meaning import Meaning
from serving.grounding.pairing import swapped
from serving.grounding.quoting import quotes_of
from serving.grounding.source import source_of
from serving.grounding.steps import out_of_order

ADD: Final = 0.6
"""Share of a sentence's words a passage must hold for a mark to be added that the model did not set."""
KEEP: Final = 0.25
"""The same for a mark the model set: it may have said things in its own words."""


RELATED: Final = 0.82
"""Cosine with the nearest sentence from which a translated one without any fact to compare may be about it: 97 % of
true ones of the tuning half reach it, and 46 % of those about other manuals. (This embedder's cosines lie close.)"""
RETOLD: Final = 0.88
"""The same for one in the passage's own language that shares few words with it: 95 % of true ones of the tuning half
reach it, and a sixth of those about other manuals."""
_REPLACED: Final = (Kind.THING, Kind.CONTRAST)
"""Missing only where the passage names another one in their place."""
_ANCHORS: Final = 2
"""Numbers, codes, names or things by which a translated sentence without a mark is known to be of a passage."""
_MANY: Final = 4
"""Words from which a sentence says more than the numbers and names in it."""


@dataclass(frozen=True, slots=True)
class Support:
    """How passages bear on a sentence."""

    share: float
    """0 to 1: how many of the sentence's words the passages hold; 0 where a fact is missing or contradicted."""
    quotes: tuple[tuple[str, ...], ...]
    """Of each passage what comes nearest: a sentence or table row, two where the sentence is made of both, verbatim."""
    best: int
    """The place of the passage that comes nearest."""
    checkable: bool
    """False where the sentence is in another language than the passages, or retold in quite other words, and holds
    nothing that can be compared."""
    anchored: bool = False
    """A sentence in another language, with several facts that one unit holds together."""
    fault: str = ""
    """What speaks against it: the first fact that is missing, misplaced or denied."""

    @property
    def is_contradicted(self) -> bool:
        """The passages tell of the matter, but otherwise: no other passage makes the sentence right."""
        kind, missing, _ = self.fault.partition(" missing: ")
        return bool(self.fault) and (not missing or kind in _REPLACED)

    @property
    def adds(self) -> bool:
        return self.anchored or (self.checkable and self.share >= ADD)

    @property
    def keeps(self) -> bool:
        return not self.fault and (not self.checkable or self.share >= KEEP)


def support(sentence: str, passages: Sequence[Passage], language: str, meaning: Meaning | None = None) -> Support:
    """Judge a sentence written in `language` against passages, taken together."""
    sources = [source_of(passage) for passage in passages]
    claim = facts_of(sentence, language)
    binding = bind(claim, language, sources)
    quotes = tuple(quotes_of(passage, place, binding) for place, passage in enumerate(passages))
    if not binding.units:
        return Support(0.0, quotes, 0, checkable=True, fault="empty passage")
    best = _owner(int(np.argmax(binding.closeness)), [len(source.units) for source in sources])
    checks = (_absent, denied, denied_alone, denied_contrasts, denied_things, swapped, out_of_order)
    if fault := next(filter(None, (check(binding) for check in checks)), ""):
        return Support(0.0, quotes, best, checkable=True, fault=fault)
    share = _share(binding)
    if not binding.is_foreign(sources[best].units[0]):
        retold = share < KEEP and meaning is not None and meaning.nearest(sentence, sources) >= RETOLD
        return Support(share, quotes, best, checkable=not retold)
    anchored = _is_anchored(binding)
    if share >= KEEP:
        return Support(share, quotes, best, checkable=True, anchored=anchored)
    held = any(feature.needed and feature.hits.any() for feature in binding.features)
    if not held and meaning is not None and meaning.nearest(sentence, sources) < RELATED:
        return Support(0.0, quotes, best, checkable=True, fault="meaning: of another matter")
    return Support(0.0, quotes, best, checkable=False, anchored=anchored)


def about(passage: Passage) -> Facts:
    """All a passage tells: its text, and what its title and headings say it is about."""
    return facts_of(" ".join((passage.title, *passage.section, passage.product, passage.text)), passage.language)


def _absent(binding: Binding) -> str:
    for feature in binding.missing:
        return f"{feature.kind} missing: {feature.value}"
    for feature in binding.misplaced:
        return f"{feature.kind} elsewhere: {feature.value}"
    return ""


def _is_anchored(binding: Binding) -> bool:
    held = [feature.hits >= 1 for feature in binding.features if feature.needed and not feature.everywhere]
    return len(held) >= _ANCHORS and bool(np.all(held, axis=0).any())


def _owner(unit: int, sizes: Sequence[int]) -> int:
    return int(np.searchsorted(np.cumsum(sizes), unit, side="right"))


def _share(binding: Binding) -> float:
    """Of the claim's words that of the closest units, with what stands beside them."""
    words = [feature for feature in binding.features if feature.kind in (Kind.WORD, Kind.THING, Kind.CONTRAST)]
    facts = [
        feature for feature in binding.features if feature.needed and feature.kind not in (Kind.THING, Kind.CONTRAST)
    ]
    if not words or (facts and len(words) < _MANY):
        return 1.0  # what it says are numbers and names, and these are there
    order = np.argsort(-binding.closeness)[:2]
    return float(np.mean([feature.everywhere or feature.hits[order].any() for feature in words]))
