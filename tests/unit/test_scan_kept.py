"""Pages read by OCR are kept: the same page comes back without recognition, another picture does not."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from ingest.readers.scan_kept import keep_in, prune, recognised_page
from ingest.readers.scan_models import Picture
from tests.pdf_writer import PdfPage, pdf_bytes


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    keep_in(tmp_path / "kept")
    yield tmp_path / "kept"
    keep_in(None)


@pytest.fixture(scope="module")
def picture() -> Picture:
    page = PdfPage(width=300, height=120).text(20, 40, "Hold the button for 5 seconds.", size=14)
    page.text(20, 80, "Then let go.", font="bold", size=14).rule(20, 90, 280, 90)
    with pypdfium2.PdfDocument(pdf_bytes([page])) as opened:
        return np.ascontiguousarray(opened[0].render(scale=2).to_numpy()[:, :, :3])


def test_a_page_comes_back_as_it_was_read_wherever_it_stands_now(folder: Path, picture: Picture) -> None:
    read = recognised_page(picture, 1, 300, 120)
    (file,) = folder.iterdir()
    os.utime(file, (0, 0))
    again = recognised_page(picture, 7, 300, 120)
    assert file.stat().st_mtime > 0, "it was used"
    assert again.content.number == 7
    assert again.content.glyphs == read.content.glyphs
    assert "".join(glyph[0] for glyph in again.content.glyphs).startswith("Hold")
    assert (again.content.rules, again.confidence, again.tilt) == (read.content.rules, read.confidence, read.tilt)


def test_a_changed_picture_is_read_and_a_damaged_file_is_written_anew(folder: Path, picture: Picture) -> None:
    read = recognised_page(picture, 1, 300, 120)
    (file,) = folder.iterdir()
    file.write_bytes(b"torn")
    assert recognised_page(picture, 1, 300, 120).content.glyphs == read.content.glyphs
    assert file.stat().st_size > 100
    other = picture.copy()
    other[:, 150:] = 255
    assert recognised_page(other, 1, 300, 120).content.glyphs != read.content.glyphs
    assert len(list(folder.iterdir())) == 2


def test_what_was_longest_not_used_goes_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "old", "oldest")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    prune(tmp_path, most_bytes=200)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["new", "old"]
    prune(tmp_path / "nothing there")
