"""Discovery: which files are manuals, what is known of each, and what is said about the rest."""

import os
from pathlib import Path

import pytest

from ingest.audience import Audience
from ingest.discover import default_root, discover
from ingest.errors import SettingError
from ingest.metadata import Setting
from ingest.types import SourceFile


def write(root: Path, name: str, text: str = "Some text.") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(root: Path) -> dict[str, SourceFile]:
    return {source.document: source for source in discover([root], root=root).files}


def test_product_and_language_come_from_folders(tmp_path: Path) -> None:
    for name in ("hub/zh-cn/guide.html", "hub/ja/deep/er/guide.md", "hub/notes.txt", "de/guide.txt", "loose.txt"):
        write(tmp_path, name)
    files = found(tmp_path)
    said = {name: (source.product, source.language) for name, source in files.items()}
    assert said == {
        "hub/zh-cn/guide.html": ("hub", "zh"),
        "hub/ja/deep/er/guide.md": ("hub", "ja"),
        "hub/notes.txt": ("hub", ""),
        "de/guide.txt": ("", "de"),
        "loose.txt": ("", ""),
    }
    assert list(files) == sorted(files)
    assert all(source.audience is Audience.INTERNAL for source in files.values())


def test_revision_follows_the_bytes_and_nothing_else(tmp_path: Path) -> None:
    first = found_one(tmp_path, write(tmp_path, "a.txt", "one"))
    again = found_one(tmp_path, write(tmp_path, "b.txt", "one"))
    other = found_one(tmp_path, write(tmp_path, "a.txt", "two"))
    assert first.revision == again.revision != other.revision
    assert len(first.revision) == 16
    assert first.size == 3


def found_one(root: Path, path: Path) -> SourceFile:
    (source,) = discover([path], root=root).files
    return source


def test_manual_toml_wins_over_front_matter_and_that_over_folders(tmp_path: Path) -> None:
    write(tmp_path, "hub/en/a.md", "---\nproduct: Hub 2\ntitle: 'A: guide'\naudience: public\nlayout: page\n---\n# A\n")
    write(tmp_path, "hub/manual.toml", '[default]\nversion = "3"\naudience = "internal"\n')
    write(tmp_path, "hub/en/manual.toml", '["a.md"]\ntitle = "Start"\nlanguage = "zh-CN"\n')
    source = found(tmp_path)["hub/en/a.md"]
    assert (source.product, source.title, source.version, source.language) == ("Hub 2", "Start", "3", "zh")
    assert source.audience is Audience.INTERNAL


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('["a.txt"]\nowner = "me"\n', "owner"),
        ('["a.txt"]\naudience = "everyone"\n', "everyone"),
        ('["a.txt"]\nversion = 3\n', "version"),
        ('["a.txt"]\nvalid_from = "soon"\n', "soon"),
        ('["a.txt"]\nvalid_from = 2026-02-01\nvalid_until = 2026-01-01\n', "2026-02-01"),
    ],
)
def test_what_is_wrong_in_a_files_table_fails_that_file_only(tmp_path: Path, text: str, part: str) -> None:
    write(tmp_path, "a.txt")
    write(tmp_path, "b.txt")
    write(tmp_path, "manual.toml", '[default]\naudience = "public"\n\n' + text)
    discovery = discover([tmp_path], root=tmp_path)
    assert [source.document for source in discovery.files] == ["b.txt"]
    ((document, error),) = discovery.failed
    assert document == "a.txt"
    assert part in error.message
    assert "manual.toml" in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[a.txt]\ntitle = "A"\n', "a.txt"),
        ('title = "A"\n', "title"),
        ("[default\n", "manual.toml"),
        ('[default]\naudience = "publik"\n', "publik"),
    ],
)
def test_what_is_wrong_with_a_whole_manual_toml_fails_what_lies_below_it(tmp_path: Path, text: str, part: str) -> None:
    write(tmp_path, "here/a.txt")
    write(tmp_path, "here/below/b.txt")
    write(tmp_path, "beside/c.txt")
    write(tmp_path, "here/manual.toml", text)
    discovery = discover([tmp_path], root=tmp_path)
    assert [source.document for source in discovery.files] == ["beside/c.txt"]
    assert [document for document, _error in discovery.failed] == ["here/a.txt", "here/below/b.txt"]
    assert all(part in error.message for _document, error in discovery.failed)


