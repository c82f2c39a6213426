"""Which product model a question is about, so that a sibling's manual does not answer for it.

Models are read from the titles of the indexed manuals: a word of letters and digits with the variant word behind it
(T200, T200 Pro, W5). A manual whose title names other models only is put behind those that fit.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ingest.index.contract import EVERYTHING, Index
from retrieval.search import Candidate

SIBLING_SHARE = 0.5
"""What is left of the score of a chunk from a manual of other models; it still shows where nothing else is found."""
_MODEL = re.compile(
    r"(?<![a-z0-9.])(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9]+(?:-[a-z0-9]+)*"
    r"(?:[ -]?(?:pro|plus|max|mini|lite|ultra|air|neo|se|ii|iii)(?![a-z0-9]))?",
)


class Models:
    """The models that the published manuals' titles name."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read = lru_cache(maxsize=1)(self._titles)

    def prefer(self, question: str, asked: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those of sibling models moved down. `asked` is the question completed from the conversation.

        What the question itself names wins over what was named earlier.
        """
        of_document = self._read(self._index.info().generation)
        known = {model for models in of_document.values() for model in models}
        meant = (_models_in(question) & known) or (_models_in(asked) & known)
        if not meant:
            return list(candidates)
        scaled = [
            replace(candidate, score=candidate.score * SIBLING_SHARE)
            if (own := of_document.get(candidate.chunk.document)) and not own & meant
            else candidate
            for candidate in candidates
        ]
        return sorted(scaled, key=lambda candidate: -candidate.score)

    def _titles(self, _generation: str) -> Mapping[str, frozenset[str]]:
        documents = self._index.documents(EVERYTHING)
        return {document.document: _models_in(document.title) for document in documents}


def _models_in(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKC", text).lower()
    return frozenset(re.sub(r"[ -]", "", match.group()) for match in _MODEL.finditer(folded))
