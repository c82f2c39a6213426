"""What a search decided, in the reader's language: the plain English of a trace comes in, a text of pages leaves."""

from typing import Final

from ui.web.forms import Forms
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
STAGES: Final = {
    "rewrite": "understanding the question",
    "embed": "its meaning as numbers",
    "search": "search",
    "scope": "products",
    "rerank": "reading anew",
    "read": "reading passages whole",
    "compare": "comparing near ties",
    "judge": "judging them",
}
"""What takes the time of a search."""


def told(text: str, _: Translate) -> str:
    """Each of its parts translated; what has no form here stays as it is."""
    return "; ".join(_FATES.told(part, _) for part in text.split("; "))


_FATES: Final = Forms(_FORMS)
