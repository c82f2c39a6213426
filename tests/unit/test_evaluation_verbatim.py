"""Quotes against files: what stands on the page passes, what was changed or stands elsewhere does not."""

from pathlib import Path

import pytest

from ingest.originals import fingerprint, keep_original
from ingest.types import SourceFile
from serving.evaluation.verbatim import QuoteChecker
from tests.gold import citation
from tests.pdf_writer import PdfPage, pdf_bytes

HTML = """<html><head><title>Pump P1</title></head><body><h1>Reset</h1>
<p>Hold the <b>reset</b>
key for 10 seconds.</p>
<table><tr><th>Code</th><th>Meaning</th></tr><tr><td>E1</td><td>Too hot</td></tr><tr><td>E2</td><td>No water</td></tr>
</table></body></html>"""


@pytest.fixture(scope="module")
def manuals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manuals")
    first = PdfPage().text(72, 80, "Care", font="bold", size=16)
    first.lines(72, 120, "Clean the filter of the pump every four", "weeks with warm water and a soft brush.")
    second = PdfPage().text(72, 80, "Storage", font="bold", size=16)
    second.lines(72, 120, "Empty the pump before the first frost", "and store it in a dry place.")
    (folder / "pump.pdf").write_bytes(pdf_bytes([first, second]))
    (folder / "pump.html").write_text(HTML, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    return folder


@pytest.mark.parametrize(
    ("page", "quote", "verbatim"),
    [
        (1, "Clean the filter of the pump every four weeks with warm water", True),
        (1, "Clean the filter of the pump\nevery four weeks", True),
        (1, "Clean the filter of the pump every five weeks", False),
        (2, "Clean the filter of the pump every four weeks", False),
        (1, "with warm water and a soft brush. Storage Empty the pump", False),
        (3, "Clean the filter", False),
        (None, "Clean the filter", False),
        (1, " ", False),
    ],
)
def test_a_quote_stands_on_its_page(manuals: Path, page: int | None, quote: str, verbatim: bool) -> None:
    assert QuoteChecker(manuals, manuals).is_verbatim(citation("pump.pdf", page, quote)) is verbatim


@pytest.mark.parametrize(
    ("quote", "verbatim"),
    [
        ("Hold the reset key for 10 seconds.", True),
        ("Hold the reset key for 12 seconds.", False),
        ("Code | Meaning\nE2 | No water", True),
        ("Code | Meaning\nE2 | Too hot", False),
    ],
)
def test_a_quote_stands_in_a_document_without_pages(manuals: Path, quote: str, verbatim: bool) -> None:
    assert QuoteChecker(manuals, manuals).is_verbatim(citation("pump.html", None, quote)) is verbatim


def test_without_a_root_the_kept_original_of_the_cited_revision_is_read(manuals: Path, tmp_path: Path) -> None:
    revision, size = fingerprint(manuals / "pump.html")
    source = SourceFile(path=manuals / "pump.html", document="en/pump.html", revision=revision, size=size)
    keep_original(tmp_path, source)
    checker = QuoteChecker(tmp_path)
    quote = "Hold the reset key"
    assert checker.is_verbatim(citation("en/pump.html", None, quote, revision=revision)) is True
    assert checker.is_verbatim(citation("en/pump.html", None, quote, revision=revision[::-1])) is None


def test_a_file_that_is_not_there_or_broken_says_nothing(manuals: Path) -> None:
    checker = QuoteChecker(manuals, manuals)
    assert checker.is_verbatim(citation("gone.pdf", 1, "Hold")) is None
    assert checker.is_verbatim(citation("broken.pdf", 1, "Hold")) is None
