"""What the records tell: runs as they were reported, and which revisions were indexed for whom."""

from dataclasses import dataclass, field
from enum import StrEnum

from ingest.audience import Audience
from ingest.index.contract import Scope


class State(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    """It has not ended, or was killed."""
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """By Ctrl-C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run that published or meant to; times are UTC, as `2026-01-31T12:00:00+00:00`."""

    number: int
    kind: str
    """`ingest`, `set`, `remove`, `restore`, `rollback`."""
    state: State
    started_at: str
    seconds: float
    started_by: str
    job: str
    """What it was about, as a command would say it: paths and options of an ingest, else names or files."""
    generation: str = ""
    error: str = ""
    hint: str = ""
    report: str = field(default="", repr=False)
    """The report as JSON; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRevision:
    """A revision of a document that is or was indexed, with what it was last indexed for."""

    document: str
    revision: str
    root: str
    title: str
    product: str
    audience: Audience
    last_seen: str
    """When a run last found it in the index."""
    first_seen: str = ""
    """When a run first did: when it was ingested."""

    def readable_in(self, scope: Scope) -> bool:
        """Could it be read in this scope when it was last indexed?"""
        audience = scope.audience is Audience.INTERNAL or self.audience is scope.audience
        return audience and (scope.products is None or self.product in scope.products)


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is amiss with a revision's pages, summed up."""

    pages: int
    """How many have something amiss."""
    lost: float
    """What they lack together: of each, 1 less its score."""
    problems: tuple[str, ...]

    def score(self, pages: int) -> float:
        """How well a manual of so many pages was read, from 0 to 1: the mean over its pages."""
        return max(0.0, 1 - self.lost / max(1, pages, self.pages))
