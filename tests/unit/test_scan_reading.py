"""Scanned pages and pictures of pages: what is read in them, where it stands, and that it says it was recognised."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from ingest.errors import ReadError
from ingest.readers import read
from ingest.readers.pdf_file import PageContent
from ingest.readers.scan_engine import Area, Cut
from ingest.readers.scan_page import ScannedPage
from ingest.readers.scan_spacing import placed_characters
from ingest.readers.scan_type import Setting
from ingest.types import Box, Document, Kind, SourceFile
from tests.pdf_writer import PdfPage, pdf_bytes

SENTENCE = "The battery must be charged for eight hours before the first use."


def page() -> PdfPage:
    sheet = PdfPage()
    sheet.text(60, 90, "Charging the battery", font="bold", size=18)
    sheet.lines(60, 130, SENTENCE, "Do not open the case while it is plugged in,", "and keep it away from water.")
    for top in (200, 220, 240, 260):
        sheet.rule(60, top, 360, top)
    for left in (60, 200, 360):
        sheet.rule(left, 200, left, 260)
    for row, cells in enumerate((("Part", "Voltage"), ("Charger T200", "5 volts"), ("Battery pack", "12 volts"))):
        for left, cell in zip((66, 206), cells, strict=True):
            sheet.text(left, 214 + 20 * row, cell)
    return sheet


def picture(dots_per_inch: int = 150) -> Image.Image:
    with pypdfium2.PdfDocument(pdf_bytes([page()])) as opened:
        return opened[0].render(scale=dots_per_inch / 72, grayscale=True).to_pil()


def reading(path: Path) -> Document:
    return read(SourceFile(path=path, document=path.name, revision="0", size=path.stat().st_size))


def test_a_scanned_page_is_read_like_a_page_with_text(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    picture().save(path, resolution=150)
    document = reading(path)
    assert all(element.recognised for element in document.elements)
    first = document.elements[0]
    assert (first.kind, first.text) == (Kind.HEADING, "Charging the battery")
    text = next(element for element in document.elements if SENTENCE in element.text)
    assert "while it is plugged in, and keep it away from water." in text.text
    (table,) = [element for element in document.elements if element.kind is Kind.TABLE]
    assert table.rows == (("Part", "Voltage"), ("Charger T200", "5 volts"), ("Battery pack", "12 volts"))
    box = text.boxes[0]
    assert box.page == 1
    assert (box.left, box.bottom) == pytest.approx((60, 132), abs=4), "points of the page, from its top left"
    (quality,) = document.quality
    assert quality.problems == ("recognised",)
    assert quality.score > 0.9


def test_only_pages_without_text_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    scan = tmp_path / "scan.pdf"
    picture().save(scan, resolution=150)
    with (
        pypdfium2.PdfDocument(pdf_bytes([page()])) as text,
        pypdfium2.PdfDocument(scan) as pictures,
        pypdfium2.PdfDocument.new() as both,
    ):
        both.import_pages(text)
        both.import_pages(pictures)
        both.save(path)
    document = reading(path)
    assert {(element.page, element.recognised) for element in document.elements} == {(1, False), (2, True)}
    assert [quality.page for quality in document.quality] == [2]


def test_a_photograph_on_its_side_is_turned_and_its_lines_are_found_on_it(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    picture().rotate(90, expand=True).save(path, dpi=(150, 150))
    document = reading(path)
    text = next(element for element in document.elements if SENTENCE in element.text)
    box = text.boxes[0]
    assert box.bottom - box.top > 200, "the line runs up the page as displayed"
    assert box.left == pytest.approx(122, abs=5)


def test_pages_of_a_tiff_are_pages(tmp_path: Path) -> None:
    path = tmp_path / "pages.tiff"
    picture().save(path, save_all=True, append_images=[picture()], dpi=(150, 150))
    document = reading(path)
    assert document.pages == 2
    assert {element.page for element in document.elements} == {1, 2}


def test_pictures_without_text_damaged_or_far_too_large_are_refused(tmp_path: Path) -> None:
    blank, damaged, vast = (tmp_path / name for name in ("blank.png", "damaged.png", "vast.png"))
    Image.new("L", (800, 800), 230).save(blank)
    damaged.write_bytes(blank.read_bytes()[:60])
    Image.new("1", (20_000, 20_000)).save(vast)
    for path, reason in ((blank, "no text"), (damaged, "not a readable picture"), (vast, "million pixels")):
        with pytest.raises(ReadError, match=reason) as caught:
            reading(path)
        assert caught.value.hint


def test_boxes_of_a_turned_page_are_those_of_the_page_as_displayed() -> None:
    box = Box(page=1, left=10, top=20, right=110, bottom=30)
    upright = PageContent(1, 600, 800, [], [])
    turned = ScannedPage(upright, 1.0, 90, 0.0, 800, 600).displayed(box)
    assert (turned.left, turned.top, turned.right, turned.bottom) == (20, 490, 30, 590)
    headlong = ScannedPage(upright, 1.0, 180, 0.0, 600, 800).displayed(box)
    assert (headlong.left, headlong.top, headlong.right, headlong.bottom) == (490, 770, 590, 780)


def test_spaces_come_back_where_the_ink_leaves_a_gap() -> None:
    # Nine letters of 8 columns, 2 apart, and 6 columns more before the fourth and the sixth.
    ink = np.zeros((24, 110), np.bool_)
    centres, left = [], 2
    for place in range(9):
        left += 6 if place in (3, 5) else 0
        ink[4:20, left : left + 8] = True
        centres.append(left + 4.0)
        left += 10
    cut = Cut("abcdefghi", tuple(centres), ink, 1.0, Area(0, 0, 110, 24))
    placed = placed_characters(cut, Setting(size=24, top=4, baseline=20, bottom=20, stroke=0.1))
    assert "".join((" " if part.spaced else "") + part.character for part in placed) == "abc de fghi"
    assert all(before.right <= after.left + 1e-6 for before, after in pairwise(placed))
