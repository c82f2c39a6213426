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
        return message.role == "user" or may_read(message.answer, self.opens)


def may_read(answer: str, opens: Callable[[str, str], bool]) -> bool:
    """May an answer, as it is kept, be read by who may open these places? Not where nobody knows what it stands on."""
    places = stands_on(answer)
    return places is not None and all(opens(*place) for place in places)


def searchable(may_open: Callable[[str, str], bool]) -> Callable[[Message], bool]:
    """Which messages one's words are looked for in: that an answer holds them tells what its manual says. Not in those
    of manuals while nobody can say which there are: a search finds less then, and does not fail."""
    readable = Readable(may_open=may_open, withdrawn="")

    def searched(message: Message) -> bool:
        try:
            return readable.may_read(message)
        except IndexUnusable:
            return False

    return searched


def trace_within(trace: Mapping[str, object], documents: Collection[str]) -> dict[str, object]:
    """How an answer was found, without the candidates of other documents than these: paths and headings tell, too."""
    candidates = trace.get("candidates")
    if not isinstance(candidates, list):
        return dict(trace)
    return {**trace, "candidates": [each for each in candidates if each.get("document") in documents]}
