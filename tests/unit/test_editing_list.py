"""The editors' list: what is found, in which order, on which page; what failed; what a rollback would change."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.audience import Audience
from ingest.index.contract import IndexedDocument
from ingest.records.store import Records
from ingest.records.types import Run, State, Weakness
from ingest.report import Failure, Report, WeakPages
from ingest.types import PageQuality
from ui.editing.job_routes import outcomes
from ui.editing.listing import KEYS, PAGE_ROWS, Wanted, failures, listed
from ui.editing.publish_routes import comparison


def indexed(name: str, **fields: object) -> IndexedDocument:
    made = IndexedDocument(
        document=name,
        revision=f"r-{name}",
        title=f"Guide of {name}",
        product=name.split("/", maxsplit=1)[0],
        version="",
        language="en",
        audience=Audience.PUBLIC,
        pages=10,
        chunks=5,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def report(**fields: object) -> Report:
    rest = {"added": (), "updated": (), "unchanged": 0, "removed": (), "failed": (), "skipped": ()}
    numbers = {"documents": 0, "chunks": 0, "pages": 0, "generation": "g", "seconds": 1.0}
    return Report(**{**rest, **numbers, **fields})  # type: ignore[arg-type]


def run(number: int, found: Report | None, kind: str = "ingest") -> Run:
    import json

    return Run(
        number=number,
        kind=kind,
        state=State.DONE,
        started_at="2026-01-31T12:00:00+00:00",
        seconds=1.0,
        started_by="",
        job="",
        report=json.dumps(found.to_json()) if found else "",
    )


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path)


MANUALS = [
    indexed("pump/b.pdf", pages=100, language="zh"),
    indexed("lamp/a.pdf", audience=Audience.INTERNAL, title="Zebra"),
    indexed("pump/c.pdf", chunks=50),
]


def shown(records: Records, **wanted: object) -> list[str]:
    return [row.known.document for row in listed(MANUALS, records, Wanted(**wanted)).rows]  # type: ignore[arg-type]


def test_it_is_searched_filtered_and_sorted(records: Records) -> None:
    assert shown(records) == ["lamp/a.pdf", "pump/b.pdf", "pump/c.pdf"]
    assert shown(records, q="ZEBRA a") == ["lamp/a.pdf"]
    assert shown(records, product="pump", language="zh") == ["pump/b.pdf"]
    assert shown(records, audience="internal") == ["lamp/a.pdf"]
    assert shown(records, sort="pages", order="down")[0] == "pump/b.pdf"
    assert shown(records, sort="chunks", order="down")[0] == "pump/c.pdf"
    for key in KEYS:
        assert set(shown(records, sort=key)) == {known.document for known in MANUALS}
    assert shown(records, sort="no such key") == shown(records), "an address that somebody made up is no error"


def test_quality_is_the_mean_over_pages_and_tells_why(records: Records) -> None:
    weak = (PageQuality(page=1, score=0.0, problems=("empty",)), PageQuality(page=2, score=0.5, problems=("garbled",)))
    records.note_quality("pump/b.pdf", "r-pump/b.pdf", weak)
    records.note_quality("pump/c.pdf", "an older revision", weak)
    found = listed(MANUALS, records, Wanted(show="problems"))
    assert [row.known.document for row in found.rows] == ["pump/b.pdf"]
    assert found.rows[0].score == pytest.approx(1 - 1.5 / 100)
    assert found.rows[0].weak.problems == ("empty", "garbled")
    assert shown(records, sort="quality")[0] == "pump/b.pdf"
    assert Weakness(1, 1.0, ()).score(0) == 0.0, "a document without pages"


def test_the_first_look_at_a_revision_is_when_it_was_ingested(records: Records) -> None:
    records.see(MANUALS)
    assert all(row.ingested for row in listed(MANUALS, records, Wanted()).rows)
    known = records.revisions("lamp/a.pdf")[0]
    assert known.first_seen == known.last_seen


def test_pages_of_the_list_hold_each_manual_once(records: Records) -> None:
    many = [indexed(f"p/{number:04}.pdf") for number in range(2 * PAGE_ROWS + 1)]
    pages = [listed(many, records, Wanted(page=number)) for number in (1, 2, 3)]
    assert [found.pages for found in pages] == [3, 3, 3]
    assert [row.known for found in pages for row in found.rows] == many
    assert listed(many, records, Wanted(page=99)).rows == pages[-1].rows


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "²", ""])
def test_an_address_that_makes_no_sense_is_the_first_page(page: str) -> None:
    assert Wanted.of({"page": page, "q": "x"}) == Wanted(q="x")


def test_an_address_keeps_what_was_wanted() -> None:
    wanted = Wanted(q="a&b", sort="pages")
    assert wanted.address(page=2) == "/desk/documents?q=a%26b&sort=pages&page=2"
    assert Wanted().address() == "/desk/documents"


def test_failed_is_what_the_newest_run_that_names_a_manual_says() -> None:
    bad = Failure(document="a", error="broken", hint="mend it")
    other = Failure(document="b", error="broken", hint="")
    assert list(failures([run(2, report(failed=(bad, other)))])) == ["a", "b"]
    assert list(failures([run(3, report(updated=("a",))), run(2, report(failed=(bad, other)))])) == ["b"]
    removed = run(4, report(removed=("b",)), "remove")
    assert list(failures([removed, run(3, None), run(2, report(failed=(bad, other)))])) == ["a"]


def test_outcomes_name_each_manual_once_troubles_first() -> None:
    weak = WeakPages(document="c", pages=(PageQuality(page=3, score=0.1, problems=("empty",)),))
    found = outcomes(
        report(
            added=("a", "new"),
            updated=("c",),
            removed=("old", "gone"),
            renamed=(("old", "new"),),
            failed=(Failure(document="f", error="f: broken", hint="h"),),
            weak_pages=(weak,),
        )
    )
    assert [(each.document, each.state) for each in found] == [
        ("f", "failed"), ("c", "updated"), ("a", "added"), ("new", "renamed"), ("gone", "removed")
    ]  # fmt: skip
    assert found[0].told == "broken"
    assert found[3].told == "old"


def test_another_generation_is_compared_by_bytes_and_what_was_said() -> None:
    now = [indexed("same"), indexed("edited", revision="2"), indexed("said", signature="y"), indexed("newer")]
    then = [indexed("same"), indexed("edited", revision="1"), indexed("said", signature="x"), indexed("older")]
    found = comparison(now, then)
    assert (found.back, found.changed, found.gone) == (("older",), ("edited", "said"), ("newer",))
