"""What the store of conversations gives out: values without a database behind them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Literal

from ingest.errors import ManualdeskError
from ingest.index.contract import Scope

MessageRole = Literal["user", "assistant"]


class NoConversation(ManualdeskError):
    """There is no such conversation or message, or it is somebody else's: which of these is not told."""


class FeedbackUnusable(ManualdeskError):
    """A rating that is none, or a reason that is not on the list."""


class Reason(StrEnum):
    """Why an answer did not help."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a reader narrowed the manuals to; empty: all."""

    product: str = ""
    model: str = ""
    version: str = ""
    language: str = ""
    """Of the manuals, such as `en`."""

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @property
    def any(self) -> bool:
        return any(self.to_json().values())

    def narrowed(self, scope: Scope, documents: tuple[str, ...] | None) -> Scope:
        """The scope within these choices. It only ever gets smaller: a product out of scope leaves nothing.

        `documents`: those of the chosen model and version; None where neither is chosen.
        """
        products = scope.products
        if self.product:
            products = (self.product,) if products is None or self.product in products else ()
        languages = (self.language,) if self.language else scope.languages
        return replace(scope, products=products, languages=languages, documents=documents)


def choices_from(values: Mapping[str, object]) -> Choices:
    """Choices as they came over HTTP or out of the database: what is no text, or much too long, is left out."""
    texts = {
        item.name: value.strip()
        for item in fields(Choices)
        if isinstance(value := values.get(item.name), str) and len(value) <= 255
    }
    return Choices(**texts)


def choices_read(written: str) -> Choices:
    """Choices as the database holds them."""
    try:
        values = json.loads(written or "{}")
    except ValueError:
        return Choices()
    return choices_from(values) if isinstance(values, dict) else Choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: str
    owner: str
    channel: str
    """chat or widget."""
    title: str
    """What was asked first, unless somebody gave it a name."""
    language: str
    choices: Choices
    created_at: str
    changed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    value: int
    """1: good, -1: bad."""
    reason: str
    """Of `Reason`; empty where none was chosen."""
    comment: str
    given_at: str

    def to_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: str
    conversation: str
    place: int
    """1, 2, ..."""
    role: MessageRole
    text: str
    answer: str
    """Of an assistant's message: the answer as JSON (`kept.py`); else empty."""
    created_at: str
    feedback: Feedback | None = None


def message_role(written: str) -> MessageRole:
    return "assistant" if written == "assistant" else "user"
