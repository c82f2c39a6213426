"""Do two questions ask for the same thing to be written? Two questions and their cosine enter, yes or no leaves.

Kept answers are compared more strictly (`serving.stored.semantic`): a wrong answer served is worse than two gaps that
an editor reads as one. What can be compared without understanding it has to agree here too: numbers, codes, options,
negations, opposites.
"""

from typing import Final

from serving.stored.asked_for import content_of
from serving.stored.likeness import likeness
from serving.stored.normalise import normal_form

_ALIKE: Final = 0.93
_LOOSE: Final = 0.94
_SHARED: Final = 0.5
"""Of all content words of both, those that both have: for questions that each have a word of their own."""
_SOFT: Final = frozenset({"words", "order", "what is asked for"})
"""What may speak against one answer for both, and does not make them two gaps by itself."""


def same_gap(one: str, other: str, cosine: float, language: str) -> bool:
    """Of two questions in one language, about the same product."""
    if normal_form(one) == normal_form(other):
        return True
    if cosine < _ALIKE:
        return False
    alike = likeness(one, other, language)
    if not alike.against:
        return alike.apart <= 1 or _shared(one, other, language) >= _SHARED
    return alike.against in _SOFT and cosine >= _LOOSE and _shared(one, other, language) >= _SHARED


def _shared(one: str, other: str, language: str) -> float:
    left, right = (content_of(normal_form(text).lower(), language) for text in (one, other))
    both = sum(any(word & near for near in right) for word in left)
    return both / max(1, len(left) + len(right) - both)
