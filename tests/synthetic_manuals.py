"""Manuals of made-up words in any number, to fill an index with: a seed and a size go in, a stream of points comes out.

What decides the cost of a search is as in life: how common each term is (a Zipf law over a large vocabulary, a part of
each manual's words its own), how many terms a chunk has, how the vectors lie to one another (around a common mean, as
those of e5 do), and how much a stored chunk holds. Each manual is made from its number alone, so a stream of any
length needs no memory, and a question can be made of any chunk again.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, count

import numpy as np
from numpy.typing import NDArray

from ingest.index.contract import Point
from ingest.sparse import AVERAGE_TERMS, K1, B, term_id, terms
from ingest.types import Box, Chunk, Dense, Kind, Sparse, Vectors

DIMENSIONS = 384
LANGUAGE = "en"
VOCABULARY = 120_000
_FLATTENED = 50.0
"""Of the Zipf-Mandelbrot law: the commonest word stands in about every fourth chunk, as the commonest that is no stop
word does in manuals."""
_OWN_WORDS = 150
_OWN_SHARE = 0.4
"""Share of a manual's words that are from its own few."""
_WORDS = 116
"""A chunk's text: about 700 characters, with title and headings about 120 terms."""
_SENTENCE = 13
"""Words of a sentence; two sentences are a paragraph."""
_TOPIC_MANUALS = 20
_MEAN, _TOPIC, _MANUAL = 0.8, 0.05, 0.05
"""Cosines: of any two chunks; more of the same topic; more of the same manual."""
_QUESTION_NOISE = 0.29
"""Variance: the cosine of a question and its chunk is about 0.88."""
_ASKED_WORDS = 7
_CONSONANTS, _VOWELS = "bdfgklmnprstvzjw", "aeiou"

