"""The list of manuals: indexed documents and what the records know of them come in, one page of rows comes out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from ingest.errors import RecordsUnusable
from ingest.index.contract import IndexedDocument
from ingest.records.types import Run, Weakness
from ingest.report import Failure

if TYPE_CHECKING:
    from ingest.records.store import Records

PAGE_ROWS: Final = 50
_RUNS_LOOKED_AT: Final = 30
_FINE: Final = Weakness(0, 0.0, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One manual in the list."""

    known: IndexedDocument
    ingested: str
    """When its revision was first indexed."""
    weak: Weakness = _FINE
    failure: Failure | None = None
    """Why its newer file is not in the index."""

    @property
    def score(self) -> float:
        """How well it was read, 0 to 1."""
        return self.weak.score(self.known.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an editor wants to see of the list, as its address says."""

    q: str = ""
    product: str = ""
    audience: str = ""
    language: str = ""
    show: str = ""
    """Empty: all; `problems`, `failed`."""
    sort: str = "document"
    order: str = "up"
    page: int = 1

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Wanted":
        """What an address says; what makes no sense is as if it were not said."""
        texts = {item.name: said.get(item.name, item.default) for item in fields(cls) if item.name != "page"}
        page = said.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
        return cls(**texts, page=max(1, number))  # type: ignore[arg-type]

    def address(self, **changes: object) -> str:
        """The list's address with these changes; what is as ever is left out."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        values = {item.name: getattr(other, item.name) for item in fields(Wanted)}
        said = {item.name: values[item.name] for item in fields(Wanted) if values[item.name] != item.default}
        return f"/desk/documents?{urlencode(said)}" if said else "/desk/documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of the list."""

    rows: tuple[Row, ...]
    found: int
    """Rows on all pages."""
    total: int
    pages: int
    products: tuple[str, ...]
    languages: tuple[str, ...]
    failed: tuple[Failure, ...]
    """All that failed when it was last ingested, indexed before or not."""


KEYS: Final = {
    "document": lambda row: row.known.document.casefold(),
    "title": lambda row: row.known.title.casefold(),
    "product": lambda row: (row.known.product.casefold(), row.known.document),
    "audience": lambda row: (str(row.known.audience), row.known.document),
    "language": lambda row: (row.known.language, row.known.document),
    "pages": lambda row: row.known.pages,
    "chunks": lambda row: row.known.chunks,
    "quality": lambda row: row.score,
    "ingested": lambda row: row.ingested,
}
"""By what it can be sorted."""


def listed(documents: Sequence[IndexedDocument], records: "Records", wanted: Wanted) -> Listed:
    """The page that is wanted of these manuals. Raises RecordsUnusable."""
    seen = {(known.document, known.revision): known.first_seen for known in records.revisions()}
    weak = records.weaknesses()
    failed = failures(records.runs(_RUNS_LOOKED_AT))
    rows = [
        Row(
            known=known,
            ingested=seen.get((known.document, known.revision), ""),
            weak=weak.get((known.document, known.revision), _FINE),
            failure=failed.get(known.document),
        )
        for known in documents
    ]
    found = sorted(
        (row for row in rows if _fits(row, wanted)),
        key=KEYS.get(wanted.sort, KEYS["document"]),
        reverse=wanted.order == "down",
    )
    pages = max(1, -(-len(found) // PAGE_ROWS))
    page = min(max(1, wanted.page), pages)
    return Listed(
        rows=tuple(found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
        found=len(found),
        total=len(rows),
        pages=pages,
        products=_distinct(known.product for known in documents),
        languages=_distinct(known.language for known in documents),
        failed=tuple(failed.values()),
    )


def failures(runs: Iterable[Run]) -> Mapping[str, Failure]:
    """The manuals of which the newest run that names them says that they failed. `runs`: the newest first."""
    from ingest.records.reports import report_from_json

    told: set[str] = set()
    found: dict[str, Failure] = {}
    for run in runs:
        if not run.report or run.kind in ("remove", "rollback"):
            told.update(_removed(run))
            continue
        try:
            report = report_from_json(run.report)
        except RecordsUnusable:
            continue
        found.update({each.document: each for each in report.failed if each.document not in told})
        told.update((*report.added, *report.updated, *report.removed, *(each.document for each in report.failed)))
    return dict(sorted(found.items()))


def _removed(run: Run) -> list[str]:
    try:
        return [str(name) for name in json.loads(run.report or "{}").get("removed", ())]
    except (ValueError, AttributeError, TypeError):
        return []


def _fits(row: Row, wanted: Wanted) -> bool:
    known = row.known
    words = wanted.q.casefold().split()
    text = f"{known.document} {known.title} {known.model}".casefold()
    return (
        all(word in text for word in words)
        and (not wanted.product or known.product == wanted.product)
        and (not wanted.audience or known.audience == wanted.audience)
        and (not wanted.language or known.language == wanted.language)
        and (wanted.show != "problems" or bool(row.weak.pages))
        and (wanted.show != "failed" or row.failure is not None)
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}, key=str.casefold))
