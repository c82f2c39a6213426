"""From a question to the answer that is kept for it, if one fits in every respect and still stands.

The order: an editor's answer to the same question, the model's to the same question, then those to a question that
asks the same in other words. The first two need neither an embedding nor a search.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.index.contract import Index, Scope
from ingest.language import detect_language
from ingest.types import Dense
from retrieval.conversation import leans
from retrieval.models import Name
from retrieval.query import Turn
from retrieval.scope import Meaning
from serving.answer import Answer, AnswerSource, CheckPolicy, policy_for
from serving.output_guard import without_pictures
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts, Outcome
from serving.stored.fitting import fits
from serving.stored.normalise import normal_form
from serving.stored.notices import curated_notice
from serving.stored.semantic import Names, Questions, Remembered
from serving.stored.shelf import KeptQuestion, Shelf
from serving.stored.standing import Cited, Published, cited, kept_citations
from serving.stored.types import Asked, CachedAnswer, CuratedAnswer, KeptCitation, all_grounds, today

_READY = 1024
"""Answers whose citations are held ready."""
_EMBEDDED_AT_ONCE = 16
"""New curated questions that one question waits for (about 10 ms each); the next one embeds the next."""


class Embeds(Protocol):
    """What is needed of an embedder."""

    @property
    def name(self) -> str: ...

    def embed_query(self, text: str) -> Dense: ...


class Understands(Protocol):
    """What is needed of the retriever: no search."""

    @property
    def index(self) -> Index: ...

    @property
    def embedder(self) -> Embeds: ...

    def understand(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> tuple[str, Meaning]: ...


@dataclass(slots=True)
class Looked:
    """A question as it is looked up, with its vector as soon as one was needed."""

    asked: Asked
    cacheable: bool
    """The question stands by itself: a model's answer to it may be served and kept."""
    vector: Dense | None = None


