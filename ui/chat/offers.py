"""What the manuals can be narrowed to: a scope goes in, its products, models, versions and languages come out.

All of it is read from the published index, so that nothing is offered that the reader may not read.
"""

from dataclasses import dataclass

from ingest.index.contract import Index, IndexedDocument, Scope
from retrieval.models import Catalogue
from serving.conversations.types import Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One manual by what it can be chosen by. A page works out from all of them what goes together."""

    document: str
    product: str
    models: tuple[str, ...]
    version: str
    language: str

    def fits(self, choices: Choices) -> bool:
        return (
            choices.product in ("", self.product)
            and (not choices.model or choices.model in self.models)
            and choices.version in ("", self.version)
            and choices.language in ("", self.language)
        )

    def to_json(self) -> dict[str, object]:
        """Without the document: a page has no use for it."""
        return {
            "product": self.product,
            "models": list(self.models),
            "version": self.version,
            "language": self.language,
        }


def offers(index: Index, scope: Scope) -> tuple[Offer, ...]:
    """Of every manual in scope."""
    catalogue = Catalogue(index, scope)
    with index.hold(), catalogue.hold():
        return tuple(_offer(known, catalogue) for known in index.documents(scope))


def _offer(known: IndexedDocument, catalogue: Catalogue) -> Offer:
    named = tuple(name.shown for name in catalogue.models_of(known.document))
    return Offer(
        document=known.document,
        product=known.product,
        models=(known.model,) if known.model else named,
        version=known.version,
        language=known.language,
    )


def within(choices: Choices, known: tuple[Offer, ...]) -> Choices:
    """These choices where a manual fits them; else none: what was chosen may have been removed since."""
    return choices if any(offer.fits(choices) for offer in known) else Choices()


def narrowed(scope: Scope, choices: Choices, known: tuple[Offer, ...]) -> Scope:
    """The scope of a question asked within these choices."""
    by_document = bool(choices.model or choices.version)
    fitting = tuple(offer.document for offer in known if offer.fits(choices)) if by_document else None
    return choices.narrowed(scope, fitting)
