"""What a question asks, as places are weighed by it: a retrieval goes in, its terms with their weights come out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ingest.sparse import terms
from retrieval.codes import codes_in
from retrieval.query import Retrieval
from serving.quotes.wanted import Wanted, wanted_by

_PIECE: Final = 0.15
"""What a piece of a word counts beside the whole."""
_LEANT_ON: Final = 0.5
"""What a word of the conversation counts that a follow-up was completed with."""
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_SMALL: Final = frozenset(
    "的了吗呢吧是在有没和与什怎么哪些个可以应该需要请问多少几久为能用会时候不行还得到上下里去来后前中这那就都也"
)
"""Characters of Chinese words that ask or join; a pair with one of them is seldom a word of a manual."""
_LATIN: Final = re.compile(r"[A-Za-z][\w.+-]{2,}", re.ASCII)
_JOINED: Final = re.compile(r"[^\W_]+(?:[-_./][^\W_]+)+")
"""Words that are a term as a whole and in pieces: the pieces say again what the whole says."""
_ASKING: Final = re.compile(r"\bhow (many|much|long|often|far)\b|\b(difference|total)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a span is weighed by."""

    rarity: Mapping[str, float]
    """Terms with their weights."""
    codes: tuple[str, ...]
    """Error codes, part numbers and the like, in their plain form."""
    names: frozenset[str]
    """Those of them that are spelt the same in every language."""
    wanted: Wanted
    language: str

    def weight(self, held: frozenset[str]) -> float:
        """Of those of the terms that are held."""
        return sum(weight for term, weight in self.rarity.items() if term in held)

    def share(self, held: frozenset[str]) -> float:
        """How much is held of what is asked, 0 to 1; pairs of CJK characters that no word ends at are left out."""
        matter = {term: weight for term, weight in self.rarity.items() if not _is_between(term)}
        return sum(weight for term, weight in matter.items() if term in held) / (sum(matter.values()) or 1.0)


def _is_between(term: str) -> bool:
    return len(term) == 2 and bool(set(term) & _SMALL)


def asked_of(retrieval: Retrieval) -> Asked:
    """The terms of the searched question, those of its own words before those that a follow-up was completed with."""
    words = retrieval.asked or retrieval.question
    own = terms(words, retrieval.language)
    pieces = {term for word in _JOINED.findall(words) for term in terms(word, "en")[:-1]}
    asking = {term for found in _ASKING.findall(words.lower()) for word in found for term in terms(word, "en")}
    rarity = {
        term: weight * (1 if term in own else _LEANT_ON) * (_PIECE if term in pieces else 1)
        for term, weight in (retrieval.rarity or dict.fromkeys(own, 1.0)).items()
        if term not in asking
    }
    names = frozenset(_names(words)) & rarity.keys()
    return Asked(rarity, tuple(codes_in(words)), names, wanted_by(words), retrieval.language)


def _names(words: str) -> Iterator[str]:
    """Terms that are spelt the same in every manual: codes, and Latin words in a Chinese or Japanese question."""
    yield from codes_in(words)
    if _CJK.search(words):
        yield from (term for word in _LATIN.findall(words) for term in terms(word, "en"))
