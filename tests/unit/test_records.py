"""The records: what is put in comes out again, in order, by another process too; what cannot work is said."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.audience import Audience
from ingest.errors import RecordsUnusable
from ingest.metadata import Setting
from ingest.records.schema import VERSION
from ingest.records.store import Records
from ingest.records.types import Run, State
from ingest.types import PageQuality
from tests.documents import indexed, source


def test_settings_keep_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.set_values(["a/*"], {"product": "A", "audience": "public"})
    records.set_values(["a/b.pdf"], {"product": "B"})
    records.set_values(["a/*"], {"product": "A2"})
    expected = (
        Setting("a/*", "audience", "public"),
        Setting("a/b.pdf", "product", "B"),
        Setting("a/*", "product", "A2"),
    )
    assert records.settings() == Records(tmp_path).settings() == expected


def test_taking_back_leaves_a_trace_only_where_it_has_to(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.set_values(["a/*"], {"product": "A"})
    records.set_values(["a/b.pdf"], {"product": ""})
    assert records.settings()[-1] == Setting("a/b.pdf", "product", "")
    records.set_values(["a/b.pdf", "a/*"], {"product": ""})
    records.set_values(["x"], {"title": ""})
    assert Setting("x", "title", "") not in records.settings()
    assert all(not setting.value for setting in records.settings())


def test_runs_come_newest_first_and_one_that_was_killed_stays_seen(tmp_path: Path) -> None:
    records = Records(tmp_path)
    first, second = records.begin("ingest", "manuals"), records.begin("remove", "a.pdf")
    ended = Run(
        number=first,
        kind="ingest",
        state=State.FAILED,
        started_at="",
        seconds=1.5,
        started_by="",
        job="",
        error="broken",
        hint="mend it",
        report="{}",
    )
    records.end(ended)
    newest, oldest = records.runs(10)
    assert (newest.number, newest.state, newest.job) == (second, State.RUNNING, "a.pdf")
    assert oldest == replace(ended, started_at=oldest.started_at, started_by=oldest.started_by, job="manuals")
    assert records.run(second + 1) is None


def test_a_revision_is_known_with_the_audience_it_was_last_indexed_for(tmp_path: Path) -> None:
    records = Records(tmp_path)
    document = indexed(source("a.md", audience=Audience.PUBLIC, product="hub"), "s")
    records.see([document, indexed(source("b.md"), "s")])
    records.see([replace(document, audience=Audience.INTERNAL)])
    known = records.revision("a.md", document.revision)
    assert known is not None
    assert (known.audience, known.product, known.root) == (Audience.INTERNAL, "hub", "/manuals")
    assert records.revision("a.md", "another") is None
    assert {known.document for known in records.revisions()} == {"a.md", "b.md"}
    records.forget([known])
    assert [known.document for known in records.revisions()] == ["b.md"]


def test_weak_pages_are_those_of_the_last_reading(tmp_path: Path) -> None:
    records = Records(tmp_path)
    weak = PageQuality(page=3, score=0.25, problems=("garbled", "broken table"))
    records.note_quality("a.pdf", "r1", [PageQuality(page=1, score=0.0, problems=("empty",))])
    records.note_quality("a.pdf", "r1", [weak])
    assert records.quality("a.pdf", "r1") == (weak,)
    assert records.quality("a.pdf", "r2") == ()


def test_several_writers_wait_for_each_other(tmp_path: Path) -> None:
    Records(tmp_path)

    def write(number: int) -> None:
        records = Records(tmp_path)
        records.set_values([f"{number}.pdf"], {"product": str(number)})
        records.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(24)))
    assert len(Records(tmp_path).settings()) == 24


def test_damaged_and_newer_records_are_refused_with_what_to_do(tmp_path: Path) -> None:
    Records(tmp_path).close()
    with sqlite3.connect(tmp_path / "records.sqlite") as connection:
        connection.execute("UPDATE schema_version SET version = ?", (VERSION + 1,))
    with pytest.raises(RecordsUnusable, match="newer") as caught:
        Records(tmp_path)
    assert caught.value.hint
    (tmp_path / "records.sqlite").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(RecordsUnusable, match=r"records\.sqlite"):
        Records(tmp_path)


def test_records_that_another_command_holds_are_not_called_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Records(tmp_path).close()
    monkeypatch.setattr("ingest.records.store._WAIT_SECONDS", 0.05)
    holder = sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordsUnusable, match="locked") as caught:
        Records(tmp_path)
    assert "again" in caught.value.hint
    holder.execute("ROLLBACK")
    holder.close()
    Records(tmp_path).close()
