"""One manual in ten formats reads the same: headings, cells, items, warnings, order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.readers import read
from ingest.types import Document, Element, Kind, SourceFile
from tests.golden.formats import office_files, text_files
from tests.golden.formats.manual import MANUAL, Code, Heading, Items, Notice, Paragraph, Table

Writer = Callable[[Path], object]

WRITERS: dict[str, Writer] = {
    "html": lambda path: path.write_text(text_files.as_html(MANUAL)),
    "md": lambda path: path.write_text(text_files.as_markdown(MANUAL)),
    "rst": lambda path: path.write_text(text_files.as_rst(MANUAL)),
    "txt": lambda path: path.write_text(text_files.as_text(MANUAL)),
    "docx": lambda path: office_files.write_docx(path, MANUAL),
    "odt": lambda path: office_files.write_odt(path, MANUAL),
    "epub": lambda path: office_files.write_epub(path, MANUAL),
    "pptx": lambda path: office_files.write_pptx(path, MANUAL),
}
FLAT = frozenset({"pptx"})
"""Formats whose headings have one level."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    folder = tmp_path_factory.mktemp("formats")
    found = {}
    for suffix, write in WRITERS.items():
        path = folder / f"pump.{suffix}"
        write(path)
        found[suffix] = read(SourceFile(path=path, document=path.name, revision="0" * 16, size=path.stat().st_size))
    return found


def of_kind(document: Document, *kinds: Kind) -> list[Element]:
    return [element for element in document.elements if element.kind in kinds]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("suffix", WRITERS)
def test_headings_and_their_levels(documents: dict[str, Document], suffix: str) -> None:
    truth = [(1 if suffix in FLAT else b.level, b.text) for b in MANUAL if isinstance(b, Heading)]
    assert [(e.level, e.text) for e in of_kind(documents[suffix], Kind.HEADING)] == truth


@pytest.mark.parametrize("suffix", WRITERS)
def test_cells_of_tables(documents: dict[str, Document], suffix: str) -> None:
    assert [e.rows for e in of_kind(documents[suffix], Kind.TABLE)] == [
        b.filled() for b in MANUAL if isinstance(b, Table)
    ]


@pytest.mark.parametrize("suffix", WRITERS)
def test_items_with_their_depth_and_numbers(documents: dict[str, Document], suffix: str) -> None:
    lists = [block for block in MANUAL if isinstance(block, Items)]
    steps = [f"{n}. {text}" for b in lists if b.numbered for n, (_, text) in enumerate(b.entries, start=1)]
    items = [entry for b in lists if not b.numbered for entry in b.entries]
    assert [e.text for e in of_kind(documents[suffix], Kind.STEP)] == steps
    found = of_kind(documents[suffix], Kind.LIST_ITEM)
    assert [(e.level, e.text.removeprefix("- ")) for e in found] == items


@pytest.mark.parametrize("suffix", WRITERS)
def test_warnings_with_their_labels(documents: dict[str, Document], suffix: str) -> None:
    truth = [f"{b.label} {b.text}" for b in MANUAL if isinstance(b, Notice)]
    found = [words(e.text).replace(":", "", 1) for e in of_kind(documents[suffix], Kind.WARNING)]
    assert found == truth


@pytest.mark.parametrize("suffix", WRITERS)
def test_nothing_is_lost_added_or_out_of_order(documents: dict[str, Document], suffix: str) -> None:
    truth: list[str] = []
    for block in MANUAL:
        if isinstance(block, Heading | Paragraph | Code | Notice):
            truth.append(words(block.text))
        elif isinstance(block, Items):
            truth.extend(text for _, text in block.entries)
    found = [e for e in documents[suffix].elements if e.kind is not Kind.TABLE]
    assert len(found) == len(truth)
    assert all(text in words(e.text) for text, e in zip(truth, found, strict=True))


def test_sheets(tmp_path: Path) -> None:
    path = tmp_path / "pump.xlsx"
    office_files.write_xlsx(path, MANUAL)
    document = read(SourceFile(path=path, document=path.name, revision="0" * 16, size=1))
    assert [e.rows for e in of_kind(document, Kind.TABLE)] == [b.filled() for b in MANUAL if isinstance(b, Table)]
    assert [e.text for e in of_kind(document, Kind.HEADING)] == ["Speeds", "Error codes"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv(tmp_path: Path, encoding: str, separator: str) -> None:
    table = [block for block in MANUAL if isinstance(block, Table)][1]
    path = tmp_path / "codes.csv"
    path.write_bytes(text_files.as_csv(table, separator).encode(encoding))
    document = read(SourceFile(path=path, document=path.name, revision="0" * 16, size=1))
    assert [e.rows for e in document.elements] == [table.filled()]
