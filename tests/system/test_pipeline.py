"""What a run embeds, takes over, resumes and refuses: real files and a real index, with a small embedder."""

import json
import sqlite3
from pathlib import Path

import pytest

from ingest import chunk, pipeline, versions
from ingest.errors import IndexUnusable, ManualdeskError
from ingest.filling import SLICE_CHUNKS
from ingest.index.contract import EMBEDDING, EVERYTHING, Index
from ingest.pipeline import Job, Report
from tests.desk import Desk, manual
from tests.recording_crew import NAME, BatchingEmbedder, RecordingCrew, vector_of


def test_a_changed_section_costs_its_own_chunks_only(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 40))
    first = desk.ingest()
    assert (first.embedded, first.taken_over) == (first.chunks, 0)
    desk.write("pump.md", manual("Pump", 40, s20="The **red** valve is new. " * 9))
    second = desk.ingest()
    assert second.updated == ("pump.md",)
    assert 1 <= second.embedded <= 2
    assert all("red" in text for text in desk.crew.embedded)
    assert second.embedded + second.taken_over == second.chunks


def test_changed_metadata_embeds_nothing_and_loads_no_model(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 9))
    desk.ingest()
    desk.write("manual.toml", '[default]\naudience = "public"\n')
    report = desk.ingest()
    assert (report.updated, report.embedded, report.taken_over) == (("pump.md",), 0, report.chunks)
    assert (desk.crew.loads, desk.crew.prepared) == (0, 0)
    (document,) = desk.store.open().documents(EVERYTHING)
    assert document.audience == "public"


def test_force_embeds_all_anew(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 9))
    first = desk.ingest()
    second = desk.ingest(force=True)
    assert (second.embedded, second.taken_over) == (first.chunks, 0)


@pytest.mark.parametrize("batching", [False, True])
def test_equal_texts_of_one_run_are_embedded_once(desk: Desk, batching: bool) -> None:
    if batching:
        desk.crew = RecordingCrew(BatchingEmbedder())
    for name in ("a/pump.md", "b/pump.md", "c/pump.md"):
        desk.write(name, manual("Pump", 400))
    report = desk.ingest()
    assert report.embedded + report.taken_over == report.chunks
    # Where several batches are on their way at once, what they hold is not known yet.
    on_the_way = BatchingEmbedder.ahead * SLICE_CHUNKS if batching else 0
    assert report.chunks / 3 <= report.embedded <= report.chunks / 3 + on_the_way
    assert report.duplicates == (("a/pump.md", "b/pump.md", "c/pump.md"),)


def test_a_stopped_run_is_taken_up(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 300))
    desk.write("lamp.md", manual("Lamp", 300))
    steps = desk.steps()
    while len(desk.crew.embedded) < 64:
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    embedded = len(set(desk.crew.embedded))
    assert desk.journal.exists()
    with pytest.raises(ManualdeskError):
        desk.store.open()
    report = desk.ingest()
    assert report.embedded + embedded == report.chunks
    assert not desk.journal.exists()


@pytest.mark.parametrize("damage", ["not a database at all " * 99, "", "cut"])
def test_a_damaged_journal_is_started_over(desk: Desk, damage: str) -> None:
    desk.write("pump.md", manual("Pump", 300))
    steps = desk.steps()
    while len(desk.crew.embedded) < 64:
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    if damage == "cut":
        with sqlite3.connect(desk.journal) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = desk.journal.stat().st_size
        with desk.journal.open("r+b") as file:
            file.seek(size // 2)
            file.write(b"\x5a" * 20_000)
    else:
        desk.journal.write_text(damage)
    report = desk.ingest()
    assert report.embedded >= report.chunks - 64
    assert not desk.journal.exists()


def test_a_home_that_keeps_no_journal_ingests_all_the_same(desk: Desk) -> None:
    desk.journal.mkdir()
    desk.write("pump.md", manual("Pump", 40))
    report = desk.ingest()
    assert report.embedded == report.chunks


def test_a_gate_sees_the_draft_and_can_refuse_it(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 5))
    first = desk.ingest()
    desk.write("lamp.md", manual("Lamp", 5))
    seen: list[list[str]] = []

    def refuse(index: Index) -> None:
        seen.append([document.document for document in index.documents(EVERYTHING)])
        assert index.search_dense(vector_of("Lamp"), EVERYTHING, limit=1)
        raise ManualdeskError("2 of 3 gold questions are worse now", hint="look at lamp.md")

    with pytest.raises(ManualdeskError, match="gold"):
        desk.ingest(gate=refuse)
    assert seen == [["lamp.md", "pump.md"]]
    assert desk.store.open().info().generation == first.generation
    again = desk.ingest(gate=lambda _index: None)
    assert (again.added, again.embedded) == (("lamp.md",), 0)


