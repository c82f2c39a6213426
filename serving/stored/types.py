"""Answers as they are kept, and what a question asks for beside its words."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b

from ingest.errors import ManualdeskError
from ingest.index.contract import Scope
from ingest.types import Audience
from retrieval.grounds import Ground
from retrieval.scope import Meaning
from serving.answer import CheckPolicy


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class StoreUnavailable(ManualdeskError):
    """The place where answers are kept cannot be read or written just now."""


class CuratedUnusable(ManualdeskError):
    """What an editor gave makes no answer that could be served."""


class CuratedUnknown(CuratedUnusable):
    """There is no curated answer of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCitation:
    """`[number]` in a kept answer: a verbatim quote, and the chunks of the passage that it stands in."""

    number: int
    quote: str
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAnswer:
    """What the language model answered, with all that it stands on."""

    key: str
    """`Asked.key`: the question with everything that a hit must have in common with it."""
    group: str
    """`Asked.group`: the key without the question's words; only answers of one group are compared."""
    question: str
    answer: str
    language: str
    audience: Audience
    product: str
    """Of the page that it was asked on; empty where there was none."""
    model: str
    prompt: str
    """`PROMPT_VERSION` that it was made with."""
    citations: tuple[KeptCitation, ...]
    stored_at: str = field(default_factory=now)


class State(StrEnum):
    """Where a curated answer stands. Only approved ones are served."""

    DRAFT = "draft"
    APPROVED = "approved"
    NEEDS_REVIEW = "needs review"
    """A passage that it stands on changed or went; an editor has to look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedAnswer:
    """What an editor wrote or approved."""

    questions: tuple[str, ...]
    """Ways to ask for it; the first is its title."""
    answer: str
    language: str
    audiences: tuple[Audience, ...] = (Audience.INTERNAL,)
    """Exactly these readers get it."""
    product: str = ""
    """Only for questions about this product or asked on its page; empty: whatever the product."""
    valid_from: str = ""
    """First day, as 2026-01-31; empty: from now on."""
    valid_until: str = ""
    """Last day; empty: for good."""
    citations: tuple[KeptCitation, ...] = ()
    state: State = State.APPROVED
    reason: str = ""
    """Why it needs review."""
    number: int = 0
    """Its name among the curated answers; 0 before it is kept."""
    generation: str = ""
    """The published index that its citations were last found in by an editor."""
    changed_at: str = ""
    changed_by: str = ""

    @property
    def grounds(self) -> tuple[Ground, ...]:
        return all_grounds(self.citations)

    def holds_on(self, day: str) -> bool:
        """Is it valid on that day (2026-01-31)?"""
        return (not self.valid_from or self.valid_from <= day) and (not self.valid_until or day <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was done to a curated answer."""

    at: str
    by: str
    """Empty: by itself, when a manual changed."""
    what: str
    """added, changed, approved, needs review or removed."""
    answer: CuratedAnswer
    """As it was after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with everything that a kept answer must fit beside its words."""

    question: str
    form: str
    """Its normal form."""
    language: str
    scope: Scope
    meaning: Meaning
    """The product that it is about."""
    policy: CheckPolicy
    """What is to become of sentences that no passage supports."""
    model: str = ""
    """Of the language model that would answer; empty where none is known: then no cached answer fits."""
    prompt: str = ""

    @property
    def page_product(self) -> str:
        """The product that something else than the question names."""
        return self.meaning.shown if self.meaning.source not in ("", "question") else ""

    @property
    def group(self) -> str:
        """A digest of all but the words. Two questions of different groups never share an answer."""
        scope = self.scope
        return _digest(
            str(scope.audience),
            _joined(scope.products),
            _joined(scope.languages),
            _joined(scope.documents),
            self.page_product,
            self.language,
            str(self.policy),
            self.model,
            self.prompt,
        )

    @property
    def key(self) -> str:
        return _digest(self.group, self.form)


def all_grounds(citations: tuple[KeptCitation, ...]) -> tuple[Ground, ...]:
    """Every chunk that citations stand on, once."""
    return tuple(dict.fromkeys(ground for citation in citations for ground in citation.grounds))


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def _joined(names: tuple[str, ...] | None) -> str:
    return "*" if names is None else "\1".join(("", *sorted(names)))


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=16).hexdigest()
