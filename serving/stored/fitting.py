"""Is an editor's answer meant for this question's reader, day and product?"""

from collections.abc import Callable, Sequence

from retrieval.models import Kind, Name
from serving.stored.normalise import normal_form
from serving.stored.types import Asked, CuratedAnswer, State

Meant = Callable[[str], Sequence[Name]]
"""The product names that a text holds, as far as this reader may know them."""


def fits(answer: CuratedAnswer, asked: Asked, meant: Meant, day: str) -> bool:
    """Everything but the words of the question."""
    return (
        answer.state is State.APPROVED
        and answer.holds_on(day)
        and asked.scope.audience in answer.audiences
        and answer.language == asked.language
        and fits_product(answer.product, asked, meant)
    )


def fits_product(product: str, asked: Asked, meant: Meant) -> bool:
    """Is the question about this product, or asked within it? Everything is about no product in particular (empty)."""
    if not product:
        return True
    named = asked.meaning.names
    if not named:
        within = asked.scope.products
        return within is not None and [normal_form(name) for name in within] == [normal_form(product)]
    own = meant(product)
    if not own:
        return {normal_form(name.shown) for name in named} == {normal_form(product)}
    if own[0].kind is Kind.MODEL:
        return {name.shown for name in named} <= {name.shown for name in own}
    documents = frozenset(document for name in own for document in name.documents)
    return all(name.documents <= documents for name in named)
