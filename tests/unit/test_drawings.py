"""Drawings made of lines and shapes: found whole and in place; tables, frames and notices with an icon are none."""

import time
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageOps

from ingest.types import Box
from tests.pdf_writer import PdfPage, pdf_bytes
from tests.unit.test_figures import REVISION, cited
from ui.chat.figures import drawings, figures_of
from ui.page_look import MOST_INKS, page_look
from ui.pages import Mark

PLACE = Mark(100, 200, 400, 350)
"""Of the circuit, in points from the top left."""


def circuit(page: PdfPage) -> PdfPage:
    """Two knobs and the wires between them, in a frame; a word sticks out above."""
    bottom = page.height - PLACE.bottom
    page.operators.append(f"q 1 0 0 1 {PLACE.left} {bottom} cm 1 w 0 0 300 150 re S")
    for left in (40, 220):
        page.operators.append(
            f"{left} 50 m {left} 80 {left + 40} 80 {left + 40} 50 c {left} 20 {left} 20 {left} 50 c S"
        )
    page.operators.append("80 60 m 150 130 l 220 60 l S 80 40 m 150 10 l 220 40 l S Q")
    return page.text(230, PLACE.top + 3, "10 kOhm")


def table(page: PdfPage) -> PdfPage:
    for row in range(6):
        page.rule(80, 500 + row * 20, 500, 500 + row * 20).text(90, 514 + row * 20, f"row {row}")
    for column in range(4):
        page.rule(80 + column * 140, 500, 80 + column * 140, 600)
    return page


def notice(page: PdfPage) -> PdfPage:
    """A frame with a round sign in its corner."""
    page.operators.append("80 80 420 100 re S")
    for size in (8, 12, 16):
        page.operators.append(
            f"90 150 m 90 {150 + size} {90 + size} {150 + size} {90 + size} 150 c 90 140 90 140 90 150 c S"
        )
    return page.text(130, page.height - 130, "Switch the power off first.")


def written(folder: Path, page: PdfPage) -> Path:
    path = folder / "page.pdf"
    path.write_bytes(pdf_bytes([page]))
    return path


def drawn(path: Path) -> list[Mark]:
    look = page_look(path, 1)
    assert look is not None
    return drawings(look)


def around(place: Mark, *, within: float = 12) -> bool:
    """Is it PLACE, with the word above?"""
    sides = ("left", "top", "right", "bottom")
    return all(abs(getattr(place, side) - getattr(PLACE, side)) <= within for side in sides)


def test_a_drawing_is_found_with_its_labels_and_a_table_or_a_notice_is_none(tmp_path: Path) -> None:
    page = notice(table(circuit(PdfPage())))
    (found,) = drawn(written(tmp_path, page))
    assert around(found)
    assert found.top < PLACE.top - 3
    assert drawn(written(tmp_path, notice(table(PdfPage())))) == []


def test_a_drawing_at_the_edge_of_the_sheet_is_decoration(tmp_path: Path) -> None:
    page = PdfPage()
    page.operators.append("q 1 0 0 1 -100 492 cm")
    circuit(page)
    page.operators.append("Q")
    assert drawn(written(tmp_path, page)) == []


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_drawing_from_another_program_is_found_where_its_form_puts_it(tmp_path: Path, scale: float) -> None:
    source = pypdfium2.PdfDocument(written(tmp_path, circuit(PdfPage())))
    target = pypdfium2.PdfDocument.new()
    page = target.new_page(595, 842)
    form = source.page_as_xobject(0, target).as_pageobject()
    form.set_matrix(pypdfium2.PdfMatrix().scale(scale, scale))
    page.insert_obj(form)
    page.gen_content()
    target.save(tmp_path / "target.pdf")
    (found,) = drawn(tmp_path / "target.pdf")
    assert found.left == pytest.approx(PLACE.left * scale, abs=4)
    assert found.bottom == pytest.approx(842 - (842 - PLACE.bottom) * scale, abs=4)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_drawing_is_found_where_it_is_displayed(tmp_path: Path, turned: int) -> None:
    document = pypdfium2.PdfDocument(written(tmp_path, circuit(PdfPage())))
    document[0].set_rotation(turned)
    document.save(tmp_path / "turned.pdf")
    (found,) = drawn(tmp_path / "turned.pdf")
    shown = pypdfium2.PdfDocument(tmp_path / "turned.pdf")[0].render(scale=1).to_pil().convert("L")
    ink = ImageOps.invert(shown).point([0 if value < 60 else 255 for value in range(256)]).getbbox()
    assert ink is not None
    for seen, told in zip(ink, (found.left, found.top, found.right, found.bottom), strict=True):
        assert seen == pytest.approx(told, abs=4)


def test_a_page_of_countless_paths_costs_little_and_has_no_drawing(tmp_path: Path) -> None:
    many, dots = PdfPage(), PdfPage()
    many.operators += [f"{100 + n % 300} {100 + n // 300} m 110 120 130 140 150 160 c S" for n in range(MOST_INKS * 20)]
    for number in range(MOST_INKS - 1):
        left, bottom = 30 + number % 39 * 13, 30 + number // 39 * 13
        dots.operators.append(f"{left} {bottom} m {left} {bottom + 3} {left + 3} {bottom + 3} {left + 3} {bottom} c S")
    for page in (many, dots):
        path = written(tmp_path, page)
        began = time.process_time()
        assert drawn(path) == []
        assert time.process_time() - began < 5


@pytest.mark.parametrize("caption", ["", "Figure 3: wiring"])
def test_a_drawing_above_the_cited_section_is_of_the_one_before_unless_it_has_a_caption(
    tmp_path: Path, caption: str
) -> None:
    page = circuit(PdfPage()).text(80, 450, "Cleaning the hub", font="bold", size=14).text(80, 480, "Use a dry cloth.")
    if caption:
        page.text(150, PLACE.bottom + 16, caption)
    kept = tmp_path / "originals" / f"{REVISION}.pdf"
    kept.parent.mkdir()
    kept.write_bytes(pdf_bytes([page]))
    line = Box(page=1, left=80, top=470, right=170, bottom=482)
    of_the_hub = replace(cited("hub.pdf"), section=("Hub", "Cleaning the hub"), boxes=(line,))
    assert [figure.caption for figure in figures_of([of_the_hub], tmp_path)] == [caption] * bool(caption)
    before = replace(of_the_hub, section=("Hub", "Wiring"))
    assert [figure.caption for figure in figures_of([before], tmp_path)] == [caption]


def test_a_picture_of_a_drawing_shows_the_drawing(tmp_path: Path) -> None:
    from io import BytesIO

    from ui.pages import PagePictures

    path = written(tmp_path, table(circuit(PdfPage())))
    (found,) = drawn(path)
    picture = PagePictures().draw(path, 1, part=found)
    assert picture is not None
    with Image.open(BytesIO(picture)) as shown:
        assert shown.width / shown.height == pytest.approx(
            (found.right - found.left) / (found.bottom - found.top), abs=0.05
        )
        darkest, _ = shown.convert("L").getextrema()
        assert isinstance(darkest, int)
        assert darkest < 100
