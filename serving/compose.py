"""Settings to working parts: the one place where everything is put together."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import IndexUnusable
from ingest.index import open_store
from ingest.index.contract import IndexStore
from ingest.index.server_layout import Layout
from ingest.recorded import Place
from serving.settings import Settings

# What answers is imported where it is built: most commands only look at the index, and should not wait for the rest.
if TYPE_CHECKING:
    from ingest.embed import Embedder
    from retrieval.rerank import Reranker
    from retrieval.retriever import Retriever
    from serving.assistant import Assistant
    from serving.evaluation.gate import Gate
    from serving.model import ChatModel
    from serving.stored.answering import StoredAnswers


def build_store(settings: Settings) -> IndexStore:
    """The index store the settings name; nothing is opened yet."""
    layout = Layout(shards=settings.qdrant_shards, replicas=settings.qdrant_replicas)
    api_key = settings.index_api_key or None
    return open_store(settings.index_url or None, settings.index_folder, api_key=api_key, layout=layout)


def build_place(settings: Settings) -> Place:
    """Where runs that change the index find everything; nothing is opened yet."""
    return Place(build_store(settings), settings.embedder, settings.models, settings.home)


def build_retriever(settings: Settings) -> "Retriever":
    """Opens the index and loads the embedder (about 3 s) and, where one is configured, the reranker.

    Raises IndexUnusable where nothing was ingested yet or the vectors are of another model, ModelUnavailable where
    one of the models cannot be loaded.
    """
    from retrieval.aliases import FILE, Aliases
    from retrieval.retriever import Retriever

    index = build_store(settings).open()
    made_by = index.info().embedder
    if made_by != settings.embedder:
        raise IndexUnusable(
            f"The index was made with the embedding model {made_by}, but {settings.embedder} is configured.",
            hint=f"Set MANUALDESK_EMBEDDER={made_by}, or embed everything anew: manualdesk ingest --force PATH",
        )
    embedder, reranker = build_models(settings)
    return Retriever(index, embedder, Aliases(settings.home / FILE), reranker, home=settings.home)


def build_models(settings: Settings) -> "tuple[Embedder, Reranker | None]":
    """The models of retrieval, loaded; None without a configured reranker. Raises ModelUnavailable."""
    from ingest.embed import Embedder
    from retrieval.cross_encoder import is_folder

    # A bundled embedder takes this process off the model hub: a reranker from there is fetched before.
    from_hub = bool(settings.reranker) and not is_folder(settings.reranker)
    early = _reranker(settings.reranker) if from_hub else None
    embedder = Embedder(settings.embedder, settings.models)
    return embedder, early or (_reranker(settings.reranker) if settings.reranker else None)


def _reranker(name: str) -> "Reranker":
    from retrieval.cross_encoder import CrossEncoderModel
    from retrieval.rerank import Reranker

    return Reranker(CrossEncoderModel(name))


def build_gate(settings: Settings, questions: Path) -> "Gate":
    """A gate that asks these gold questions; models are loaded when it is called. Raises SettingError for the file.

    Without a reranker: what is judged is the index, and a time box would make the verdict depend on the machine.
    """
    from ingest.embed import Embedder
    from retrieval.retriever import Retriever
    from serving.evaluation.gate import Gate
    from serving.evaluation.questions import read_questions

    embedder = cache(lambda name: Embedder(name, settings.models))
    gold = read_questions(questions)
    return Gate(
        gold, build_store(settings), lambda index: Retriever(index, embedder(index.info().embedder), home=settings.home)
    )


def build_assistant(settings: Settings, retriever: "Retriever | None" = None) -> "Assistant":
    """A retriever (this one where there is one already, since its models are large) and, where a model server is
    configured, a client of it (reachable or not: it is asked each time)."""
    return _assistant(retriever or build_retriever(settings), _model(settings))


def build_answers(settings: Settings, retriever: "Retriever | None" = None) -> "StoredAnswers":
    """What readers ask: an assistant that looks among curated and cached answers first, and counts what it finds.

    Evaluations ask the plain one, which makes every answer anew.
    """
    from serving.stored.answering import StoredAnswers
    from serving.stored.book import CuratedBook
    from serving.stored.counts import Counts
    from serving.stored.lookup import Lookup
    from serving.stored.opening import open_shelf
    from serving.stored.standing import Published

    retriever, model, counts = retriever or build_retriever(settings), _model(settings), Counts()
    assistant = _assistant(retriever, model)
    # A server is asked over the network what it holds; the embedded index looks at a file.
    published = Published(retriever.index, believed_seconds=0.5 if settings.index_url else 0.0)
    shelf = open_shelf(settings.home, settings.redis_url)
    lookup = Lookup(retriever, CuratedBook(settings.home), shelf, published, counts)
    return StoredAnswers(assistant, lookup, model, counts)


def _assistant(retriever: "Retriever", model: "ChatModel | None") -> "Assistant":
    from retrieval.confidence import calibration
    from serving.assistant import Assistant
    from serving.grounding.meaning import Meaning

    return Assistant(retriever, model, refuse_below=calibration().refuse_below, meaning=Meaning(retriever.embedder))


def _model(settings: Settings) -> "ChatModel | None":
    from serving.model import ChatModel

    return ChatModel(settings.llm_url, settings.llm_model, api_key=settings.llm_api_key) if settings.llm_url else None
