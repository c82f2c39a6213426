"""What a search decided, in the reader's language: the plain English of a trace comes in, a text of pages leaves."""

import re
from typing import Final

from ui.web.texts import Translate

_FORMS: Final = (
    "no product named",
    "{names}, from the question",
    "{names}, from the page",
    "{names}, from the facts",
    "{names}, from the conversation",
    "siblings answer differently: {names}",
    "in passage {n}",
    "behind the last passage shown",
    "left out: sibling of {names}",
    "left out: sibling of {names}, which fits better",
    "moved down: about another model than {names}",
    "moved down: not of the product {names}",
    "folded: {names} holds the same text",
    "folded: {names} says it in the language of the question",
)
_GAP: Final = re.compile(r"\\{(\w+)\\}")
_PATTERNS: Final = tuple((form, re.compile(_GAP.sub(r"(?P<\1>.+)", re.escape(form)))) for form in reversed(_FORMS))
"""The longer of two that begin alike comes first."""


def told(text: str, _: Translate) -> str:
    """Each of its parts translated; what has no form here stays as it is."""
    return "; ".join(_part(part, _) for part in text.split("; "))


def _part(text: str, _: Translate) -> str:
    for form, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return _(form).format(**found.groupdict())
    return text
