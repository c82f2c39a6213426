"""Fusion weights tried on questions that manuals ask themselves: an index of many manuals goes in, rates come out.

    python tests/bench/made_questions.py                                  the index of this home
    python tests/bench/made_questions.py --own 0.3,0.4,0.5 --foreign 0.6  other weights

Headings: the words of a heading are the question, the text below it is to be found, embedded and matched without its
heading. Only headings that stand once in the corpus count, and of the same product other languages are left out.
Pages: the title of a page in one language is the question, the same page in another language is to be found, with the
page's other languages left out. No evaluation set takes part. Writes data/eval/results/made-questions.json.
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from retrieval_lab import lab_embedder

from ingest.index.contract import EVERYTHING, Ranked
from ingest.language import detect_language
from ingest.sparse import passage_terms, query_terms, terms
from ingest.types import Chunk, Sparse, embed_text
from retrieval.languages import without_language
from retrieval.search import CANDIDATES, FOREIGN_WEIGHT, OWN_WEIGHT, RANKED, fuse
from serving.compose import build_store
from serving.evaluation.ir_index import cache_folder
from serving.evaluation.kept_vectors import KeptVectors
from serving.evaluation.results import describe_index, save
from serving.settings import load_settings

MOST = {"en": 350, "zh": 120, "ja": 80, "fr": 60, "de": 60, "es": 60}
"""Headings taken of each language."""
MOST_OF_ONE = 15
"""Of one document."""
MOST_PAGES = 80
"""Of each pair of languages."""
FEWEST_TERMS, MOST_TERMS = 3, 12
SHORTEST_BODY = 150
FIRST = 5
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A question, where its answer stands, and what takes no part."""

    sort: str
    text: str
    language: str
    right: frozenset[int]
    hidden: frozenset[int] = frozenset()
    headless: str = ""
    """What the right chunk is embedded and matched as; empty: as it is."""