class Lookup:
    """Kept answers over one index. Safe to share between threads."""

    def __init__(
        self, retrieval: Understands, book: CuratedBook, shelf: Shelf, published: Published, counts: Counts
    ) -> None:
        self._retrieval = retrieval
        self._book = book
        self._shelf = shelf
        self._published = published
        self._counts = counts
        self._lock = threading.Lock()
        self._curated_questions = Remembered()
        self._cached_questions = Remembered()
        self._ready_lock = threading.Lock()
        self._ready: dict[tuple[KeptCitation, ...], tuple[str, Cited, str]] = {}

    def looked(
        self, question: str, *, scope: Scope, turns: Sequence[Turn], product: str, policy: CheckPolicy | None
    ) -> Looked | None:
        """The question made ready to be looked up; None for one that leans on what was said before."""
        if turns and leans(question):
            return None
        full, meaning = self._retrieval.understand(question, scope=scope, turns=turns, product=product)
        if turns and full != question:
            return None
        form, language = normal_form(question), detect_language(question)
        asked = Asked(
            question=question,
            form=form,
            language=language,
            scope=scope,
            meaning=meaning,
            policy=policy or policy_for(scope),
        )
        return Looked(asked, cacheable=not turns)

    def curated_same(self, looked: Looked) -> Answer | None:
        """An editor's answer to this very question. Raises StoreUnavailable, as the other look-ups do."""
        return self._curated(looked.asked, self._book.approved(looked.asked.form), Outcome.CURATED_SAME)

    def cached_same(self, looked: Looked) -> Answer | None:
        """The model's answer to this very question."""
        return self._cached(looked.asked, looked.asked.key, Outcome.CACHED_SAME) if looked.cacheable else None

    def alike(self, looked: Looked) -> Answer | None:
        """An answer to a question that asks the same in other words: an editor's before the model's."""
        return self._curated_alike(looked) or (self._cached_alike(looked) if looked.cacheable else None)

    def keep(self, looked: Looked, answer: Answer) -> None:
        """Put a model's answer into the cache, with the chunks that its citations stand on."""
        asked = looked.asked
        citations = kept_citations(answer.citations)
        kept = CachedAnswer(
            key=asked.key,
            group=asked.group,
            question=asked.question,
            answer=answer.answer,
            language=asked.language,
            audience=asked.scope.audience,
            product=asked.page_product,
            model=asked.model,
            prompt=asked.prompt,
            citations=citations,
        )
        self._shelf.put(kept, self._vector(looked), self._retrieval.embedder.name)
        self._counts.add(Outcome.KEPT)

    def _curated_alike(self, looked: Looked) -> Answer | None:
        forms = self._book.forms()
        if not forms:
            return None
        asked, vector = looked.asked, self._vector(looked)
        with self._lock:
            questions = self._curated_questions.of("", self._book.version(), lambda: list(forms), self._fetch_curated)
        for form in questions.same(asked.form, vector, asked.language, self._names(asked)):
            if answer := self._curated(asked, self._book.approved(form), Outcome.CURATED_LIKE):
                return answer
        return None

    def _cached_alike(self, looked: Looked) -> Answer | None:
        asked = looked.asked
        questions = self._questions_of(asked.group)
        if not questions.keys:
            return None
        vector = self._vector(looked)
        for key in questions.same(asked.form, vector, asked.language, self._names(asked)):
            if answer := self._cached(asked, key, Outcome.CACHED_LIKE):
                return answer
        return None

    def _questions_of(self, group: str) -> Questions:
        embedder = self._retrieval.embedder.name
        with self._lock:
            return self._cached_questions.of(
                group,
                self._shelf.version(),
                lambda: self._shelf.keys(group),
                lambda keys: self._shelf.questions(keys, embedder),
            )

    def _fetch_curated(self, forms: Sequence[str]) -> Mapping[str, KeptQuestion]:
        embedder = self._retrieval.embedder
        vectors = self._book.vectors(forms, embedder.name)
        new = [form for form in forms if form not in vectors][:_EMBEDDED_AT_ONCE]
        if new:
            made = {form: embedder.embed_query(form) for form in new}
            self._book.keep_vectors(made, embedder.name)
            vectors |= made
        return {form: KeptQuestion(form, vector) for form, vector in vectors.items()}

    def _curated(self, asked: Asked, answers: Sequence[CuratedAnswer], outcome: Outcome) -> Answer | None:
        for kept in answers:
            if not fits(kept, asked, lambda text: self._meant(text, asked.scope), today()):
                continue
            standing, reason = self._standing(kept.citations)
            if reason:
                self._flag(kept, reason)
            elif standing.readable_in(asked.scope):
                self._counts.add(outcome)
                notice = curated_notice(asked.language)
                return _answer(asked, kept.answer, AnswerSource.CURATED, standing, notice)
        return None

    def _flag(self, kept: CuratedAnswer, reason: str) -> None:
        # An index older than the one an editor looked at (after a rollback, or read by a server that is late) says
        # nothing against the answer; it is only not served from it.
        if self._published.generation() >= kept.generation:
            self._book.needs_review(kept, reason)
            self._counts.add(Outcome.FLAGGED)

    def _cached(self, asked: Asked, key: str, outcome: Outcome) -> Answer | None:
        kept = self._shelf.get(key) if asked.model else None
        if kept is None or kept.group != asked.group:
            return None
        standing, reason = self._standing(kept.citations)
        if reason:
            self._shelf.drop([key])
            self._counts.add(Outcome.DROPPED)
            return None
        if not standing.readable_in(asked.scope):
            return None
        self._counts.add(outcome)
        return _answer(asked, kept.answer, AnswerSource.CACHE, standing)

    def _standing(self, citations: tuple[KeptCitation, ...]) -> tuple[Cited, str]:
        """The citations in the published index, and why they do not stand there; looked up once a generation."""
        generation = self._published.generation()
        known = self._ready.get(citations)
        if known is None or known[0] != generation:
            grounds = all_grounds(citations)
            found = self._published.find(grounds)
            reason = found.reason(grounds)
            known = (generation, Cited((), ()) if reason else cited(citations, found), reason)
            with self._ready_lock:
                while len(self._ready) >= _READY:
                    del self._ready[next(iter(self._ready))]
                self._ready[citations] = known
        return known[1], known[2]

    def _vector(self, looked: Looked) -> Dense:
        if looked.vector is None:
            looked.vector = self._retrieval.embedder.embed_query(looked.asked.form)
        return looked.vector

    def _names(self, asked: Asked) -> Names:
        return lambda text: frozenset(name.shown for name in self._meant(text, asked.scope))

    def _meant(self, text: str, scope: Scope) -> Sequence[Name]:
        return self._retrieval.understand(text, scope=scope)[1].names


def _answer(asked: Asked, text: str, source: AnswerSource, standing: Cited, notice: str = "") -> Answer:
    return Answer(
        question=asked.question,
        answer=without_pictures(text),
        refused=False,
        source=source,
        citations=standing.citations,
        passages=standing.passages,
        notice=notice,
        policy=asked.policy,
    )
