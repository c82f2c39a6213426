"""An answer and the events by which it reaches a reader."""

from dataclasses import dataclass, field
from enum import StrEnum

from ingest.index.contract import Scope
from ingest.types import Audience, Box
from retrieval.passages import Passage
from retrieval.trace import Trace


class AnswerSource(StrEnum):
    MODEL = "model"
    QUOTES = "quotes"
    CURATED = "curated"
    CACHE = "cache"


class CheckPolicy(StrEnum):
    """What becomes of a sentence that no passage supports."""

    STRICT = "strict"
    """It is left out: for customers, who cannot judge it."""
    MARK = "mark"
    """It is shown with UNSUPPORTED_MARK behind it: for agents, who can."""


UNSUPPORTED_MARK = "[?]"
"""Stands where a `[n]` would, after a sentence that no passage supports."""


def policy_for(scope: Scope) -> CheckPolicy:
    """Customers read only what the manuals support; staff see the rest too, marked."""
    return CheckPolicy.STRICT if scope.audience is Audience.PUBLIC else CheckPolicy.MARK


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """`[number]` in the answer. `quote` is verbatim text of the cited page."""

    number: int
    document: str
    revision: str
    title: str
    section: tuple[str, ...]
    page: int | None
    anchor: str
    boxes: tuple[Box, ...]
    quote: str
    passage: Passage
    """The passage the quote stands in, for the source panel."""

    def to_json(self) -> dict[str, object]:
        return {
            "number": self.number,
            "document": self.document,
            "revision": self.revision,
            "title": self.title,
            "section": list(self.section),
            "page": self.page,
            "anchor": self.anchor,
            "boxes": [[box.page, box.left, box.top, box.right, box.bottom] for box in self.boxes],
            "quote": self.quote,
            "recognised": self.passage.recognised,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds from the question's arrival."""

    retrieve: float = 0.0
    first_token: float = 0.0
    total: float = 0.0

    def to_json(self) -> dict[str, float]:
        return {
            "retrieve": round(self.retrieve, 1),
            "first_token": round(self.first_token, 1),
            "total": round(self.total, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """The one question asked back, with the options to choose from."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    question: str
    answer: str
    refused: bool
    source: AnswerSource
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    clarify: Clarify | None = None
    notice: str = ""
    """Why an answer is not the model's (no model reachable, say), in the reader's language."""
    policy: CheckPolicy = CheckPolicy.STRICT
    """What was done with unsupported sentences."""
    unsupported: tuple[str, ...] = ()
    """Sentences of the model that no passage supports, without marks: left out or marked, by the policy."""
    timings: Timings = field(default_factory=Timings)
    trace: Trace | None = None
    """How the passages were found."""

    def to_json(self, *, explain: bool = False) -> dict[str, object]:
        """The JSON object of the contract; with `explain` it has the `trace` too."""
        clarify = self.clarify and {"question": self.clarify.question, "options": list(self.clarify.options)}
        explained = {"trace": self.trace.to_json()} if explain and self.trace else {}
        return {
            "question": self.question,
            "answer": self.answer,
            "refused": self.refused,
            "clarify": clarify,
            "source": str(self.source),
            "citations": [citation.to_json() for citation in self.citations],
            "passages": [passage.to_json() for passage in self.passages],
            "check": self._check(),
            "timings_ms": self.timings.to_json(),
            **explained,
        }

    def _check(self) -> dict[str, object]:
        """What became of unsupported sentences. Those that were left out are only counted: nobody is to read them."""
        marked = self.unsupported if self.policy is CheckPolicy.MARK else ()
        return {"policy": str(self.policy), "unsupported": len(self.unsupported), "marked": list(marked)}


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """First event: what the answer will stand on."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text, its `[n]` marks already those of the citations."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """Last event. Its `answer.answer` is the whole text; it may differ from the deltas where a check took text back."""

    answer: Answer


Event = PassagesFound | TextDelta | AnswerDone
