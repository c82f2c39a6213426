"""Counters of the web process in Prometheus' text format. The only file that knows `prometheus_client`.

Enters: requests, answers and jobs as they end. Leaves: the text of /metrics. A registry of its own, so that two web
applications in one process do not count together.
"""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.process_collector import ProcessCollector

from ingest.index.contract import IndexInfo, Scope
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, AnswerSource, Event
from serving.stored.counts import Outcome

if TYPE_CHECKING:
    from serving.api.needs import Answering

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class Metrics:
    """All that is counted; safe to use from several threads."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asks for
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = self._counter("http_requests", "Requests by route and status", "route", "method", "status")
        self._latency = self._histogram("http_request_seconds", "From request to the end of its reply", "route")
        self._first = self._histogram("answer_first_text_seconds", "From question to the first text")
        self._total = self._histogram("answer_seconds", "From question to the whole answer")
        self._retrieval = self._histogram("retrieval_seconds", "Of an answer: the search for passages")
        self._answers = self._counter("answers", "Answers by what they are made of", "source")
        self._refused = self._counter("refusals", "Questions that the manuals do not answer")
        self._asked_back = self._counter("questions_back", "Answers that ask which product is meant")
        self._citations = self._counter("citations", "Citations given")
        self._unsupported = self._counter("unsupported_sentences", "Sentences of a model that no passage supports")
        self._jobs = self._counter("ingest_jobs", "Ingest jobs by how they ended", "state")
        self._ingested = self._counter("ingested_documents", "Manuals by what an ingest did with them", "change")
        self._documents = Gauge("manualdesk_index_documents", "Manuals that are indexed", registry=self._registry)
        self._chunks = Gauge("manualdesk_index_chunks", "Chunks that are indexed", registry=self._registry)
        for source in AnswerSource:
            self._answers.labels(source=str(source))  # a rate over nothing yet is 0, not absent

    def request_done(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route=route, method=method, status=str(status)).inc()
        self._latency.labels(route=route).observe(seconds)

    def answered(self, answer: Answer, *, seconds: float) -> None:
        """An answer as it reached its asker, `seconds` after the question."""
        self._retrieval.observe(answer.timings.retrieve / 1000)
        self._first.observe(answer.timings.first_token / 1000)
        self._total.observe(seconds)
        self._unsupported.inc(len(answer.unsupported))
        if answer.refused:
            self._refused.inc()
        elif answer.clarify:
            self._asked_back.inc()
        else:
            self._answers.labels(source=str(answer.source)).inc()
            self._citations.inc(len(answer.citations))

    def job_done(self, state: str, changes: dict[str, int]) -> None:
        """A job that ended so, with how many manuals it added, updated, removed, and how many failed."""
        self._jobs.labels(state=state).inc()
        for change, count in changes.items():
            self._ingested.labels(change=change).inc(count)

    def count_kept(self, counts: Callable[[], Mapping[Outcome, int]]) -> None:
        """Show these counts of curated and cached answers, by what became of a question or of a kept answer."""
        self._registry.register(_Kept(counts))

    def text(self, index: IndexInfo | None) -> bytes:
        """Everything, with the size of the published index (None: there is none)."""
        self._documents.set(index.documents if index else 0)
        self._chunks.set(index.chunks if index else 0)
        return generate_latest(self._registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"manualdesk_{name}", help_text, labels, registry=self._registry)

    def _histogram(self, name: str, help_text: str, *labels: str) -> Histogram:
        return Histogram(f"manualdesk_{name}", help_text, labels, registry=self._registry, buckets=_SECONDS)


class _Kept:
    """Counts that somebody else keeps, read when they are asked for."""

    def __init__(self, counts: Callable[[], Mapping[Outcome, int]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[CounterMetricFamily]:
        shown = CounterMetricFamily(
            "manualdesk_kept_answers", "Curated and cached answers by outcome", labels=["outcome"]
        )
        for outcome, count in self._counts().items():
            shown.add_metric([outcome], count)
        yield shown


class CountedAnswers:
    """An assistant whose answers are counted, whoever asks: the chat as well as programs."""

    def __init__(self, assistant: "Answering", metrics: Metrics) -> None:
        self._assistant = assistant
        self._metrics = metrics

    async def stream(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), product: str = ""
    ) -> AsyncGenerator[Event]:
        started = time.perf_counter()
        async with aclosing(self._assistant.stream(question, scope=scope, turns=turns, product=product)) as events:
            async for event in events:
                if isinstance(event, AnswerDone):
                    self._metrics.answered(event.answer, seconds=time.perf_counter() - started)
                yield event
