"""What a question asks, as places are weighed by it: a retrieval goes in, its terms with their weights come out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ingest.sparse import terms
from retrieval.codes import codes_in
from retrieval.query import Retrieval
from serving.quotes.wanted import Wanted, wanted_by

AGAIN: Final = 0.15
"""What a word of the question counts where it comes again."""
_LEANT_ON: Final = 0.5
"""What a word of the conversation counts that a follow-up was completed with."""
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z][\w.+-]{2,}", re.ASCII)
_JOINED: Final = re.compile(r"[^\W_]+(?:[-_./][^\W_]+)+")
"""Words that are a term as a whole and in pieces: the pieces say again what the whole says."""
_ASKING: Final = re.compile(r"\bhow (many|much|long|often|far)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a span is weighed by."""

    rarity: Mapping[str, float]
    """Terms with their weights."""
    names: frozenset[str]
    """Those of them that are spelt the same in every language."""
    wanted: Wanted
    language: str

    def weight(self, held: frozenset[str]) -> float:
        """Of those of the terms that are held."""
        return sum(weight for term, weight in self.rarity.items() if term in held)


def asked_of(retrieval: Retrieval) -> Asked:
    """The terms of the searched question, those of its own words before those that a follow-up was completed with."""
    words = retrieval.asked or retrieval.question
    own = terms(words, retrieval.language)
    pieces = {term for word in _JOINED.findall(words) for term in terms(word, "en")[:-1]}
    asking = {term for word in _ASKING.findall(words.lower()) for term in terms(word, "en")}
    rarity = {
        term: weight * (1 if term in own else _LEANT_ON) * (AGAIN if term in pieces else 1)
        for term, weight in (retrieval.rarity or dict.fromkeys(own, 1.0)).items()
        if term not in asking
    }
    return Asked(rarity, frozenset(_names(words)) & rarity.keys(), wanted_by(words), retrieval.language)


def _names(words: str) -> Iterator[str]:
    """Terms that are spelt the same in every manual: codes, and Latin words in a Chinese or Japanese question."""
    yield from codes_in(words)
    if _CJK.search(words):
        yield from (term for word in _LATIN.findall(words) for term in terms(word, "en"))
