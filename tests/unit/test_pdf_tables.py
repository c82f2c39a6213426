"""Tables of a PDF: cells of ruled and unruled ones, and headers on the next page."""

from pathlib import Path

from ingest.readers.pdf import read_pdf
from ingest.types import Element, Kind, SourceFile
from tests.pdf_writer import PdfPage, pdf_bytes

COLUMNS = (60.0, 160.0, 300.0, 420.0)


def tables(folder: Path, *pages: PdfPage) -> list[Element]:
    content = pdf_bytes(list(pages))
    path = folder / "manual.pdf"
    path.write_bytes(content)
    source = SourceFile(path=path, document="manual.pdf", revision="0" * 16, size=len(content))
    return [element for element in read_pdf(source).elements if element.kind is Kind.TABLE]


def ruled(page: PdfPage, tops: tuple[float, ...], rows: list[tuple[str, ...]]) -> PdfPage:
    for top in tops:
        page.rule(COLUMNS[0], top, COLUMNS[-1], top)
    for left in COLUMNS:
        page.rule(left, tops[0], left, tops[-1])
    for top, row in zip(tops, rows, strict=False):
        for left, cell in zip(COLUMNS, row, strict=False):
            page.lines(left + 4, top + 12, *cell.split("\n"))
    return page


def test_a_ruled_table_keeps_wrapped_and_empty_cells(tmp_path: Path) -> None:
    rows = [("Code", "Meaning", "Remedy"), ("E1", "Filter\nblocked", "Clean it"), ("E2", "", "Call service")]
    (table,) = tables(tmp_path, ruled(PdfPage(), (100, 118, 150, 168), rows))
    assert table.rows == (
        ("Code", "Meaning", "Remedy"),
        ("E1", "Filter blocked", "Clean it"),
        ("E2", "", "Call service"),
    )
    assert table.text.splitlines()[1] == "E1 | Filter blocked | Clean it"
    assert all(box.page == 1 for box in table.boxes)


def test_a_merged_cell_is_repeated_where_it_reaches(tmp_path: Path) -> None:
    page = PdfPage()
    for top in (100, 118, 154):
        page.rule(60, top, 300, top)
    page.rule(160, 136, 300, 136)
    for left in (60, 160, 300):
        page.rule(left, 100, left, 154)
    for left, top, text in (
        (64, 112, "Model"),
        (164, 112, "Weight"),
        (64, 140, "A10"),
        (164, 130, "2 kg"),
        (164, 148, "3 kg"),
    ):
        page.text(left, top, text)
    (table,) = tables(tmp_path, page)
    assert table.rows == (("Model", "Weight"), ("A10", "2 kg"), ("A10", "3 kg"))


def test_cells_that_touch_are_told_apart_by_the_rule_between(tmp_path: Path) -> None:
    page = ruled(PdfPage(), (100, 118, 136), [("Name", "Value", "Unit"), ("", "", "")])
    page.text(64, 130, "long name of the ab").text(162, 130, "12").text(304, 130, "V")
    (table,) = tables(tmp_path, page)
    assert table.rows[1] == ("long name of the ab", "12", "V")


def test_an_unruled_table_is_told_from_its_columns(tmp_path: Path) -> None:
    page = PdfPage().lines(60, 80, "The parts that wear are these, and each of them can be ordered.")
    rows = (
        ("Part", "Number", "Life"),
        ("Belt", "4711", "2 years"),
        ("Filter", "4712", "6 months"),
        ("Fuse", "4713", "-"),
    )
    for place, row in enumerate(rows):
        for left, cell in zip((60, 200, 340), row, strict=True):
            page.text(left, 110 + 14 * place, cell)
    (table,) = tables(tmp_path, page)
    assert table.rows == rows


def test_numbered_steps_with_a_wide_gap_are_no_table(tmp_path: Path) -> None:
    page = PdfPage()
    for place in range(5):
        page.text(60, 100 + 14 * place, f"{place + 1}.").text(90, 100 + 14 * place, "Turn the knob by one quarter.")
    assert tables(tmp_path, page) == []


