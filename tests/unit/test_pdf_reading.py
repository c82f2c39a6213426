"""What a PDF's pages become: order, headings, lists, running lines, joined lines, errors."""

import io
from pathlib import Path

import pikepdf
import pytest

from ingest.errors import ReadError
from ingest.readers.pdf import read_pdf
from ingest.types import Document, Element, Kind, SourceFile
from tests.pdf_writer import PdfBookmark, PdfPage, pdf_bytes

FILLER = ("The pump runs at a constant speed while the valve stays", "open and the pressure is held by the controller.")


def read(folder: Path, content: bytes) -> Document:
    path = folder / "manual.pdf"
    path.write_bytes(content)
    return read_pdf(SourceFile(path=path, document="manual.pdf", revision="0" * 16, size=len(content)))


def texts(document: Document, kind: Kind | None = None) -> list[str]:
    return [element.text for element in document.elements if kind is None or element.kind is kind]


def only(document: Document, kind: Kind) -> Element:
    (element,) = (element for element in document.elements if element.kind is kind)
    return element


def test_lines_become_one_paragraph_with_a_box_each(tmp_path: Path) -> None:
    document = read(tmp_path, pdf_bytes([PdfPage().lines(60, 100, *FILLER)]))
    (paragraph,) = document.elements
    assert paragraph.text == " ".join(FILLER)
    assert [box.page for box in paragraph.boxes] == [1, 1]
    first, second = paragraph.boxes
    assert first.left == pytest.approx(60, abs=1)
    assert first.top < 100 < first.bottom < second.bottom
    assert document.pages == 1


def test_words_divided_at_line_ends_are_mended_and_options_are_not(tmp_path: Path) -> None:
    page = PdfPage().lines(
        60,
        100,
        "Before you start, check that the administrative work-",
        "station is switched on, and never pass the option --dry-",
        "run to it. A user-defined limit is best kept, as each user-",
        "defined limit is checked before the next one is read.",
    )
    (text,) = texts(read(tmp_path, pdf_bytes([page])))
    assert "administrative workstation is" in text
    assert "--dry-run" in text
    assert "each user-defined limit" in text


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 80, "A heading that runs over both of the columns of this page", size=16)
    left = [f"left line {number} is filled with words to the edge" for number in range(12)]
    right = [f"right line {number} is filled with words to its edge" for number in range(12)]
    # Written across, as some programs do: the order of the file is not the order of reading.
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        page.text(60, 120 + 12 * place, one).text(320, 120 + 12 * place, other)
    joined = " ".join(texts(read(tmp_path, pdf_bytes([page]))))
    places = [joined.index(line) for line in (*left, *right)]
    assert places == sorted(places)


def test_bookmarks_give_headings_their_levels(tmp_path: Path) -> None:
    page = PdfPage().text(60, 80, "1 Setting up", font="bold").lines(60, 110, *FILLER)
    page.text(60, 150, "1.1 The cable", font="bold").lines(60, 180, *FILLER)
    marks = (PdfBookmark("Setting up", 1), PdfBookmark("The cable", 1, level=2))
    document = read(tmp_path, pdf_bytes([page], marks))
    headings = [(element.text, element.level) for element in document.elements if element.kind is Kind.HEADING]
    assert headings == [("1 Setting up", 1), ("1.1 The cable", 2)]


def test_without_bookmarks_size_and_numbering_tell_headings(tmp_path: Path) -> None:
    page = PdfPage().text(60, 80, "Maintenance", size=18).lines(60, 110, *FILLER, *FILLER)
    page.text(60, 180, "2.1 Cleaning", size=13, font="bold").lines(60, 200, *FILLER)
    document = read(tmp_path, pdf_bytes([page]))
    headings = [(element.text, element.level) for element in document.elements if element.kind is Kind.HEADING]
    assert headings == [("Maintenance", 1), ("2.1 Cleaning", 2)]