Ranks = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """Words of one chunk, and a vector near that chunk's."""

    text: str
    vector: Dense
    chunk_id: str


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Words from the commonest on: each is one term."""

    words: tuple[str, ...]
    ids: NDArray[np.int64]
    cumulative: Reals


class SyntheticManuals:
    """An endless shelf of manuals."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._known = _vocabulary()
        spread = np.arange(1, DIMENSIONS + 1) ** -0.375
        self._spread: Reals = spread / np.linalg.norm(spread)
        """Embeddings vary in some directions much more than in others; evenly spread ones would all be equally far."""
        self._mean = _unit(np.random.default_rng([seed, 0]).standard_normal(DIMENSIONS))

    def points(self, size: int) -> Iterator[Point]:
        """The chunks of the first manuals, `size` in all; the last manual may be cut short."""
        left = size
        for number in count():
            for point in self.manual(number)[:left]:
                yield point
                left -= 1
            if not left:
                return

    def manual(self, number: int) -> list[Point]:
        """All points of one manual."""
        rng = np.random.default_rng([self._seed, 1, number])
        own = self._draw(rng, _OWN_WORDS)
        name = self._known.words[own[0]]
        # Every fifth is about a numbered model, as many manuals of devices are.
        title = f"{name} {name[:2]}{100 + number % 900} guide" if number % 5 == 0 else f"{name} reference guide"
        topic = np.random.default_rng([self._seed, 2, number // _TOPIC_MANUALS]).standard_normal(DIMENSIONS)
        centre = (
            np.sqrt(_MEAN) * self._mean
            + np.sqrt(_TOPIC) * topic * self._spread
            + np.sqrt(_MANUAL) * rng.standard_normal(DIMENSIONS) * self._spread
        )
        total = chunk_count(number)
        return [self._point(number, ordinal, title, _Around(rng, own, centre)) for ordinal in range(total)]

    def question(self, number: int, ordinal: int) -> Question:
        """A question that this chunk of this manual answers."""
        point = self.manual(number)[ordinal]
        rng = np.random.default_rng([self._seed, 3, number, ordinal])
        words = np.unique(point.chunk.text.lower().replace(".", "").split())
        asked = " ".join(rng.choice(words, min(_ASKED_WORDS, len(words)), replace=False))
        noise = np.sqrt(_QUESTION_NOISE) * rng.standard_normal(DIMENSIONS) * self._spread
        vector = _unit(point.vectors.dense + noise).astype(np.float32)
        return Question(f"How do I {asked}?", vector, point.chunk.id)

    def _point(self, number: int, ordinal: int, title: str, around: "_Around") -> Point:
        rng = around.rng
        document = f"shelf-{number // 1000}/manual-{number}.pdf"
        section = tuple(self._known.words[rank].capitalize() for rank in self._draw(rng, 2))
        ranks = np.where(rng.random(_WORDS) < _OWN_SHARE, rng.choice(around.own, _WORDS), self._draw(rng, _WORDS))
        text, starts = self._text(ranks)
        chunk = Chunk(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._seed} {document} {ordinal}")),
            document=document,
            revision=f"{number:016x}",
            ordinal=ordinal,
            title=title,
            section=section,
            text=text,
            page=1 + ordinal // 2,
            pages=(1 + ordinal // 2,),
            boxes=tuple(_box(1 + ordinal // 2, line, start) for line, start in enumerate(starts)),
            kinds=(Kind.PARAGRAPH,),
            product=f"product {number // _TOPIC_MANUALS}",
            language=LANGUAGE,
            document_pages=1 + chunk_count(number) // 2,
            document_chunks=chunk_count(number),
        )
        head = [term_id(term) for term in terms(" > ".join(dict.fromkeys((title, *section))), LANGUAGE)]
        own = np.sqrt(1 - _MEAN - _TOPIC - _MANUAL) * rng.standard_normal(DIMENSIONS) * self._spread
        dense = _unit(around.centre + own).astype(np.float32)
        return Point(chunk, Vectors(dense, _weighed(np.concatenate([self._known.ids[ranks], head]))))

    def _draw(self, rng: np.random.Generator, size: int) -> Ranks:
        return np.searchsorted(self._known.cumulative, rng.random(size)).astype(np.int64)

    def _text(self, ranks: Ranks) -> tuple[str, list[int]]:
        """Sentences of these words, two a paragraph, and where each begins."""
        words = [self._known.words[rank] for rank in ranks.tolist()]
        sentences = [
            " ".join(words[start : start + _SENTENCE]).capitalize() + "." for start in range(0, len(words), _SENTENCE)
        ]
        paragraphs = [" ".join(sentences[start : start + 2]) for start in range(0, len(sentences), 2)]
        starts = [0, *accumulate(len(sentence) + 1 for sentence in sentences[:-1])]
        return "\n".join(paragraphs), starts


@dataclass(frozen=True, slots=True)
class _Around:
    """What the chunks of one manual have in common, and its source of chance."""

    rng: np.random.Generator
    own: Ranks
    centre: Reals


def chunk_count(number: int) -> int:
    """Chunks of a manual: 6 to 24, 15 on average."""
    return 6 + 7 * number % 19


def _weighed(ids: NDArray[np.int64]) -> Sparse:
    """The weights that `ingest.sparse.passage_terms` gives a text with these terms; a unit test compares them."""
    distinct, counts = np.unique(ids, return_counts=True)
    norm = K1 * (1 - B + B * len(ids) / AVERAGE_TERMS)
    return Sparse(tuple(distinct.tolist()), tuple((counts * (K1 + 1) / (counts + norm)).tolist()))


def _box(page: int, line: int, start: int) -> Box:
    top = 72.0 + 14 * line
    return Box(page=page, left=72.0, top=top, right=523.0, bottom=top + 12, start=start)


def _unit(vector: NDArray[np.floating]) -> Reals:
    unit: Reals = np.asarray(vector / np.linalg.norm(vector), np.float64)
    return unit


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    """Common words have two syllables, rarer ones three; those that stem to no term of their own are left out."""
    words: list[str] = []
    ids: list[int] = []
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    for number in count():
        first, rest = number % len(syllables), number // len(syllables)
        second, third = rest % len(syllables), rest // len(syllables)
        word = syllables[first] + syllables[second] + (syllables[third - 1] if third else "")
        found = terms(word, LANGUAGE)
        if len(found) == 1:
            words.append(word)
            ids.append(term_id(found[0]))
        if len(words) == VOCABULARY:
            break
    cumulative = np.cumsum(1 / (np.arange(VOCABULARY) + _FLATTENED))
    return _Vocabulary(tuple(words), np.array(ids, np.int64), cumulative / cumulative[-1])