def test_another_embedder_is_refused_before_anything_is_read(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 5))
    desk.ingest()
    desk.crew.words.name = "other"
    for _nothing_new_then_a_manual in range(2):
        with pytest.raises(IndexUnusable, match=NAME) as caught:
            list(pipeline.run(desk.store, "other", desk.home, desk.home, Job(paths=(desk.manuals,)), crew=desk.crew))
        assert "--force" in caught.value.hint
        desk.write("lamp.md", manual("Lamp", 5))
    assert desk.crew.closed


def test_the_crew_is_closed_whatever_happens(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 300))
    steps = desk.steps()
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert desk.crew.closed == 1
    desk.ingest()
    assert desk.crew.closed == 2


def test_an_ingest_that_was_overtaken_says_so(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 3))
    other = RecordingCrew()

    class OvertakenCrew(RecordingCrew):
        """Another ingest publishes while this one loads its model."""

        def embedder(self):  # type: ignore[no-untyped-def]
            job = Job(paths=(desk.manuals,))
            list(pipeline.run(desk.store, NAME, desk.home, desk.home, job, crew=other))
            return super().embedder()

    desk.crew = OvertakenCrew()
    with pytest.raises(IndexUnusable, match="another ingest") as caught:
        list(desk.steps())
    assert caught.value.hint


def test_an_older_index_serves_and_only_what_a_new_reader_touches_is_migrated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("pump.md", manual("Pump", 9))
    desk.write("lamp.html", "<html><body><h1>Lamp</h1><p>Press the key for three seconds.</p></body></html>")
    monkeypatch.setitem(versions.READERS, "markdown", 0)
    older = desk.ingest()
    monkeypatch.undo()
    make_older(desk.home / "index" / "generations" / older.generation / "info.json")
    index = desk.store.open()
    assert index.search_dense(vector_of("Lamp"), EVERYTHING, limit=1)
    assert (index.info().versions, len(index.documents(EVERYTHING))) == ({}, 2)
    migrated = desk.ingest()
    assert (migrated.updated, desk.crew.read_documents) == (("pump.md",), ["pump.md"])
    assert (migrated.embedded, migrated.taken_over) == (0, 9)
    assert desk.store.open().info().versions == {
        "chunker": chunk.VERSION,
        "embedder": EMBEDDING,
        "html": versions.READERS["html"],
        "markdown": versions.READERS["markdown"],
    }
    assert desk.ingest().unchanged == 2


def make_older(info: Path) -> None:
    """As it was written before an index said which versions made it."""
    fields = json.loads(info.read_text())
    del fields["versions"]
    info.write_text(json.dumps(fields))


def test_vectors_made_in_another_way_are_not_mixed(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 9))
    first = desk.ingest()
    info = desk.home / "index" / "generations" / first.generation / "info.json"
    fields = json.loads(info.read_text())
    fields["versions"]["embedder"] = EMBEDDING + 1
    info.write_text(json.dumps(fields))
    desk.write("lamp.md", manual("Lamp", 2))
    with pytest.raises(IndexUnusable, match="another way") as caught:
        list(desk.steps())
    assert "--force" in caught.value.hint
    assert desk.ingest(force=True).embedded == 11


def test_progress_ends_with_everything_done(desk: Desk) -> None:
    for number in range(5):
        desk.write(f"{number}.md", manual(f"Pump {number}", 60))
    *steps, report = desk.steps()
    assert isinstance(report, Report)
    last = steps[-1]
    assert isinstance(last, pipeline.Progress)
    assert (last.documents, last.documents_total) == (5, 5)
    assert last.embedded == last.chunks == report.chunks
    assert report.embedding_seconds <= report.seconds


def test_the_published_index_is_opened_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("pump.md", manual("Pump", 3))
    opened: list[int] = []
    really = desk.store.open

    def counted() -> Index:
        opened.append(1)
        return really()

    monkeypatch.setattr(desk.store, "open", counted)
    for _round in range(2):
        list(desk.steps())
    assert len(opened) == 2
