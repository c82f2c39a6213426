"""Manualdesk from Python: folders of manuals go in, passages and cited answers come out.

    with Manualdesk() as desk:
        desk.ingest("manuals")
        print(desk.ask("How do I reset the T200?").answer)

`docs/python.md` has the whole of it, and runs.
"""

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ingest.errors import ManualdeskError, SettingError
from ingest.index.contract import Index, Scope
from ingest.types import Audience
from retrieval.query import Turn
from serving.answer import Answer, AnswerDone, Event
from serving.event_thread import EventThread
from serving.settings import Settings, load_settings

if TYPE_CHECKING:
    from ingest.report import Report
    from retrieval.passages import Passage
    from retrieval.retriever import Retriever
    from serving.stored.answering import StoredAnswers

LIMIT = 10
"""Passages of a search, where nothing else is asked for."""


class Manualdesk:
    """One installation: its index, its models, its language model. May be shared between threads; close it at the end.

    Models are loaded by the first `search` or `ask` (some seconds), not before.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        home: Path | str | None = None,
        audience: Audience | str = Audience.INTERNAL,
        products: Sequence[str] | None = None,
    ) -> None:
        """`settings`: those of environment and `manualdesk.toml` where none are given; `home` replaces their home.

        `audience` and `products` (None: all) are what may be read; they are part of every search. Raises SettingError.
        """
        settings = settings or load_settings()
        self._settings = replace(settings, home=Path(home).expanduser().resolve()) if home else settings
        self.scope = Scope(audience=_audience(audience), products=tuple(products) if products is not None else None)
        self._loop = EventThread("manualdesk")
        self._lock = threading.Lock()
        self._retriever: Retriever | None = None
        self._assistant: StoredAnswers | None = None
        self._index: Index | None = None

    def ingest(
        self,
        *paths: Path | str,
        root: Path | str | None = None,
        force: bool = False,
        allow_removals: bool = False,
    ) -> "Report":
        """Bring the index to what is in these folders or files: add, update, leave alone, remove; published whole.

        As `manualdesk ingest`: several paths need a `root`. A manual that cannot be read is among the report's
        `failed`. Raises MassRemoval, SettingError, IndexUnusable, RecordsUnusable, ModelUnavailable.
        """
        from ingest.pipeline import Job
        from ingest.recorded import run_recorded
        from ingest.report import Report
        from serving.compose import build_place

        _check_main_module()
        job = Job(
            paths=tuple(map(Path, paths)),
            root=Path(root) if root is not None else None,
            force=force,
            allow_removals=allow_removals,
            workers=self._settings.workers or max(1, (os.cpu_count() or 2) - 1),
        )
        report = None
        for step in run_recorded(build_place(self._settings), job):
            report = step if isinstance(step, Report) else report
        assert report is not None, "a run ends with its report"  # noqa: S101
        return report

    def search(
        self, question: str, *, limit: int = LIMIT, turns: Sequence[Turn] = (), page_product: str = ""
    ) -> "tuple[Passage, ...]":
        """The passages that fit a question, best first. `turns`: the conversation before it, oldest first.

        `page_product`: the product of the page it is asked on; what the question says wins over it.
        Raises IndexUnusable (nothing ingested yet, say) and ModelUnavailable.
        """
        retriever = self.retriever()
        found = retriever.retrieve(question, scope=self.scope, turns=turns, limit=limit, product=page_product)
        return found.passages

    def ask(self, question: str, *, turns: Sequence[Turn] = (), page_product: str = "") -> Answer:
        """The whole answer with its citations. Parameters and errors as in `search`, and QuestionUnusable.

        Without a reachable language model the answer is made of the manuals' own sentences.
        """
        for event in self.stream(question, turns=turns, page_product=page_product):
            if isinstance(event, AnswerDone):
                return event.answer
        raise AssertionError("a stream ends with AnswerDone")

    def stream(self, question: str, *, turns: Sequence[Turn] = (), page_product: str = "") -> Iterator[Event]:
        """The same as it comes: PassagesFound, then TextDelta by sentences, last AnswerDone with the whole answer.

        Leaving the iteration stops the language model.
        """
        assistant = self.assistant()
        return self._loop.iterate(
            partial(assistant.stream, question, scope=self.scope, turns=turns, product=page_product)
        )

    def assistant(self) -> "StoredAnswers":
        """What answers, for code that has an event loop of its own. Its calls take `scope`."""
        from serving.compose import build_answers

        retriever = self.retriever()
        with self._lock:
            if self._assistant is None:
                self._assistant = build_answers(self._settings, retriever)
            return self._assistant

    def retriever(self) -> "Retriever":
        """What searches. Its calls take a scope: pass `scope`."""
        from serving.compose import build_retriever

        with self._lock:
            if self._retriever is None:
                self._retriever = build_retriever(self._settings)
            return self._retriever

    def index(self) -> Index:
        """The published index, open for reading. Raises IndexUnusable where nothing is published."""
        from serving.compose import build_store

        with self._lock:
            if self._index is None:
                self._index = build_store(self._settings).open()
            return self._index

    def close(self) -> None:
        """Let go of the models and the index; a later call opens them again."""
        with self._lock:
            self._assistant = self._retriever = None
            index, self._index = self._index, None
        self._loop.close()
        if index is not None:
            index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class MainModuleUnguarded(ManualdeskError):
    """A script calls `ingest` whenever it is imported, which its own reading processes do."""


def _check_main_module() -> None:
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise MainModuleUnguarded(
            "the processes that read manuals import the script that calls ingest, and each would ingest again",
            hint='put what the script does under `if __name__ == "__main__":`',
        )


def _audience(given: Audience | str) -> Audience:
    try:
        return Audience(given)
    except ValueError as error:
        names = ", ".join(map(str, Audience))
        raise SettingError(f"there is no audience {given!r}", hint=f"audiences: {names}") from error
