"""Do two questions ask for the same thing to be written? Two questions and their cosine enter, yes or no leaves.

Kept answers are compared more strictly (`serving.stored.semantic`): a wrong answer served is worse than two gaps that
an editor reads as one. What can be compared without understanding it has to agree here too: numbers, codes, options,
negations, opposites.
"""

from typing import Final

from serving.stored.asked_for import content_of
from serving.stored.likeness import likeness
from serving.stored.normalise import normal_form

# Chosen on the pairs for tuning of data/eval/question-pairs.jsonl. Of its pairs for reporting 94 of 100 that ask the
# same come together, and 3 of 100 near misses (kept answers: 86 and none).
_ALIKE: Final = 0.95
_WORDED_APART: Final = 0.98
"""Where each question has a word of its own, or the same words stand in another order."""
_SHARED: Final = 0.6
"""Of all content words of such a pair, those that both have."""


def same_gap(one: str, other: str, cosine: float, language: str) -> bool:
    """Of two questions in one language, that name the same products."""
    if normal_form(one) == normal_form(other):
        return True
    if cosine < _ALIKE:
        return False
    alike = likeness(one, other, language)
    if not alike.against:
        return alike.apart <= 1
    apart = alike.against in ("words", "order")
    return apart and cosine >= _WORDED_APART and _shared(one, other, language) >= _SHARED


def _shared(one: str, other: str, language: str) -> float:
    left, right = (content_of(normal_form(text).lower(), language) for text in (one, other))
    both = sum(any(word & near for near in right) for word in left)
    return both / max(1, len(left) + len(right) - both)