def test_a_wrong_audience_never_becomes_public(tmp_path: Path) -> None:
    write(tmp_path, "manual.toml", '[default]\naudience = "public"\n')
    write(tmp_path, "a.md", "---\naudience: staff only\n---\n# A\n")
    discovery = discover([tmp_path], root=tmp_path)
    assert not discovery.files
    assert "staff only" in discovery.failed[0][1].message


def test_each_value_says_where_it_came_from(tmp_path: Path) -> None:
    write(tmp_path, "hub/en/a.md", "---\nmodel: H2\ntitle: From the text\nversion: 1\n---\n# A\n")
    write(tmp_path, "hub/manual.toml", '[default]\nversion = "3"\nvalid_until = 2027-12-31\n')
    write(tmp_path, "hub/en/manual.toml", '["a.md"]\ntitle = "Start"\n')
    said = (
        Setting("hub/*", "audience", "public"),
        Setting("*", "product", "Everything"),
        Setting("hub/en/a.md", "product", "Hub 2"),
    )
    (source,) = discover([tmp_path], root=tmp_path, said=said).files
    assert dict(source.origins) == {
        "product": "editor (hub/en/a.md)",
        "model": "front matter",
        "version": "hub/manual.toml, [default]",
        "language": "folder en",
        "audience": "editor (hub/*)",
        "title": "hub/en/manual.toml",
        "valid_until": "hub/manual.toml, [default]",
    }
    assert (source.product, source.model, source.version) == ("Hub 2", "H2", "3")
    assert (source.valid_from, source.valid_until) == ("", "2027-12-31")
    assert source.audience is Audience.PUBLIC


def test_what_an_editor_set_last_wins_and_can_be_taken_back(tmp_path: Path) -> None:
    write(tmp_path, "hub/a.txt")
    write(tmp_path, "hubs/a.txt")
    said = [Setting("hub", "version", "1"), Setting("hub/a.txt", "version", "2")]

    def version() -> dict[str, str]:
        files = discover([tmp_path], root=tmp_path, said=said).files
        return {source.document: source.version for source in files}

    assert version() == {"hub/a.txt": "2", "hubs/a.txt": ""}
    said.append(Setting("*.txt", "version", "3"))
    assert version() == {"hub/a.txt": "3", "hubs/a.txt": "3"}
    said.append(Setting("hub", "version", ""))
    assert version() == {"hub/a.txt": "", "hubs/a.txt": "3"}


def test_what_is_no_manual_is_skipped_with_a_word_and_pictures_without(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.txt")
    root = tmp_path / "root"
    for name in ("a.txt", ".hidden.txt", ".git/b.txt", "a.svg", "old.doc", "README"):
        write(root, name)
    write(root, "manual.toml", '["gone.pdf"]\ntitle = "Gone"\n')
    (root / "link.txt").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    (root / "itself.txt").symlink_to("itself.txt")
    (root / "nowhere.txt").symlink_to("gone.txt")
    discovery = discover([root], root=root)
    assert [source.document for source in discovery.files] == ["a.txt"]
    skipped = dict(discovery.skipped)
    assert set(skipped) == {"old.doc", "README", "link.txt", "folder", "manual.toml", "itself.txt", "nowhere.txt"}
    assert "gone.pdf" in skipped["manual.toml"]


def test_a_root_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode("手册".encode("gbk"))
    root.mkdir()
    with pytest.raises(SettingError, match="UTF-8"):
        discover([root], root=root)


def test_an_empty_file_is_found_so_that_its_reading_can_fail(tmp_path: Path) -> None:
    write(tmp_path, "empty.html", "")
    assert found(tmp_path)["empty.html"].size == 0


def test_a_file_given_twice_is_found_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a/a.txt")
    assert len(discover([path, tmp_path, tmp_path / "a"], root=tmp_path).files) == 1


def test_roots(tmp_path: Path) -> None:
    path = write(tmp_path, "a/a.txt")
    assert default_root([tmp_path]) == tmp_path
    assert default_root([path]) == path.parent
    with pytest.raises(SettingError, match="root"):
        default_root([path, tmp_path])
    with pytest.raises(SettingError, match="below"):
        discover([path], root=write(tmp_path, "b/b.txt").parent)
    with pytest.raises(SettingError, match="exist"):
        discover([tmp_path / "none"], root=tmp_path)
