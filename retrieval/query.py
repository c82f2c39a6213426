"""A question and the conversation it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from retrieval.evidence import Evidence
from retrieval.passages import Passage
from retrieval.trace import Trace


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What was found for a question."""

    question: str
    """As searched: a follow-up is completed from the conversation."""
    language: str
    """Of the asker's words, as asked (`en`, `zh`, ...)."""
    passages: tuple[Passage, ...]
    """Best first."""
    confidence: float
    """0 to 1: is the answer in these passages?"""
    milliseconds: float
    rarity: Mapping[str, float] = field(default_factory=dict)
    """The question's terms, each with how rare it is in the index (IDF)."""
    options: tuple[str, ...] = ()
    """Siblings that answer differently while nothing tells which one is meant; empty where there is no doubt."""
    unknown: tuple[str, ...] = ()
    """Codes and model names of the question that no manual in scope holds, in their plain form (`e48`)."""
    evidence: Evidence | None = None
    """What the confidence stands on; None without passages."""
    trace: Trace | None = None
    """How it came about, for editors."""
    asked: str = ""
    """As the asker put it, or this part of it; empty where only the searched question is known."""
    parts: tuple["Retrieval", ...] = ()
    """What was found for each part of a question that asks several things; empty where it asks one."""
