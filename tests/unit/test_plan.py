"""What an ingest would do: only what changed is read, nothing vanishes by accident."""

import hashlib
from pathlib import Path

import pytest

from ingest import chunk, versions
from ingest.errors import MassRemoval, SettingError
from ingest.index.contract import EMBEDDING, IndexedDocument
from ingest.index.made_by import MadeBy, oldest_versions
from ingest.plan import Plan, common_root, donors, make_plan
from ingest.suffixes import SUFFIXES
from ingest.types import SourceFile
from ingest.versions import signature
from tests.documents import indexed, source


@pytest.fixture
def manuals(tmp_path: Path) -> Path:
    folder = tmp_path / "manuals"
    for name in ("pump/p1.md", "pump/p2.md", "lamp/l1.md", "lamp/l2.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n\nText of {name}.\n")
    return folder


def published(plan: Plan) -> list[IndexedDocument]:
    """What the index knows after this plan was carried out."""
    return [indexed(source, signature(source)) for source in plan.to_read]


def names(plan: Plan) -> tuple[list[str], list[str], list[str], list[str]]:
    return (
        [source.document for source in plan.added],
        [source.document for source in plan.updated],
        list(plan.unchanged),
        list(plan.removed),
    )


ALL = ["lamp/l1.md", "lamp/l2.md", "pump/p1.md", "pump/p2.md"]


def test_a_first_ingest_adds_everything_and_the_second_nothing(manuals: Path) -> None:
    first = make_plan([manuals], manuals, [])
    assert names(first) == (ALL, [], [], [])
    assert names(make_plan([manuals], manuals, published(first))) == ([], [], ALL, [])


