"""Settings to what the web process runs on."""

import os
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ingest.index.contract import Index
from ingest.pipeline import Job
from ingest.recorded import Place
from ingest.report import Progress, Report
from serving.api.metrics import Metrics
from serving.customers.mail import mail_server
from serving.customers.origins import origin_of
from serving.customers.terms import Terms, networks
from serving.settings import Settings
from serving.stored.opening import cache_state
from ui.backend import Answering, Parts

if TYPE_CHECKING:
    from retrieval.retriever import Retriever
    from serving.database.engine import Database


def parts(settings: Settings) -> Parts:
    """How the web process gets its assistant, its index and word of its language model; nothing is opened yet."""
    metrics = Metrics()
    installation = _Installation(settings, metrics)

    def ingest(job: Job) -> Generator[Progress | Report]:
        from serving.api.ingest_child import ingest_in_child

        workers = settings.workers or max(1, (os.cpu_count() or 2) - 1)
        return ingest_in_child(settings, replace(job, workers=workers))

    from serving.model import ChatModel

    model = ChatModel(settings.llm_url, settings.llm_model, api_key=settings.llm_api_key)

    async def probe() -> str:
        if not settings.llm_url or not await model.available():
            return ""
        return (await model.info()).name

    return Parts(
        home=settings.home,
        build_assistant=installation.assistant,
        open_index=installation.index,
        probe_model=probe,
        build_retriever=installation.retriever,
        build_place=installation.place,
        ingest=ingest,
        cache_state=partial(cache_state, settings.home, settings.redis_url),
        open_database=partial(_database, settings),
        terms=_terms(settings),
        retention_days=settings.retention_days,
        metrics=metrics,
    )


def _database(settings: Settings) -> "Database":
    from serving.database.engine import Database

    return Database(settings.home, settings.database_url)


def _terms(settings: Settings) -> Terms:
    """Raises SettingError for what cannot be."""
    if settings.smtp_url:
        mail_server(settings.smtp_url)
    return Terms(
        smtp_url=settings.smtp_url,
        mail_from=settings.mail_from,
        retention_days=settings.retention_days,
        hand_over_networks=networks(settings.hand_over_networks, "MANUALDESK_HAND_OVER_NETWORKS"),
        demo=origin_of(settings.demo) if settings.demo else "",
    )


class _Installation:
    """Opens what the settings name, the models once: the assistant and a plain search share them."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._retriever: Retriever | None = None

    def retriever(self) -> "Retriever":
        from serving.compose import build_retriever

        if self._retriever is None:
            self._retriever = build_retriever(self._settings)
        return self._retriever

    def assistant(self) -> Answering:
        from serving.compose import build_answers

        answers = build_answers(self._settings, self.retriever())
        self._metrics.count_kept(answers.counts.all)
        return answers

    def index(self) -> Index:
        from serving.compose import build_store

        return build_store(self._settings).open()

    def place(self) -> Place:
        from serving.compose import build_place

        return build_place(self._settings)