@dataclass(slots=True)
class Corpus:
    """All chunks of an index, searched in memory."""

    chunks: list[Chunk]
    vectors: Numbers
    postings: dict[int, tuple[NDArray[np.int_], Numbers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for place, chunk in enumerate(self.chunks):
            weights = passage_terms(chunk.embed_text, chunk.language)
            for term, weight in zip(weights.indices, weights.values, strict=True):
                found[term].append((place, weight))
        for term, rows in found.items():
            places, held = zip(*rows, strict=True)
            self.postings[term] = (np.array(places), np.array(held, dtype=np.float32))

    def factor(self, term: int) -> float:
        count = len(self.postings[term][0]) if term in self.postings else 0
        return float(np.log(1 + (len(self.chunks) - count + 0.5) / (count + 0.5)))

    def sparse(self, question: Sparse) -> Numbers:
        scores = np.zeros(len(self.chunks), dtype=np.float32)
        for term, weight in zip(question.indices, question.values, strict=True):
            if term in self.postings:
                places, held = self.postings[term]
                scores[places] += held * weight * self.factor(term)
        return scores


def opened() -> Corpus:
    """The corpus of this home's index."""
    settings = load_settings()
    store = build_store(settings)
    index = store.open()
    chunks: list[Chunk] = []
    vectors: list[Numbers] = []
    with store.draft(embedder=index.info().embedder, dimensions=index.info().dimensions) as draft:
        for known in index.documents(EVERYTHING):
            own = draft.vectors(known.document)
            for chunk in index.span(known.document, 0, known.chunks, EVERYTHING):
                chunks.append(chunk)
                vectors.append(own[chunk.embed_text])
    return Corpus(chunks, np.stack(vectors))


def headings(corpus: Corpus, chance: random.Random) -> Iterator[Made]:
    """Sections of one chunk under a heading that stands once and is not repeated in what it says."""
    sections: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for place, chunk in enumerate(corpus.chunks):
        sections[chunk.document, chunk.section].append(place)
    named = {(chunk.document, _plain(heading)) for chunk in corpus.chunks for heading in chunk.section}
    count = Counter(heading for _document, heading in named)
    pool = [places[0] for places in sections.values() if len(places) == 1]
    chance.shuffle(pool)
    taken: Counter[str] = Counter()
    for place in pool:
        chunk = corpus.chunks[place]
        if len(chunk.section) < 2 or count[_plain(chunk.section[-1])] != 1:
            continue
        heading = chunk.section[-1]
        body = chunk.text.removeprefix(heading).strip()
        question = re.sub(r"^[\d.]+\s*", "", heading)
        fits = FEWEST_TERMS <= len(terms(question, chunk.language)) <= MOST_TERMS
        if not fits or len(body) < SHORTEST_BODY or _plain(heading) in _plain(body) or body == chunk.text:
            continue
        if taken[chunk.document] >= MOST_OF_ONE or taken[chunk.language] >= MOST.get(chunk.language, 0):
            continue
        taken.update((chunk.document, chunk.language))
        yield Made(
            sort=f"heading, {chunk.language}",
            text=question,
            language=chunk.language,
            right=frozenset({place}),
            hidden=_other_languages(corpus, chunk),
            headless=embed_text(chunk.title, chunk.section[:-1], body),
        )


def pages(corpus: Corpus, chance: random.Random) -> Iterator[Made]:
    """Files of one path under folders of several languages, one of them English."""
    files: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, chunk in enumerate(corpus.chunks):
        product, _language, *rest = chunk.document.split("/")
        files[product, "/".join(rest)][chunk.language].append(place)
    pool = [(own, asked, "en") for own in files.values() for asked in own if asked != "en" and "en" in own]
    pool += [(own, "en", other) for own, other, _english in pool]
    chance.shuffle(pool)
    taken: Counter[tuple[str, str]] = Counter()
    for own, asked, sought in pool:
        first, goal = (corpus.chunks[own[language][0]] for language in (asked, sought))
        title = first.section[0] if first.section else first.title
        known = re.fullmatch(r"[\x00-\x7f]*", title) and asked in ("zh", "ja")  # left untranslated
        if known or _plain(title) == _plain(goal.title) or len(terms(title, asked)) < FEWEST_TERMS:
            continue
        if taken[asked, sought] < MOST_PAGES:
            taken[asked, sought] += 1
            hidden = [place for language, places in own.items() if language != sought for place in places]
            sort = f"page, {asked} to {sought}"
            yield Made(sort=sort, text=title, language=asked, right=frozenset(own[sought]), hidden=frozenset(hidden))


def ranked(corpus: Corpus, made: Made, vector: Numbers, headless: Numbers | None) -> tuple[list[Ranked], list[Ranked]]:
    """What an index would rank, by place as key."""
    question = query_terms(made.text, detect_language(made.text))
    dense, sparse = corpus.vectors @ vector, corpus.sparse(question)
    if headless is not None:
        (place,) = made.right
        held = passage_terms(made.headless, made.language)
        weights = dict(zip(held.indices, held.values, strict=True))
        dense[place] = headless @ vector
        asked = zip(question.indices, question.values, strict=True)
        sparse[place] = sum(weights.get(term, 0.0) * weight * corpus.factor(term) for term, weight in asked)
    for place in made.hidden:
        dense[place], sparse[place] = -1.0, 0.0
    return _best(dense, CANDIDATES), [found for found in _best(sparse, RANKED) if found.score > 0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", default=str(OWN_WEIGHT), help="weights of the meaning in the asker's language")
    parser.add_argument("--foreign", default=str(FOREIGN_WEIGHT), help="in other languages")
    options = parser.parse_args()
    settings = load_settings()
    corpus, embedder = opened(), lab_embedder()
    made = [*headings(corpus, random.Random(5)), *pages(corpus, random.Random(5))]
    kept = KeptVectors(cache_folder(settings.home), settings.embedder, "passages")
    bodies = kept.of([one.headless for one in made if one.headless], embedder.embed_passages)
    kept.save()
    left = iter(bodies)
    ranks = []
    for one in made:
        vector = without_language(embedder.embed_query(one.text), settings.embedder)
        ranks.append(ranked(corpus, one, vector, next(left) if one.headless else None))
    embedder.save()
    measured = {}
    for own in map(float, options.own.split(",")):
        for foreign in map(float, options.foreign.split(",")):
            measured[f"own {own:g}, foreign {foreign:g}"] = row = _rates(corpus, made, ranks, (own, foreign))
            print(f"own {own:g}, foreign {foreign:g}: " + ", ".join(f"{name} {rate}" for name, rate in row.items()))
    counts = dict(sorted(Counter(one.sort for one in made).items()))
    index = describe_index(build_store(settings).open().info())
    save("made-questions", {"kind": "made", "index": index, "questions": counts, f"first {FIRST}": measured})


def _rates(
    corpus: Corpus,
    made: Sequence[Made],
    ranks: Sequence[tuple[list[Ranked], list[Ranked]]],
    weights: tuple[float, float],
) -> dict[str, float]:
    """Share of the questions of each sort whose right chunk is among the first FIRST."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for one, (dense, sparse) in zip(made, ranks, strict=True):
        scored = [
            (found.score(weights[corpus.chunks[int(found.key)].language != one.language]), int(found.key))
            for found in fuse(dense, sparse)
        ]
        best = sorted(scored, reverse=True)[:FIRST]
        for name in (one.sort, one.sort.partition(",")[0]):
            hits[name].append(any(place in one.right for _score, place in best))
    return {name: round(float(np.mean(found)), 3) for name, found in sorted(hits.items())}


def _best(scores: Numbers, count: int) -> list[Ranked]:
    return [Ranked(str(place), float(scores[place])) for place in np.argsort(-scores, kind="stable")[:count]]


def _other_languages(corpus: Corpus, chunk: Chunk) -> frozenset[int]:
    product = chunk.document.partition("/")[0]
    return frozenset(
        place
        for place, other in enumerate(corpus.chunks)
        if other.document.startswith(f"{product}/") and other.language != chunk.language
    )


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"^[\d.]+\s*", "", text).lower()).strip()


if __name__ == "__main__":
    main()