def test_running_lines_and_page_numbers_are_left_out_and_body_text_is_not(tmp_path: Path) -> None:
    pages = []
    for number in range(1, 7):
        page = PdfPage().text(60, 40, "Pump 3000 Service Manual").text(290, 815, f"{number}")
        pages.append(page.lines(60, 100, f"Sentence number {number} of the body.", *FILLER))
    pages.append(PdfPage().text(60, 400, "Appendix", size=20).text(290, 815, "7"))
    joined = "\n".join(texts(read(tmp_path, pdf_bytes(pages))))
    assert "Service Manual" not in joined
    assert all(f"Sentence number {number} of" in joined for number in range(1, 7))
    assert "Appendix" in joined
    assert not any(line.strip().isdigit() for line in joined.splitlines())


def test_contents_are_left_out(tmp_path: Path) -> None:
    contents = PdfPage().text(60, 80, "Contents", size=16)
    for place, title in enumerate(("Safety", "Setting up", "Daily use", "Cleaning")):
        contents.text(60, 120 + 14 * place, f"{title} . . . . . . . . . . . . . . . {place + 2}")
    document = read(tmp_path, pdf_bytes([contents, PdfPage().lines(60, 100, *FILLER)]))
    assert texts(document) == [" ".join(FILLER)]


def test_specifications_with_leaders_stay(tmp_path: Path) -> None:
    page = PdfPage()
    for place, line in enumerate(
        ("Width .......... 480", "Height .......... 85", "Depth .......... 310", "Ports .......... 4")
    ):
        page.text(60, 120 + 14 * place, line)
    assert "310" in " ".join(texts(read(tmp_path, pdf_bytes([page]))))


def test_steps_bullets_code_and_warnings(tmp_path: Path) -> None:
    page = PdfPage().lines(
        60, 100, "1. Open the cover and take the old filter out of", "    its frame.", "2. Close the cover."
    )
    page.text(60, 160, "• a spare fuse")
    page.lines(60, 190, "Warning: Never open the cover", "while the fan is turning.")
    page.text(60, 240, "if ready:", font="mono").text(84, 252, "start(pump)", font="mono")
    document = read(tmp_path, pdf_bytes([page]))
    assert texts(document, Kind.STEP) == [
        "1. Open the cover and take the old filter out of its frame.",
        "2. Close the cover.",
    ]
    assert texts(document, Kind.LIST_ITEM) == ["• a spare fuse"]
    assert only(document, Kind.WARNING).text == "Warning: Never open the cover while the fan is turning."
    assert only(document, Kind.CODE).text == "if ready:\n    start(pump)"


def test_a_sentence_over_a_page_is_one_paragraph_with_boxes_on_both(tmp_path: Path) -> None:
    first = PdfPage().lines(60, 700, "When the lamp is green the pump is ready, and when it is")
    second = PdfPage().lines(60, 100, "red the filter has to be changed.")
    (paragraph,) = read(tmp_path, pdf_bytes([first, second])).elements
    assert paragraph.text.endswith("when it is red the filter has to be changed.")
    assert (paragraph.page, [box.page for box in paragraph.boxes]) == (1, [1, 2])


def test_accents_drawn_over_letters_are_composed(tmp_path: Path) -> None:
    page = PdfPage()
    # As TeX writes it: the accent, a step back, the letter.
    page.operators.append(r"BT /regular 10 Tf 60 742 Td [(La r) -80 (\264) 390 (esistance est faible.)] TJ ET")
    assert texts(read(tmp_path, pdf_bytes([page]))) == ["La résistance est faible."]


def test_chinese_lines_join_without_spaces(tmp_path: Path) -> None:
    page = PdfPage().text(60, 100, "请先关闭电源，然后打开", font="chinese").text(60, 114, "电池盖。", font="chinese")
    assert texts(read(tmp_path, pdf_bytes([page]))) == ["请先关闭电源，然后打开电池盖。"]


def test_a_page_without_text_is_skipped(tmp_path: Path) -> None:
    document = read(tmp_path, pdf_bytes([PdfPage(), PdfPage().lines(60, 100, *FILLER)]))
    assert [element.page for element in document.elements] == [2]
    assert document.pages == 2


def _encrypted(content: bytes, password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=password))
    return out.getvalue()


