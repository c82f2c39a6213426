"""Gaps as editors see them: a question that readers could not have answered, with all who asked it."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.errors import ManualdeskError
from ingest.index.contract import Scope
from ingest.types import Audience


class GapUnknown(ManualdeskError):
    """There is no gap, or no label, of that number."""


class Cause(StrEnum):
    """Why a question was noted."""

    REFUSED = "refused"
    """The manuals did not answer it."""
    DISLIKED = "disliked"
    """Its reader found the answer bad."""
    ESCALATED = "escalated"
    """It was handed on to a person, or to the editors."""


class GapState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Asked again, it is answered."""
    DISMISSED = "dismissed"
    """An editor decided that the manuals need not answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions that mean the same, asked by readers who may read the same."""

    id: int
    title: str
    language: str
    audience: Audience
    products: tuple[str, ...] | None
    """That its askers may read; None: all."""
    product: str
    """That it is about; empty where nothing tells."""
    state: GapState
    nearest_document: str
    nearest_section: str
    answered_by: str
    """Document and section that answer it now; empty while nothing does."""
    created_at: str
    changed_at: str
    generation: str
    """The published index that it was last asked on."""
    note: str
    refused: int = 0
    disliked: int = 0
    escalated: int = 0
    last_asked_at: str = ""

    @property
    def count(self) -> int:
        return self.refused + self.disliked + self.escalated

    @property
    def scope(self) -> Scope:
        """What its askers may read."""
        return Scope(audience=self.audience, products=self.products)

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "title": self.title,
            "language": self.language,
            "audience": str(self.audience),
            "products": None if self.products is None else list(self.products),
            "product": self.product,
            "state": str(self.state),
            "counts": {"refused": self.refused, "disliked": self.disliked, "escalated": self.escalated},
            "nearest": {"document": self.nearest_document, "section": self.nearest_section},
            "answered_by": self.answered_by,
            "created_at": self.created_at,
            "changed_at": self.changed_at,
            "last_asked_at": self.last_asked_at,
            "generation": self.generation,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """One time that it was asked."""

    id: int
    question: str
    cause: Cause
    comment: str
    conversation: str
    message: str
    asked_at: str

    def to_json(self) -> dict[str, object]:
        return {
            "question": self.question,
            "cause": str(self.cause),
            "comment": self.comment,
            "conversation": self.conversation,
            "asked_at": self.asked_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A question on its way into a gap."""

    question: str
    cause: Cause
    language: str = ""
    audience: Audience = Audience.INTERNAL
    products: tuple[str, ...] | None = None
    product: str = ""
    conversation: str = ""
    message: str = ""
    comment: str = ""
    id: int = 0
    asked_at: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(audience=self.audience, products=self.products)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChange:
    """When it came into a state, and why."""

    at: str
    state: GapState
    by: str
    """Empty: by itself."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay did."""

    asked: int
    closed: tuple[int, ...]
    left: int
    """Gaps that its time did not reach; the next replay does."""

    def to_json(self) -> dict[str, object]:
        return {"asked": self.asked, "closed": list(self.closed), "left": self.left}
