"""The real PDFs of `../shared/manuals/small`, where they are: every page gives its text, evidence is on its page."""

import json
import re
import unicodedata
from collections import defaultdict
from pathlib import Path

import pypdfium2
import pytest

from ingest.readers.pdf import read_pdf
from ingest.types import Document, Element, Kind, SourceFile

SHARED = Path(__file__).parents[3] / "shared"
MANUALS = SHARED / "manuals" / "small"
QUESTIONS = SHARED / "eval" / "manuals-dev.jsonl"
LANGUAGES = {"en": "en", "de": "de", "zh-cn": "zh"}

pytestmark = pytest.mark.skipif(not MANUALS.is_dir(), reason="../shared/manuals/small is not on this machine")


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    found = {}
    for path in sorted(MANUALS.rglob("*.pdf")):
        name = path.relative_to(MANUALS).as_posix()
        found[name] = read_pdf(SourceFile(path=path, document=name, revision="0" * 16, size=path.stat().st_size))
    return found


def folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def pages_of(element: Element) -> set[int | None]:
    return {element.page, *(box.page for box in element.boxes)}


def text_by_page(document: Document) -> dict[int | None, str]:
    texts: defaultdict[int | None, str] = defaultdict(str)
    for element in document.elements:
        for page in pages_of(element):
            texts[page] += folded(element.text)
    return texts


def test_each_has_a_title_headings_and_its_language(documents: dict[str, Document]) -> None:
    assert len(documents) == 6
    for name, document in documents.items():
        assert document.title, name
        assert document.language == LANGUAGES[name.split("/")[1]], name
        assert any(element.kind is Kind.HEADING for element in document.elements), name


def test_gold_evidence_is_on_its_page(documents: dict[str, Document]) -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if row["file"] in documents]
    texts = {name: text_by_page(document) for name, document in documents.items()}
    missing = [row["id"] for row in asked if folded(row["evidence"]) not in texts[row["file"]][row["page"]]]
    assert len(asked) >= 16
    assert not missing


def test_every_page_gives_its_words_but_for_contents_and_index(documents: dict[str, Document]) -> None:
    thin = []
    for name, document in documents.items():
        texts = text_by_page(document)
        with pypdfium2.PdfDocument(MANUALS / name) as opened:
            for number, page in enumerate(opened, 1):
                raw = page.get_textpage().get_text_range()
                words = [folded(word) for word in re.split(r"\s+|[\x02\ufffe]", raw)]
                words = [word for word in words if len(word) > 2]
                share = sum(word in texts[number] for word in words) / max(len(words), 1)
                # Pages of a drawing hold little but the running header.
                if len(words) > 20 and share < 0.8 and not _is_contents(raw):
                    thin.append((name, number, round(share, 2)))
    assert not thin


def _is_contents(raw: str) -> bool:
    lines = [line.strip() for line in raw.splitlines() if line.strip()]
    return sum(bool(re.search(r"\d$", line)) for line in lines) > 0.4 * len(lines)


def test_outline_titles_are_headings_at_their_level(documents: dict[str, Document]) -> None:
    for name, document in documents.items():
        headings = defaultdict(set)
        for element in document.elements:
            if element.kind is Kind.HEADING:
                headings[element.page].add((folded(element.text), element.level))
        found = total = 0
        with pypdfium2.PdfDocument(MANUALS / name) as opened:
            for mark in opened.get_toc():
                target = mark.get_dest()
                title = folded(mark.get_title())
                if target is None or not title:
                    continue
                total += 1
                on_page = headings[target.get_index() + 1]
                found += any(text.endswith(title) and level == mark.level + 1 for text, level in on_page)
        assert found >= 0.95 * total, (name, found, total)


def test_a_specification_table_keeps_cells_and_header(documents: dict[str, Document]) -> None:
    tables = [e for e in documents["linuxcnc/en/LinuxCNC_Integrator.pdf"].elements if e.kind is Kind.TABLE]
    rows = [row for table in tables for row in table.rows if row[:2] == ("Gecko", "203v")]
    assert [row[2:7] for row in rows] == [("1000", "2000", "200", "200", "Rising Edge")]
    assert all(table.rows[0][:3] == ("Manufacturer", "Model", "Step Time") for table in tables[1:5])
