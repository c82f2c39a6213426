"""Originals are kept by content, once, and found again only by a revision that is one."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.originals import fingerprint, keep_original, original_path
from tests.documents import source


def test_each_revision_is_kept_and_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "Pump.PDF"
    file.write_bytes(b"first")
    first = source("Pump.PDF", path=file, revision=fingerprint(file)[0])
    keep_original(tmp_path, first)
    file.write_bytes(b"second")
    keep_original(tmp_path, first)  # it is kept already: not copied again
    second = replace(first, revision=fingerprint(file)[0])
    keep_original(tmp_path, second)
    kept = [original_path(tmp_path, known.revision, "Pump.PDF") for known in (first, second)]
    assert [path and path.read_bytes() for path in kept] == [b"first", b"second"]
    assert len(list((tmp_path / "originals").iterdir())) == 2


def test_a_file_that_was_changed_while_it_was_ingested_is_not_kept_as_what_it_was(tmp_path: Path) -> None:
    file = tmp_path / "pump.pdf"
    file.write_bytes(b"as it was read")
    read = source("pump.pdf", path=file, revision=fingerprint(file)[0])
    file.write_bytes(b"saved by an editor meanwhile")
    keep_original(tmp_path, read)
    assert original_path(tmp_path, read.revision, "pump.pdf") is None
    assert not list((tmp_path / "originals").iterdir())


@pytest.mark.parametrize("revision", ["cccc", "", "../secret", "a/b", "..", "aaaa/../../x"])
def test_what_is_not_kept_is_not_found(revision: str, tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(b"secret")
    assert original_path(tmp_path, revision, "pump.pdf") is None


def test_a_file_that_vanished_leaves_nothing_half_kept(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keep_original(tmp_path, source("gone.pdf", path=tmp_path / "gone.pdf", revision="dddd"))
    assert not list((tmp_path / "originals").iterdir())