def test_an_empty_password_opens_by_itself(tmp_path: Path) -> None:
    content = _encrypted(pdf_bytes([PdfPage().lines(60, 100, *FILLER)]), "")
    assert texts(read(tmp_path, content)) == [" ".join(FILLER)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7\nnothing of use", "not a readable PDF"),
        (_encrypted(pdf_bytes([PdfPage().lines(60, 100, *FILLER)]), "secret"), "needs a password"),
        (pdf_bytes([PdfPage(), PdfPage()]), "no text"),
    ],
    ids=["empty", "damaged", "password", "no text"],
)
def test_what_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        read(tmp_path, content)
    assert "manual.pdf" in caught.value.message
    assert caught.value.hint


def test_a_footnote_does_not_part_what_goes_on_overleaf(tmp_path: Path) -> None:
    first = PdfPage().lines(60, 660, *FILLER, *FILLER, "When the lamp is green the pump is ready, and when it is")
    first.text(60, 780, "1 The lamp is at the back.", size=7)
    second = PdfPage().lines(60, 100, "red the filter has to be changed.", "The fan stays off until then.")
    document = read(tmp_path, pdf_bytes([first, second]))
    assert "and when it is red the filter has to be changed." in texts(document)[0]
    assert texts(document)[1] == "1 The lamp is at the back."


def test_shapes_drawn_before_lines_are_bullets(tmp_path: Path) -> None:
    page = PdfPage().lines(60, 100, *FILLER)
    for top, text in ((140, "a spare fuse"), (154, "a hose of two metres")):
        page.operators.append(f"64 {page.height - top + 2} 3 3 re f")
        page.text(76, top, text)
    assert texts(read(tmp_path, pdf_bytes([page])), Kind.LIST_ITEM) == ["• a spare fuse", "• a hose of two metres"]


def test_a_hyphen_that_stands_for_a_word_to_come_stays(tmp_path: Path) -> None:
    page = PdfPage().lines(60, 100, "Die Temperatur ist niedriger zu wählen als bei Ober-", "und Unterhitze.")
    assert texts(read(tmp_path, pdf_bytes([page]))) == [
        "Die Temperatur ist niedriger zu wählen als bei Ober- und Unterhitze."
    ]


def test_labels_of_a_drawing_are_no_headings(tmp_path: Path) -> None:
    page = PdfPage().text(60, 80, "Measuring", size=16).lines(60, 110, *FILLER, *FILLER)
    page.text(92, 220, "IN1", size=20).text(237, 220, "GND", size=20).text(150, 300, "OUT", size=20)
    document = read(tmp_path, pdf_bytes([page], (PdfBookmark("Measuring", 1),)))
    assert texts(document, Kind.HEADING) == ["Measuring"]


def test_weight_tells_nothing_where_all_is_bold(tmp_path: Path) -> None:
    page = PdfPage().text(60, 80, "Measuring", size=16, font="bold").lines(60, 110, *FILLER, font="bold")
    page.text(60, 160, "seconds (60 of them)", font="bold").text(60, 190, "minutes (60 of them)", font="bold")
    document = read(tmp_path, pdf_bytes([page]))
    assert texts(document, Kind.HEADING) == ["Measuring"]


def test_a_term_keeps_the_text_that_hangs_under_it(tmp_path: Path) -> None:
    page = PdfPage().lines(60, 80, "These options are known, and each of them may be given more than once on one line.")
    page.text(60, 110, "-p part  This option tells the program what kind of part is connected to the program-")
    page.text(100, 122, "mer. It has to be given first.")
    assert "to the programmer. It has to be given first." in texts(read(tmp_path, pdf_bytes([page])))[1]


def test_signs_of_symbol_fonts_before_lines_are_bullets(tmp_path: Path) -> None:
    page = PdfPage()
    page.operators.append(r"BT /regular 10 Tf 60 742 Td (\201 Clean the filter.) Tj ET")
    assert texts(read(tmp_path, pdf_bytes([page])), Kind.LIST_ITEM) == ["• Clean the filter."]
