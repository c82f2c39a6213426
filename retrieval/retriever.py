"""The one way from a question to passages: completed, embedded, searched, scoped, reranked, read whole, judged."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ingest.embed import Embedder
from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.language import detect_language
from ingest.sparse import query_terms, term_id, terms
from ingest.types import Audience, Sparse, Vectors
from retrieval.aliases import Aliases
from retrieval.codes import codes_in, defines, names_in, plain
from retrieval.confidence import confidence
from retrieval.conversation import rewrite
from retrieval.definitions import definitions_first
from retrieval.evidence import READ, gather
from retrieval.folding import fold
from retrieval.languages import without_language
from retrieval.models import Catalogue
from retrieval.open_page import opened
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn
from retrieval.quoted import quoted_first, quotes_in, says
from retrieval.rarity import Rarity
from retrieval.reading import assemble
from retrieval.rerank import Reranked, Reranker
from retrieval.scope import Meaning, ProductScope, Scoped
from retrieval.search import Candidate, Found, search
from retrieval.siblings import REMEMBERED
from retrieval.stated import stated
from retrieval.token_reader import ReadsTokens, TokenReader
from retrieval.trace import Trace
from retrieval.whereabouts import whereabouts
from retrieval.word_by_word import told_apart

UNKNOWN_SHARE = 0.3
"""What is left of the confidence for each code that no manual holds: its neighbours say nothing of it."""
SAID_SHARE = 0.3
"""What is left of the doubt for each code that a passage defines and each quotation that it holds: a question of few
other words gives little evidence else."""

_SCOPES = 32
"""Kinds of readers whose product names are kept: a few roles, each with its products."""


class Retriever:
    """Holds an open index and a loaded embedder; safe to share between threads."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        aliases: Aliases | None = None,
        reranker: Reranker | None = None,
        *,
        home: Path | None = None,
    ) -> None:
        """`home`: where an ingest keeps the states of tokens (`ingest/token_states.py`), which are else computed."""
        self._index = index
        self._reranker = reranker
        self._embedder = embedder
        self._home = home
        self._rarity = Rarity(index)
        self._aliases = aliases
        self._products = lru_cache(maxsize=_SCOPES)(self._product_scope)

    def retrieve(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10, product: str = ""
    ) -> Retrieval:
        """The best passages in scope for a question asked after `turns` (oldest first, without the question).

        `product`: the product, model or alias of the page that the question is asked on; what is said wins over it.
        """
        # One answer never mixes two generations.
        with self._index.hold(), self._products(scope).catalogue.hold():
            return self._retrieve(question, scope, turns, limit, product)

    def _retrieve(self, question: str, scope: Scope, turns: Sequence[Turn], limit: int, product: str) -> Retrieval:
        clock = _Clock()
        products = self._products(scope)
        asked = rewrite(question, turns, products)
        meaning = products.meaning(question, asked, turns, product)
        language = detect_language(question)
        clock.passed("rewrite")
        searched = _with_names(asked, meaning, products.catalogue)
        found = self._found(searched, language, scope, clock)
        rarity = self._rarity.of(terms(asked, language))
        said = " ".join([question, *(turn.text for turn in reversed(turns) if turn.role == "user")])
        scoped = fold(products.decide(asked, meaning, found.candidates, rarity, said), language, products)
        clock.passed("scope")
        order = self._reranked(searched, scoped, clock)
        wanted = _asked_for(rarity, asked, meaning, products.catalogue)
        passages = tuple(opened(each, wanted) for each in assemble(self._index, order.candidates, scope, limit=limit))
        clock.passed("read")
        told = self._said(asked, passages, scope)
        if not told:
            passages, note = self._told_apart(asked, language, passages, scoped.fates)
            order = replace(order, note=note or order.note)
        clock.passed("compare")
        unknown = self._unknown(asked, scope)
        evidence = gather(language, passages, rarity, found) if passages else None
        sure = confidence(evidence, self._embedder.name) * UNKNOWN_SHARE ** len(unknown)
        sure = 1 - (1 - sure) * SAID_SHARE ** len(told)
        clock.passed("judge")
        retrieval = Retrieval(
            question=asked,
            language=language,
            passages=passages,
            confidence=sure,
            milliseconds=clock.total,
            rarity=wanted,
            options=scoped.options,
            unknown=unknown,
            evidence=evidence,
        )
        trace = _trace(question, retrieval, found.candidates, scoped, order=order, clock=clock)
        return replace(retrieval, trace=replace(trace, facts=tuple(fact.text for fact in stated(turns))))

    def prepare(self) -> None:
        """Do now what the first question about a manual waits for: 4 ms a manual, of which it compares a dozen.

        Questions that are asked meanwhile go first. Raises IndexUnusable where the index was closed.
        """
        for scope in (EVERYTHING, Scope(audience=Audience.PUBLIC)):
            products = self._products(scope)
            for document in self._index.documents(scope)[:REMEMBERED]:
                with self._index.hold(), products.catalogue.hold():
                    products.siblings.meet(document)
                time.sleep(0.001)  # whoever waits for Python's lock has it now

    def whereabouts(self, retrieval: Retrieval, document: str, *, scope: Scope) -> str:
        """Where the manuals whose path holds `document` rank for a question that was searched, as lines of text."""
        return whereabouts(self._index, self._vectors(retrieval.question, retrieval.language), document, scope)

    @property
    def index(self) -> Index:
        return self._index

    @property
    def embedder(self) -> Embedder:
        return self._embedder

    def understand(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> tuple[str, Meaning]:
        """The question as one that stands alone and the product that it is about, by words alone: nothing is searched.

        Parameters as of `retrieve`.
        """
        products = self._products(scope)
        with products.catalogue.hold():
            full = rewrite(question, turns, products)
            return full, products.meaning(question, full, turns, product)

    def _product_scope(self, scope: Scope) -> ProductScope:
        return ProductScope(self._index, Catalogue(self._index, scope, self._aliases))

    def _vectors(self, question: str, language: str) -> Vectors:
        """What a question is searched by."""
        dense = without_language(self._embedder.embed_query(question), self._embedder.name)
        return Vectors(dense, query_terms(question, language))

    def _found(self, searched: str, language: str, scope: Scope, clock: "_Clock") -> Found:
        vectors = self._vectors(searched, language)
        clock.passed("embed")
        found = search(self._index, vectors, scope, language=language)
        candidates = definitions_first(self._index, searched, found.candidates, scope, language=language)
        candidates = quoted_first(self._index, searched, candidates, scope, language=language)
        clock.passed("search")
        return replace(found, candidates=candidates)

    def _reranked(self, searched: str, scoped: Scoped, clock: "_Clock") -> Reranked:
        if self._reranker is None:
            return Reranked(candidates=scoped.candidates)
        order = self._reranker.rerank(searched, scoped.candidates, scoped.fates)
        clock.passed("rerank")
        return order

    def _told_apart(
        self, asked: str, language: str, passages: tuple[Passage, ...], fixed: Collection[str]
    ) -> tuple[tuple[Passage, ...], str]:
        """Near ties compared word by word, unless a reranker has read them; and what the trace says of it."""
        embedder = self._embedder
        if self._reranker is not None or not isinstance(embedder, ReadsTokens) or not embedder.tells_tokens:
            return passages, ""
        reader = TokenReader(embedder, self._home)
        passages, read = told_apart(asked, language, passages, fixed, reader)
        return passages, f"near ties: {read} passages compared word by word" if read else ""

    def _unknown(self, asked: str, scope: Scope) -> tuple[str, ...]:
        """Codes of the question that no chunk in scope holds. A code in another scope is as unknown as one in none."""
        named = self._named(asked, scope)
        return tuple(
            code
            for code in codes_in(asked)
            if code not in named and not self._index.search_sparse(Sparse((term_id(code),), (1.0,)), scope, limit=1)
        )

    def _said(self, asked: str, passages: Sequence[Passage], scope: Scope) -> list[str]:
        """Codes of the question that the first passages define, and what it quotes where they hold it."""
        named, texts = self._named(asked, scope), [passage.text for passage in passages[:READ]]
        codes = [code for code in names_in(asked) if code not in named and any(defines(text, code) for text in texts)]
        return [*codes, *(words for words in quotes_in(asked) if any(says(text, words) for text in texts))]

    def _named(self, asked: str, scope: Scope) -> str:
        """The products that a question names, in the form of codes: as such they are none."""
        mentions = self._products(scope).catalogue.mentions(asked)
        return "".join(plain(asked[mention.start : mention.end]) for mention in mentions)


@dataclass(slots=True)
class _Clock:
    """Milliseconds of each stage."""

    start: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    def passed(self, stage: str) -> None:
        self.stages[stage] = (time.perf_counter() - self.start) * 1000 - self.total

    @property
    def total(self) -> float:
        return sum(self.stages.values())


def _asked_for(rarity: Mapping[str, float], asked: str, meaning: Meaning, catalogue: Catalogue) -> Mapping[str, float]:
    """The question's terms without the model's name: it says whose manual to read, not what to look for in it."""
    if not meaning.is_model:
        return rarity
    named = {term for mention in catalogue.mentions(asked) for term in terms(asked[mention.start : mention.end], "en")}
    return {term: weight for term, weight in rarity.items() if term not in named} or rarity


def _with_names(asked: str, meaning: Meaning, catalogue: Catalogue) -> str:
    """What is searched for: a product that the question does not name itself is named."""
    if meaning.source in ("", "question") or not meaning.is_model:
        return asked
    named = {mention.name for mention in catalogue.mentions(asked)}
    return " ".join([asked, *dict.fromkeys(name.shown for name in meaning.names if name not in named)])


def _trace(
    question: str,
    retrieval: Retrieval,
    found: Sequence[Candidate],
    scoped: Scoped,
    *,
    order: Reranked,
    clock: _Clock,
) -> Trace:
    return Trace(
        question=question,
        rewritten=retrieval.question,
        language=retrieval.language,
        scope=scoped.reason,
        options=scoped.options,
        terms=retrieval.rarity,
        unknown=retrieval.unknown,
        found=tuple(found),
        kept=order.candidates,
        reranker=order.note,
        reranked=order.scores,
        fates=scoped.fates,
        passages=retrieval.passages,
        confidence=retrieval.confidence,
        milliseconds=clock.stages,
    )
