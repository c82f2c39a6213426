"""What speaks for the answer being in the passages: a question's terms, the first passages and the candidates go in,
a few numbers come out, which `confidence.py` weighs.

None of them depends on the size of the corpus; one, `nearest`, on the embedder.
"""

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import astuple, dataclass
from difflib import get_close_matches
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.sentences import split_sentences
from ingest.sparse import terms
from retrieval.passages import Passage
from retrieval.search import Found

READ = 3
"""Passages that are looked into: an answer that stands further down is not found by a reader either."""
_PRIOR = 0.6
_PRIOR_WEIGHT = 4.0
"""The share expected of a question, and how much rarity (in IDF) it takes to outweigh that: a share of few words says
little."""
_FOREIGN = 0.25
"""How much a missing word counts where the passages are in another language."""
_NEAR = 0.8
"""Similarity from which a word that no manual holds is taken for a misspelling of one that the passages hold."""
_REACH = 4
"""Terms between two words of the question that still belong together."""
_TENTH = 9
_PAIR = 0.6
"""Words that a pair of CJK characters stands for: the pairs of a text overlap, its words do not."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Each number is larger where an answer is likelier, but for `missing`."""

    covered: float
    """Share of what is asked that the passages hold, rarer words counting more. What is asked is the question without
    the words of the manual's title: every passage of a manual about the T200 speaks of the T200."""
    together: float
    """Share of the whole question that two neighbouring sentences hold at best."""
    near: float
    """Share of the question's neighbouring words that stand near each other in a passage too."""
    sparse_lead: float
    """How far the best BM25 score is ahead of the tenth, as a share of it."""
    missing: float
    """How many words of what is asked the passages lack, as a logarithm: each further one says less."""
    held: float
    """How many they hold, in the same way: a question of many words shows more than one of two."""
    nearest: float
    """Cosine of the nearest vector; not a number where there is none. Its scale is that of one embedder."""
    foreign: float
    """Share of the passages that are in another language than the question: there all that counts words is lower,
    whether they answer or not."""

    def vector(self) -> NDArray[np.float64]:
        """The numbers in the order of the fields, shape (8,)."""
        return np.array(astuple(self), dtype=np.float64)


def gather(language: str, passages: Sequence[Passage], rarity: Mapping[str, float], found: Found) -> Evidence:
    """`language`: of the question; `passages`: at least one; `rarity`: its terms in order with their IDF."""
    read = passages[:READ]
    texts = [list(_sentences(passage)) for passage in read]
    sentences = [set(words) for text in texts for words in text]
    pairs = [first | second for first, second in pairwise(sentences)] or sentences
    held = set().union(*sentences, *(terms(_headings(passage), passage.language) for passage in read))
    question = _Question(language, rarity, read, held)
    missing = [term for term in question.asked if not question.held(term, held)]
    lacked = _words(missing) * (_FOREIGN if question.foreign else 1.0)
    return Evidence(
        covered=question.share(question.asked, held),
        together=max((question.share(list(rarity), pair) for pair in pairs), default=_PRIOR),
        near=_near(rarity, [list(chain.from_iterable(text)) for text in texts]),
        sparse_lead=1 - _at(found.sparse, _TENTH) / found.sparse[0] if found.sparse else 0.0,
        missing=math.log1p(lacked),
        held=math.log1p(max(0.0, _words(question.asked) - lacked)),
        nearest=found.dense[0] if found.dense else math.nan,
        foreign=sum(passage.language != language for passage in read) / len(read),
    )


class _Question:
    """A question's terms beside the passages that are to answer it."""

    def __init__(self, language: str, rarity: Mapping[str, float], read: Sequence[Passage], words: Set[str]) -> None:
        """`words`: all terms of the passages and their headings."""
        self._rarity = rarity
        self._words = words
        self._alike: dict[str, frozenset[str]] = {}
        self.foreign = any(passage.language != language for passage in read)
        titles = {term for passage in read for term in terms(f"{passage.title} {passage.product}", passage.language)}
        self.asked = [term for term in rarity if term not in titles]
        self._characters = set("".join(passage.text for passage in read))

    def share(self, wanted: Sequence[str], held: Set[str]) -> float:
        """How much of the wanted terms is held, by rarity, drawn towards what is known of questions in general."""
        found = _PRIOR * _PRIOR_WEIGHT
        total = _PRIOR_WEIGHT
        for term in wanted:
            weight = self._rarity[term]
            share = self.held(term, held)
            # Across languages only names, codes and numbers can be compared: that another word is missing says little.
            found += weight * share
            total += weight * (_FOREIGN if self.foreign and not share and not _is_name(term) else 1.0)
        return found / total

    def held(self, term: str, held: Set[str]) -> float:
        if term in held:
            return 1.0
        if not term.isascii() and len(term) == 2 and set(term) <= self._characters:
            return 0.5  # a pair of CJK characters often spans two words; both being there is half the evidence
        if len(term) <= 4 or not term.isalpha() or not term.isascii():
            return 0.0
        return 0.0 if self._misspelt(term).isdisjoint(held) else 1.0

    def _misspelt(self, term: str) -> frozenset[str]:
        """The words of the passages that the term may be a misspelling of; found once, for it is asked of each pair of
        sentences."""
        if term not in self._alike:
            # Comparing with every word of three passages would take longer than the search.
            near = [word for word in self._words if word[0] == term[0] and abs(len(word) - len(term)) <= 2]
            self._alike[term] = frozenset(get_close_matches(term, near, n=max(1, len(near)), cutoff=_NEAR))
        return self._alike[term]


def _is_name(term: str) -> bool:
    """Spelt the same in every language, as far as can be seen from the term."""
    return term.isascii() and ":" not in term


def _headings(passage: Passage) -> str:
    return " ".join((passage.title, *passage.section, passage.product))


def _sentences(passage: Passage) -> Iterator[list[str]]:
    for line in passage.text.split("\n"):
        for sentence in split_sentences(line):
            yield terms(sentence, passage.language)


def _near(rarity: Mapping[str, float], texts: Sequence[Sequence[str]]) -> float:
    """Neighbours in the question that are at most _REACH terms apart in one of the texts, by rarity."""
    places: list[dict[str, list[int]]] = []
    for text in texts:
        at: dict[str, list[int]] = {}
        for place, term in enumerate(text):
            if term in rarity:
                at.setdefault(term, []).append(place)
        places.append(at)
    found = 0.4 * _PRIOR_WEIGHT
    total = _PRIOR_WEIGHT
    for first, second in pairwise(rarity):
        weight = rarity[first] + rarity[second]
        total += weight
        if any(_meet(at.get(first, []), at.get(second, [])) for at in places):
            found += weight
    return found / total


def _meet(first: Sequence[int], second: Sequence[int]) -> bool:
    return any(abs(one - other) <= _REACH for one in first for other in second)


def _words(chosen: Sequence[str]) -> float:
    return sum(1.0 if term.isascii() or len(term) != 2 else _PAIR for term in chosen)


def _at(scores: Sequence[float], place: int) -> float:
    return scores[place] if place < len(scores) else 0.0
