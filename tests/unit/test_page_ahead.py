"""A long PDF read by two processes: the same pages as by one, also where the second process is of no use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.readers.page_ahead import read_in_halves
from ingest.readers.pdf_file import PageContent, PdfFile, open_pdf
from ingest.readers.pdf_layout import PageText, lay_out
from ingest.readers.scan import Scans
from tests.pdf_writer import PdfPage, pdf_bytes

PAGES = 9


@contextmanager
def a_pdf(folder: Path) -> Iterator[tuple[Path, PdfFile]]:
    """Nine pages of two columns and a heading; the seventh is left blank."""
    pages = [PdfPage() for _ in range(PAGES)]
    for number, page in enumerate(pages, start=1):
        if number == 7:
            continue
        page.text(60, 60, f"Chapter {number}", font="bold", size=18)
        for left in (60, 320):
            page.lines(left, 100, *(f"Line {line} of column {left} on page {number}." for line in range(20)))
    path = folder / "long.pdf"
    path.write_bytes(pdf_bytes(pages))
    with open_pdf(path, "long.pdf") as file:
        yield path, file


def texts(pages: list[PageText]) -> list[list[str]]:
    return [[line.text for line in page.lines] for page in pages]


def read_by_one(file: PdfFile) -> list[PageText]:
    scans = Scans(file)
    return [lay_out(scans.page(number)) for number in range(1, PAGES + 1)]


def test_two_processes_read_what_one_reads(tmp_path: Path) -> None:
    with a_pdf(tmp_path) as (path, file):
        pages = read_in_halves(path, PAGES, Scans(file))
        assert [page.number for page in pages] == list(range(1, PAGES + 1))
        assert texts(pages) == texts(read_by_one(file))
        assert pages[6].lines == []


def test_where_the_other_process_fails_its_pages_are_read_here(tmp_path: Path) -> None:
    with a_pdf(tmp_path) as (_, file):
        assert texts(read_in_halves(tmp_path / "gone.pdf", PAGES, Scans(file))) == texts(read_by_one(file))


class OutOfReach(Scans):
    """Pages of a file that went away while it was read."""

    def page(self, number: int) -> PageContent:
        raise OSError(f"page {number} is gone")


def children() -> set[str]:
    """Processes that this one started and has not waited for."""
    return set(Path("/proc/self/task", str(os.getpid()), "children").read_text().split())


def test_an_error_here_ends_the_other_process(tmp_path: Path) -> None:
    before = children()
    with a_pdf(tmp_path) as (path, file):
        scans = OutOfReach(file)
        with pytest.raises(OSError, match="page 1 is gone"):
            read_in_halves(path, PAGES, scans)
    assert children() <= before
