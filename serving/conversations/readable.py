"""Kept messages to what their reader may read of them now: manuals are withdrawn after answers were given.

Enters: messages, and what the reader may open. Leaves: the messages; of an answer that cites a manual which the reader
cannot open any more a sentence alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from serving.conversations.kept import answer_from_json
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
        return tuple(each if self._may_read(each) else replace(each, text=self.withdrawn, answer="") for each in kept)

    def opens(self, document: str, revision: str) -> bool:
        place = (document, revision)
        if place not in self._known:
            self._known[place] = self.may_open(document, revision)
        return self._known[place]

    def _may_read(self, message: Message) -> bool:
        kept = answer_from_json(message.answer) if message.answer else None
        return kept is None or all(self.opens(each.document, each.revision) for each in kept.answer.citations)


def trace_within(trace: Mapping[str, object], documents: Collection[str]) -> dict[str, object]:
    """How an answer was found, without the candidates of other documents than these: paths and headings tell, too."""
    candidates = trace.get("candidates")
    if not isinstance(candidates, list):
        return dict(trace)
    return {**trace, "candidates": [each for each in candidates if each.get("document") in documents]}