def test_changed_removed_and_new_files_are_told_apart(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    (manuals / "pump/p1.md").write_text("# Another text\n")
    (manuals / "lamp/l2.md").unlink()
    (manuals / "lamp/l3.md").write_text("# New\n")
    plan = make_plan([manuals], manuals, known)
    assert names(plan) == (["lamp/l3.md"], ["pump/p1.md"], ["lamp/l1.md", "pump/p2.md"], ["lamp/l2.md"])


def test_a_change_of_manual_toml_updates_its_documents_only(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    (manuals / "pump/manual.toml").write_text('[default]\naudience = "public"\n')
    plan = make_plan([manuals], manuals, known)
    assert names(plan) == ([], ["pump/p1.md", "pump/p2.md"], ["lamp/l1.md", "lamp/l2.md"], [])


def test_force_reads_everything_again(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    assert names(make_plan([manuals], manuals, known, force=True)) == ([], ALL, [], [])


def test_a_part_of_the_root_leaves_the_rest_alone(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    (manuals / "lamp/l1.md").unlink()
    (manuals / "pump/p1.md").unlink()
    assert names(make_plan([manuals / "pump"], manuals, known))[3] == ["pump/p1.md"]


def test_another_root_removes_nothing_of_this_one(manuals: Path, tmp_path: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.md").write_text("# X\n")
    assert names(make_plan([other], other, known)) == (["x.md"], [], [], [])


def test_an_emptied_folder_is_not_taken_for_a_wish(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    for name in ALL[:3]:
        (manuals / name).unlink()
    with pytest.raises(MassRemoval, match="3 of 4") as raised:
        make_plan([manuals], manuals, known)
    assert "--allow-removals" in raised.value.hint
    assert names(make_plan([manuals], manuals, known, allow_removals=True))[3] == ALL[:3]


def test_half_may_go(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    for name in ALL[:2]:
        (manuals / name).unlink()
    assert names(make_plan([manuals], manuals, known))[3] == ALL[:2]


def test_a_single_file_keeps_the_root_it_was_indexed_under(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    file = manuals / "pump/p1.md"
    assert common_root([file], None, known) == manuals.resolve()
    assert common_root([file], None, []) == file.parent.resolve()
    assert names(make_plan([file], common_root([file], None, known), known)) == ([], [], ["pump/p1.md"], [])


def test_several_paths_need_a_root(manuals: Path) -> None:
    paths = [manuals / "pump", manuals / "lamp"]
    with pytest.raises(SettingError) as raised:
        common_root(paths, None, [])
    assert "--root" in raised.value.message + raised.value.hint
    assert names(make_plan(paths, common_root(paths, manuals, []), []))[0] == ALL


def test_a_path_that_is_not_there_is_named(manuals: Path) -> None:
    with pytest.raises(SettingError, match="nowhere"):
        make_plan([manuals / "nowhere"], manuals, [])


def legacy_signature(source: SourceFile) -> str:
    """As it was before each family of readers had a version of its own."""
    fields = (source.product, source.version, source.language, str(source.audience), source.title, source.root)
    parts = (*fields, "readers 1", f"chunks {chunk.VERSION}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A manual of each of three families; nothing opens them here."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name in ("a.pdf", "b.html", "c.txt"):
        (folder / name).write_text(f"Text of {name}.\n")
    return folder


def test_a_new_reader_touches_its_family_only(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = published(make_plan([mixed], mixed, []))
    assert names(make_plan([mixed], mixed, known))[1] == []
    monkeypatch.setitem(versions.READERS, "html", versions.READERS["html"] + 1)
    assert names(make_plan([mixed], mixed, known))[1] == ["b.html"]


def test_a_new_chunker_touches_everything(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = published(make_plan([mixed], mixed, []))
    monkeypatch.setattr(chunk, "VERSION", chunk.VERSION + 1)
    assert names(make_plan([mixed], mixed, known))[1] == ["a.pdf", "b.html", "c.txt"]


def test_signatures_of_before_are_understood(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "READERS", {"pdf": 2, "html": 1, "text": 1})
    known = [indexed(source, legacy_signature(source)) for source in make_plan([mixed], mixed, []).to_read]
    assert names(make_plan([mixed], mixed, known))[1] == ["a.pdf"]
    (mixed / "manual.toml").write_text('["c.txt"]\nproduct = "pump"\n')
    assert names(make_plan([mixed], mixed, known))[1] == ["a.pdf", "c.txt"]
    monkeypatch.setattr(chunk, "VERSION", chunk.VERSION + 1)
    assert names(make_plan([mixed], mixed, known))[1] == ["a.pdf", "b.html", "c.txt"]


def test_every_ending_has_a_family_of_readers() -> None:
    for suffix in SUFFIXES:
        made = versions.made_now(source(f"manual{suffix}"))
        assert MadeBy.read(str(made)) == made
        assert made.reader in versions.READERS


def test_an_index_says_the_oldest_versions_in_it(mixed: Path) -> None:
    known = published(make_plan([mixed], mixed, []))
    said = oldest_versions(known)
    assert said == {"chunker": chunk.VERSION, "embedder": EMBEDDING} | {
        family: versions.READERS[family] for family in ("pdf", "html", "text")
    }
    older = [*known, indexed(source("d.pdf"), "0123456789abcdef, pdf 1, chunks 2"), indexed(source("e.md"), "abc")]
    assert oldest_versions(older)["pdf"] == 1
    assert oldest_versions(older)["chunker"] == 0
    assert oldest_versions(older[:-1])["chunker"] == 2


def test_moved_manuals_and_copies_are_recognised(manuals: Path) -> None:
    known = published(make_plan([manuals], manuals, []))
    (manuals / "lamp").rename(manuals / "light")
    (manuals / "pump/copy.md").write_bytes((manuals / "pump/p1.md").read_bytes())
    plan = make_plan([manuals], manuals, known)
    assert plan.renamed == (("lamp/l1.md", "light/l1.md"), ("lamp/l2.md", "light/l2.md"))
    assert plan.duplicates == (("pump/copy.md", "pump/p1.md"),)
    assert names(plan)[0] == ["light/l1.md", "light/l2.md", "pump/copy.md"]
    assert donors(plan, known) == {
        "light/l1.md": ("lamp/l1.md",),
        "light/l2.md": ("lamp/l2.md",),
        "pump/copy.md": ("pump/p1.md",),
    }
