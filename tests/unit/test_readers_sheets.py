"""Sheets to tables: what a workbook or a CSV file shows is what is read."""

import datetime as dt
from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.number_format import shown_moment, shown_number
from ingest.types import Document, Kind, SourceFile


def source(path: Path) -> SourceFile:
    return SourceFile(path=path, document=f"hub/{path.name}", revision="0" * 16, size=path.stat().st_size)


def outline(document: Document) -> list[tuple[Kind, str]]:
    return [(element.kind, element.text) for element in document.elements]


def test_xlsx(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Error codes"
    for row in (
        ["Codes of the hub"],
        ["Code", "Cause", "Supply"],
        ["007", "Fuse", 3],
        [8, None, 2.5],
        ["E-9", "?", 0.25],
    ):
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    sheet["C3"].number_format = '0.0" V"'
    sheet["C5"].number_format = "0%"
    hidden = book.create_sheet("Draft")
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    path = tmp_path / "parts-list_2.xlsx"
    book.save(str(path))
    document = read(source(path))
    assert document.title == "parts list 2"
    assert outline(document) == [
        (Kind.HEADING, "Error codes"),
        (Kind.CAPTION, "Codes of the hub"),
        (Kind.TABLE, "Code | Cause | Supply\n007 | Fuse | 3.0 V\n8 | Fuse | 2.5\nE-9 | ? | 25%"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_keeps_values_as_they_are_written(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    rows = (("Code", "Größe"), ("007", '"5, or 6"'), ("08", ""))
    path.write_bytes("\r\n".join(separator.join(row) for row in rows).encode("cp1252"))
    (table,) = read(source(path)).elements
    assert table.rows == (("Code", "Größe"), ("007", "5, or 6"), ("08", ""))


def test_sheets_side_by_side_and_headers_of_two_rows(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Model", "Voltage", None], [None, "min", "max"], ["A", 3, 5]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("A1:A2")
    beside = book.create_sheet("Beside")
    for row in (["Code", "Cause", None, "Part", "Price"], ["E1", "Fuse", None, "F-1", 2.5]):
        beside.append(row)
    beside["E2"].number_format = '#,##0.00 "€"'
    path = tmp_path / "a.xlsx"
    book.save(str(path))
    assert [element.rows for element in read(source(path)).elements if element.rows] == [
        (("Model", "Voltage min", "Voltage max"), ("A", "3", "5")),
        (("Code", "Cause"), ("E1", "Fuse")),
        (("Part", "Price"), ("F-1", "2.50 €")),
    ]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (1234.5, "#,##0.00\\ [$€-407]", "1,234.50 €"),
        (0.256, "0.0%", "25.6%"),
        (2.75, "# ??/??", "2 3/4"),
        (-3, "0.0;(0.0)", "(3.0)"),
        (7, "000", "007"),
        (1500, '0.0,"k"', "1.5k"),
        (0.1 + 0.2, "General", "0.3"),
        (1.5e-7, "0.00E+00", "1.50E-07"),
        (dt.datetime.fromisoformat("2025-03-01 08:05"), "dd.mm.yyyy hh:mm", "01.03.2025 08:05"),
        (dt.datetime.fromisoformat("2025-03-01"), 'yyyy"年"m"月"d"日"', "2025年3月1日"),
        (dt.datetime.fromisoformat("2025-03-01"), "mm-dd-yy", "2025-03-01"),
        (dt.time(14, 30), "h:mm AM/PM", "2:30 PM"),
        (dt.timedelta(hours=30), "[h]:mm", "30:00"),
    ],
)
def test_numbers_and_moments_as_they_are_shown(value: float | dt.datetime, form: str, shown: str) -> None:
    is_number = isinstance(value, float | int)
    assert (shown_number(value, form) if is_number else shown_moment(value, form)) == shown
