"""Manuals that move, are renamed or are copied: what they cost, and what is said of them."""

import pytest

from ingest.errors import MassRemoval
from ingest.index.contract import EVERYTHING
from tests.desk import Desk, manual


def test_a_renamed_document_keeps_its_vectors(desk: Desk) -> None:
    desk.write("old/pump.md", manual("Pump", 9))
    desk.write("lamp.md", manual("Lamp", 3))
    desk.write("drill.md", manual("Drill", 3))
    desk.ingest()
    (desk.manuals / "new").mkdir()
    (desk.manuals / "old/pump.md").rename(desk.manuals / "new/pump.md")
    report = desk.ingest()
    assert report.renamed == (("old/pump.md", "new/pump.md"),)
    assert (report.added, report.removed) == (("new/pump.md",), ("old/pump.md",))
    assert report.embedded == 0
    assert report.to_json()["renamed"] == [{"from": "old/pump.md", "to": "new/pump.md"}]
    assert [found.document for found in desk.store.open().documents(EVERYTHING)] == [
        "drill.md",
        "lamp.md",
        "new/pump.md",
    ]


def test_a_renamed_manual_that_cannot_be_read_stays_under_its_old_name(desk: Desk) -> None:
    for name in ("pump.md", "lamp.md", "drill.md"):
        desk.write(name, manual(name, 3))
    desk.ingest()
    (desk.manuals / "pump.md").rename(desk.manuals / "pump.docx")  # no DOCX, whatever its name says now
    report = desk.ingest()
    assert [failure.document for failure in report.failed] == ["pump.docx"]
    assert (report.added, report.removed, report.renamed) == ((), (), ())
    assert "pump.md" in {found.document for found in desk.store.open().documents(EVERYTHING)}


def test_a_moved_folder_is_no_mass_removal(desk: Desk) -> None:
    for number in range(4):
        desk.write(f"old/{number}.md", manual(f"Pump {number}", 2))
    desk.ingest()
    (desk.manuals / "old").rename(desk.manuals / "new")
    assert len(desk.ingest().renamed) == 4
    for number in range(3):
        (desk.manuals / f"new/{number}.md").unlink()
    with pytest.raises(MassRemoval):
        desk.ingest()


def test_a_copy_of_a_published_manual_embeds_nothing(desk: Desk) -> None:
    desk.write("pump.md", manual("Pump", 9))
    desk.ingest()
    desk.write("copy.md", manual("Pump", 9))
    report = desk.ingest()
    assert (report.added, report.embedded, report.renamed) == (("copy.md",), 0, ())
    assert report.duplicates == (("copy.md", "pump.md"),)
    assert desk.ingest().duplicates == report.duplicates  # said again while it is so
