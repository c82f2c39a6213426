"""A report back from its JSON: what an older Manualdesk did not say is empty, what a newer one adds is passed over."""

import json
from collections.abc import Mapping, Sequence

from ingest.errors import RecordsUnusable
from ingest.pipeline import Failure, Report, WeakPages
from ingest.types import PageQuality

Row = Mapping[str, object]


def report_from_json(text: str) -> Report:
    """The report that `Report.to_json` wrote. Raises RecordsUnusable where it is none."""
    try:
        value = json.loads(text)
        return Report(
            added=_texts(value, "added"),
            updated=_texts(value, "updated"),
            unchanged=_count(value, "unchanged"),
            removed=_texts(value, "removed"),
            failed=tuple(
                Failure(document=str(row["document"]), error=str(row["error"]), hint=str(row.get("hint", "")))
                for row in _rows(value, "failed")
            ),
            skipped=tuple((str(row["document"]), str(row["reason"])) for row in _rows(value, "skipped")),
            documents=_count(value, "documents"),
            chunks=_count(value, "chunks"),
            pages=_count(value, "pages"),
            generation=str(value.get("generation", "")),
            seconds=float(value.get("seconds", 0.0)),
            renamed=tuple((str(row["from"]), str(row["to"])) for row in _rows(value, "renamed")),
            duplicates=tuple(tuple(map(str, group)) for group in value.get("duplicates", ())),
            embedded=_count(value, "embedded"),
            taken_over=_count(value, "taken_over"),
            embedding_seconds=float(value.get("embedding_seconds", 0.0)),
            weak_pages=tuple(_weak(row) for row in _rows(value, "weak_pages")),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RecordsUnusable(
            f"the report of this run cannot be read: {error!r}", hint="see another one: manualdesk runs"
        ) from error


def _texts(value: Row, key: str) -> tuple[str, ...]:
    found = value.get(key, ())
    return tuple(map(str, found)) if isinstance(found, Sequence) else ()


def _count(value: Row, key: str) -> int:
    return int(str(value.get(key, 0)))


def _rows(value: Row, key: str) -> list[Row]:
    found = value.get(key, ())
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, Sequence) else []


def _weak(row: Row) -> WeakPages:
    pages = tuple(
        PageQuality(
            page=_count(page, "page"), score=float(str(page.get("score", 0))), problems=_texts(page, "problems")
        )
        for page in _rows(row, "pages")
    )
    return WeakPages(document=str(row["document"]), pages=pages)
