"""Questions to begin with on a page of a site: only of public manuals of the page's product.

Enters: what the site's visitors may read, the page's product and a language. Leaves: labels and questions.
"""

from collections.abc import Sequence
from functools import lru_cache

from ingest.index.contract import Index, IndexedDocument, Scope
from retrieval.models import Catalogue
from ui.starters import starter_questions
from ui.widget.texts import texts_in
from ui.wording import wording_for

MOST = 3
_SCOPES = 64


class Suggestions:
    """Over one index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._catalogue = lru_cache(maxsize=_SCOPES)(lambda scope: Catalogue(index, scope))

    def of(self, scope: Scope, product: str, language: str) -> list[dict[str, str]]:
        """At most MOST; none where nothing is known of the product. Blocking."""
        documents = self._about(scope, product)
        if language in {"en", "zh"}:
            found = starter_questions(documents, wording_for(language))
        else:
            titles = dict.fromkeys(each.title for each in documents if each.title)
            found = [(title, texts_in(language)["title_question"].replace("{title}", title)) for title in titles]
        return [{"label": label, "question": question} for label, question in found[:MOST]]

    def _about(self, scope: Scope, product: str) -> Sequence[IndexedDocument]:
        documents = self._index.documents(scope)
        if not product:
            return documents
        catalogue = self._catalogue(scope)
        with catalogue.hold():
            meant = {document for name in catalogue.meant(product) for document in name.documents}
        return [each for each in documents if each.document in meant or each.product == product]
