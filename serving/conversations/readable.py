"""Kept messages to what their reader may read of them now: manuals are withdrawn after answers were given.

Enters: messages, and what the reader may open. Leaves: the messages; of an answer that stands on a manual which the
reader cannot open any more, or on nobody knows what, a sentence alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.errors import IndexUnusable
from serving.conversations.kept import stands_on
from serving.conversations.types import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """For one reader, while one request is answered."""

    may_open: Callable[[str, str], bool]
    """Document and revision."""
    withdrawn: str
    """Instead of an answer, in the reader's language."""
    listed: Callable[[], Collection[str]] = tuple
    """The documents in the reader's scope, for what a trace tells."""
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def messages(self, kept: Sequence[Message]) -> tuple[Message, ...]:
        """All of them, in order."""
        return tuple(each if self.may_read(each) else replace(each, text=self.withdrawn, answer="") for each in kept)

    def opens(self, document: str, revision: str) -> bool:
        place = (document, revision)
        if place not in self._known:
            self._known[place] = self.may_open(document, revision)
        return self._known[place]

    def may_read(self, message: Message) -> bool:
        """What the reader said is theirs."""
        return message.role == "user" or self._stands(message.answer)

    def _stands(self, answer: str) -> bool:
        """May all be opened that an answer, as it is kept, stands on? Not where nobody knows what that is."""
        places = stands_on(answer)
        return places is not None and all(self.opens(*place) for place in places)


def while_indexed(may_open: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    """The same; but while nobody can say which manuals there are, nothing opens, and nothing fails."""

    def opens(document: str, revision: str) -> bool:
        try:
            return may_open(document, revision)
        except IndexUnusable:
            return False

    return opens


def searchable(may_open: Callable[[str, str], bool]) -> Callable[[Message], bool]:
    """Which messages one's words are looked for in: that an answer holds them tells what its manual says."""
    return Readable(may_open=while_indexed(may_open), withdrawn="").may_read


def trace_within(trace: Mapping[str, object], documents: Collection[str]) -> dict[str, object]:
    """How an answer was found, without the candidates of other documents than these: paths and headings tell, too."""
    candidates = trace.get("candidates")
    if not isinstance(candidates, list):
        return dict(trace)
    return {**trace, "candidates": [each for each in candidates if each.get("document") in documents]}
