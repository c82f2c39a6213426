"""What is noted of answers, for all channels: an answer comes in as its asker gets it, usage and gaps are written.

One a process. Nothing here raises to an asker or holds an answer up: the database is opened and written, questions are
grouped and gaps asked again in threads of their own.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ingest.errors import ManualdeskError
from ingest.index.contract import Index, Scope
from serving.answer import Answer
from serving.gaps.types import Cause, Noted, Replayed
from serving.usage.behind import Behind

if TYPE_CHECKING:
    from serving.database.engine import Database
    from serving.gaps.gatherer import Understands
    from serving.gaps.replay import Production
    from serving.gaps.store import Gaps
    from serving.usage.store import Usage

log = logging.getLogger("manualdesk.gaps")
_LOOK_SECONDS: Final = 3.0
"""How often it is looked whether something was published: by this process or another one."""
_FOLLOWED_SECONDS: Final = 1.2
"""By then every reader of the index has followed it to a new generation; the promise is a second."""
_DAY_SECONDS: Final = 86400.0
_REPLAY_SECONDS: Final = 60.0
"""What one replay may take; what it does not reach comes after the next look."""


class Notes:
    """Gaps and usage of an installation at work."""

    def __init__(
        self,
        database: "Callable[[], Database]",
        index: Callable[[], Index],
        understands: "Callable[[], Understands | None]" = lambda: None,
        production: "Callable[[], Production | None]" = lambda: None,
    ) -> None:
        """`understands` and `production`: the retriever and what answers readers, None while models load."""
        self._database = database
        self._index = index
        self._understands = understands
        self._production = production
        self._lock = threading.Lock()
        self._replaying = threading.Lock()
        self._behind = Behind("note-answers")
        self._generation = ""
        self._stores: tuple[Gaps, Usage] | None = None
        self._ended = threading.Event()
        self._look = threading.Event()

    @property
    def gaps(self) -> "Gaps":
        """Blocking at its first use: opens the database. Raises DatabaseUnusable."""
        return self._opened()[0]

    @property
    def usage(self) -> "Usage":
        """As `gaps`."""
        return self._opened()[1]

    def answered(
        self,
        answer: Answer,
        *,
        channel: str,
        scope: Scope,
        product: str = "",
        conversation: str = "",
        message: str = "",
    ) -> None:
        """Count an answer as its asker got it, and where it is a refusal note the gap. Returns at once, never raises.

        `channel`: chat, widget or api; `scope`: what the asker may read; `product`: that it was asked about.
        """
        self._behind.put(lambda: self.usage.write(answer, channel, product=product))
        if answer.refused:
            # A follow-up says nothing by itself: noted is what was searched, completed from the conversation.
            self.gap(
                answer.trace.rewritten if answer.trace else answer.question,
                Cause.REFUSED,
                scope=scope,
                product=product,
                conversation=conversation,
                message=message,
            )

    def gap(
        self,
        question: str,
        cause: Cause,
        *,
        scope: Scope,
        product: str = "",
        conversation: str = "",
        message: str = "",
        comment: str = "",
    ) -> None:
        """Note a question whose answer was disliked, or that was escalated. Returns at once and never raises."""
        noted = Noted(
            question=question,
            cause=cause,
            audience=scope.audience,
            products=scope.products,
            product=product,
            conversation=conversation,
            message=message,
            comment=comment,
        )
        self._behind.put(lambda: self.gaps.write(noted))

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until what was noted is written and grouped; says whether it is. Raises DatabaseUnusable."""
        return self._behind.flush(seconds) and self.gaps.settle(seconds)

    def replay(self, seconds: float = _REPLAY_SECONDS, only: tuple[int, ...] | None = None) -> Replayed:
        """Ask open gaps again on what is published now. Blocking; not to be called where an event loop runs.

        Nothing is asked while models load. Raises DatabaseUnusable and IndexUnusable.
        """
        production = self._production()
        with self._replaying:
            if production is None:
                return Replayed(asked=0, closed=(), left=0)
            generation = self._index().info().generation
            if generation != self._generation:
                self._ended.wait(_FOLLOWED_SECONDS)
                self._generation = generation
            done = self.gaps.replay(production, generation, seconds=seconds, only=only)
        if done.asked:
            log.info("%d gaps asked again, %d closed", done.asked, len(done.closed))
        return done

    def published(self) -> None:
        """Something was published: look at once. Without this it is found within seconds."""
        self._look.set()

    def watch(self) -> None:
        """From now on ask open gaps again whenever something was published, in a thread of its own; and delete old
        counts once a day."""
        threading.Thread(target=self._watch, name="replay-gaps", daemon=True).start()

    def close(self) -> None:
        """Watch no more, and write what waits."""
        self._ended.set()
        self._look.set()
        self._behind.flush(2.0)

    def _watch(self) -> None:
        expires_at = time.monotonic()
        while not self._ended.is_set():
            try:
                if time.monotonic() >= expires_at:
                    expires_at += _DAY_SECONDS
                    self.usage.expire()
                if self._production() is not None:
                    self.replay()
            except ManualdeskError as error:
                log.debug("gaps could not be asked again: %s", error.message)
            except Exception:
                log.exception("gaps could not be asked again")
            self._look.wait(_LOOK_SECONDS)
            self._look.clear()

    def _opened(self) -> "tuple[Gaps, Usage]":
        with self._lock:
            if self._stores is None:
                from serving.gaps.store import Gaps
                from serving.usage.store import Usage

                database = self._database()
                self._stores = (Gaps(database, self._understands, self._production), Usage(database))
            return self._stores
