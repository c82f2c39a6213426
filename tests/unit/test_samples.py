"""The sample manuals and their gold questions: every quote stands where the gold says, what is said to be absent is.

The text comes from readers as simple as can be, so that a fault of the real readers cannot hide one of the gold.
"""

import json
import re
import tomllib
import unicodedata
import zipfile
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

DATA = Path(__file__).parents[2] / "data"
SAMPLES = DATA / "samples"
GOLD = [json.loads(line) for line in (DATA / "eval" / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
ANSWERABLE = [row for row in GOLD if row["answerable"]]
UNANSWERABLE = [row for row in GOLD if not row["answerable"]]
DOCUMENTS = sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "manual.toml")
WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


class BodyText(HTMLParser):
    """What a browser shows of a page, as one string."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = self.hidden or tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.hidden = self.hidden and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)


def pdf_pages(path: Path) -> list[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def docx_text(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        body = ET.fromstring(archive.read("word/document.xml"))
    return " ".join(node.text or "" for node in body.iter(WORD_TEXT))


def html_text(path: Path) -> str:
    parser = BodyText()
    parser.feed(path.read_text(encoding="utf-8"))
    return " ".join(parser.text)


def xlsx_text(path: Path) -> str:
    from openpyxl import load_workbook

    rows = [row for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True)]
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


@cache
def pages_of(path: Path) -> tuple[str, ...]:
    """The text of a document: page by page for a PDF, as a single item for the other formats."""
    match path.suffix:
        case ".pdf":
            return tuple(pdf_pages(path))
        case ".docx":
            return (docx_text(path),)
        case ".html":
            return (html_text(path),)
        case ".xlsx":
            return (xlsx_text(path),)
    return (path.read_text(encoding="utf-8"),)


def fold(text: str) -> str:
    """Letters and digits alone, lower case, compatible forms made one."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def folder_settings(path: Path) -> dict[str, Any]:
    """What the `manual.toml` beside a document says of it."""
    said = tomllib.loads((path.parent / "manual.toml").read_text(encoding="utf-8"))
    return {**said["default"], **said[path.name]}


def pages_with(path: Path, evidence: str) -> list[int]:
    return [number for number, text in enumerate(pages_of(path), 1) if fold(evidence) in fold(text)]


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_the_evidence_stands_where_the_gold_says(row: dict[str, Any]) -> None:
    assert 40 <= len(row["evidence"]) <= 200
    assert " ".join(row["evidence"].split()) == row["evidence"]
    found = pages_with(SAMPLES / row["file"], row["evidence"])
    assert found == ([row["page"]] if row["file"].endswith(".pdf") else [1])
    assert (row["page"] is None) == (not row["file"].endswith(".pdf"))


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_every_other_manual_with_the_same_words_is_named(row: dict[str, Any]) -> None:
    """So that a sibling or an older version counts as right exactly where it is."""
    named = {row["file"]: None, **{other["file"]: other["pages"] for other in row.get("also_in", [])}}
    for path in DOCUMENTS:
        name, found = path.relative_to(SAMPLES).as_posix(), pages_with(path, row["evidence"])
        assert bool(found) == (name in named), name
        assert name == row["file"] or not found or found == (named[name] or [1])


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_every_number_of_the_answer_is_in_the_manual(row: dict[str, Any]) -> None:
    text = pages_of(SAMPLES / row["file"])[(row["page"] or 1) - 1]
    for number in re.findall(r"\d+(?:[.,]\d+)?", row["answer"]):
        assert re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d)", text), number


@pytest.mark.parametrize("row", UNANSWERABLE, ids=lambda row: row["id"])
def test_what_is_said_to_be_absent_is_absent(row: dict[str, Any]) -> None:
    assert row["file"] is row["page"] is row["answer"] is row["evidence"] is None
    readable = [
        path
        for path in DOCUMENTS
        if path.relative_to(SAMPLES).parts[0] == row["product"]
        and not (row.get("audience") == "public" and folder_settings(path)["audience"] == "internal")
    ]
    assert readable
    for path in readable:
        assert not re.search(row["absent_regex"], " ".join(pages_of(path)), re.IGNORECASE), path


def test_questions_say_where_they_belong() -> None:
    assert len({row["id"] for row in GOLD}) == len(GOLD)
    for row in ANSWERABLE:
        product, language = row["file"].split("/")[:2]
        assert (row["product"], row["doc_lang"]) == (product, language), row["id"]
        assert row["cross_lingual"] == (row["lang"] != language), row["id"]
        internal = folder_settings(SAMPLES / row["file"])["audience"] == "internal"
        assert (row.get("audience") == "internal") == internal, row["id"]
    for row in GOLD:
        assert not row.get("turns") or row["turns"][-1] == row["question"], row["id"]


def test_there_are_enough_questions_of_every_sort() -> None:
    sorts = Counter(row["type"] for row in GOLD)
    assert len(GOLD) >= 45
    assert sorts["model"] >= 6
    assert sorts["version"] >= 4
    assert len(UNANSWERABLE) >= 6
    assert sum("turns" in row for row in GOLD) >= 4
    assert sum(row["cross_lingual"] for row in GOLD) >= 4
    assert sum(row.get("audience") == "internal" for row in GOLD) >= 2
    assert min(Counter(row["lang"] for row in GOLD).values()) >= 15
    assert {"table", "how-to", "warning", "troubleshoot", "paraphrase"} <= set(sorts)


def test_every_format_and_both_languages_are_there() -> None:
    formats = Counter(path.suffix for path in DOCUMENTS)
    assert formats.keys() == {".pdf", ".html", ".docx", ".md", ".xlsx"}
    assert all(formats[suffix] >= 2 for suffix in (".pdf", ".html", ".docx", ".md"))
    chinese = {path.suffix for path in DOCUMENTS if path.relative_to(SAMPLES).parts[1] == "zh"}
    assert chinese >= {".pdf", ".html", ".docx", ".md"}
    assert {path.relative_to(SAMPLES).parts[0] for path in DOCUMENTS} == {"smart-home", "wearables", "in-car"}
    assert sum(path.stat().st_size for path in DOCUMENTS) < 3_000_000


def test_every_document_is_described_and_only_the_bulletin_is_internal() -> None:
    settings = {path.relative_to(SAMPLES).as_posix(): folder_settings(path) for path in DOCUMENTS}
    assert all(said["title"] and said["version"] for said in settings.values())
    internal = [name for name, said in settings.items() if said["audience"] != "public"]
    assert internal == ["wearables/en/service/sb-2025-07-w5-charging.docx"]
    assert {settings[f"in-car/en/d70-user-guide-v{number}.docx"]["version"] for number in (1, 2)} == {"1.0", "2.0"}


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.suffix == ".pdf"], ids=lambda path: path.stem)
def test_pdfs_have_bookmarks_and_page_numbers(path: Path) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        marks = list(document.get_toc())
    pages = pages_of(path)
    assert 4 <= len(pages) <= 12
    assert len(marks) >= 15
    assert {mark.level for mark in marks} == {0, 1}
    for number, text in enumerate(pages, 1):
        assert re.search(rf"(?:Page|第)\s*{number}(?!\d)", text)