def test_a_table_over_two_pages_is_one_with_lines_on_both(tmp_path: Path) -> None:
    first = ruled(PdfPage(), (700, 718, 736), [("Code", "Meaning", "Remedy"), ("E1", "Blocked", "Clean it")])
    second = ruled(PdfPage(), (100, 118, 136), [("E2", "Hot", "Wait"), ("E3", "Cold", "Warm up")])
    (table,) = tables(tmp_path, first, second)
    assert [row[0] for row in table.rows] == ["Code", "E1", "E2", "E3"]
    assert [(box.page, table.text[box.start :].split(" | ")[0]) for box in table.boxes] == [
        (1, "Code"),
        (1, "E1"),
        (2, "E2"),
        (2, "E3"),
    ]


def test_a_header_that_comes_again_on_the_next_page_stands_once(tmp_path: Path) -> None:
    header = ("Code", "Meaning", "Remedy")
    first = ruled(PdfPage(), (700, 718, 736), [header, ("E1", "Blocked", "Clean it")])
    second = ruled(PdfPage(), (100, 118, 136), [header, ("E2", "Hot", "Wait")])
    (table,) = tables(tmp_path, first, second)
    assert table.rows == (header, ("E1", "Blocked", "Clean it"), ("E2", "Hot", "Wait"))


def test_a_table_with_other_columns_on_the_next_page_is_another_one(tmp_path: Path) -> None:
    first = ruled(PdfPage(), (700, 718, 736), [("Code", "Meaning", "Remedy"), ("E1", "Blocked", "Clean it")])
    second = PdfPage()
    for top in (100, 118, 136):
        second.rule(60, top, 420, top)
    for left in (60, 220, 280, 420):
        second.rule(left, 100, left, 136)
    for top, row in ((112, ("Part", "No.", "Price")), (130, ("Filter", "7", "12"))):
        for left, cell in zip((64, 224, 284), row, strict=True):
            second.text(left, top, cell)
    assert len(tables(tmp_path, first, second)) == 2


def test_a_header_of_two_rows_is_read_as_one(tmp_path: Path) -> None:
    page = PdfPage()
    for top in (100, 136, 154, 172):
        page.rule(60, top, 360, top)
    page.rule(160, 118, 360, 118)
    for left in (60, 160, 360):
        page.rule(left, 100, left, 172)
    page.rule(260, 118, 260, 172)
    for left, top, text in (
        (64, 112, "Part"), (164, 112, "Interval"), (164, 130, "normal"), (264, 130, "dusty"),
        (64, 148, "Filter"), (164, 148, "500 h"), (264, 148, "200 h"),
        (64, 166, "Belt"), (164, 166, "900 h"), (264, 166, "900 h"),
    ):  # fmt: skip
        page.text(left, top, text)
    (table,) = tables(tmp_path, page)
    assert table.rows[0] == ("Part", "Interval normal", "Interval dusty")
    assert table.rows[1:] == (("Filter", "500 h", "200 h"), ("Belt", "900 h", "900 h"))


def test_a_table_without_rules_goes_on_overleaf_in_its_columns(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    rows = (("Part", "Number", "Used in"), ("Belt", "4711", "P1"), ("Filter", "4712", "P1"), ("Fuse", "4713", "P2"))
    for place, row in enumerate(rows):
        for left, cell in zip((60, 200, 340), row, strict=True):
            first.text(left, 700 + 14 * place, cell)
    # Two lines are too few to be known as a table by themselves, and air in the last cell is no border.
    for left, cell in ((60, "Hose"), (200, "4714"), (340, "P1"), (400, "P2")):
        second.text(left, 100, cell)
    second.text(60, 114, "Cap").text(200, 114, "4715").text(340, 114, "P1")
    second.lines(60, 160, "The parts are sent within two days, and those for the older model within a week.")
    (table,) = tables(tmp_path, first, second)
    assert table.rows == (*rows, ("Hose", "4714", "P1 P2"), ("Cap", "4715", "P1"))


def test_heads_of_definitions_with_a_label_at_the_margin_are_no_table(tmp_path: Path) -> None:
    page = PdfPage()
    for place, name in enumerate(("start", "stop", "reset", "park")):
        page.text(60, 100 + 40 * place, name).text(420, 100 + 40 * place, "[Command]")
        page.text(84, 112 + 40 * place, f"Tells the drive to {name} at once.")
    assert tables(tmp_path, page) == []
