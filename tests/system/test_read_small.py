"""The real manuals of `../shared/manuals/small`, where they are: every one is read, and says what it must say."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from ingest.discover import discover
from ingest.readers import read
from ingest.types import Document, Kind

SHARED = Path(__file__).parents[3] / "shared"
MANUALS = SHARED / "manuals" / "small"
QUESTIONS = SHARED / "eval" / "manuals-dev.jsonl"

pytestmark = pytest.mark.skipif(not MANUALS.is_dir(), reason="../shared/manuals/small is not on this machine")


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    found = discover([MANUALS], root=MANUALS)
    assert not found.failed
    return {f.document: read(f) for f in found.files if f.path.suffix != ".pdf"}


def folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def test_every_manual_is_read_with_a_title_and_its_language(documents: dict[str, Document]) -> None:
    assert len(documents) == 14
    for name, document in documents.items():
        folder = name.split("/")[1].split("-")[0]
        assert document.title.strip(" -"), name
        assert document.language == folder, name
        assert any(e.kind is Kind.HEADING for e in document.elements), name


def test_evidence_of_the_questions_is_in_the_elements(documents: dict[str, Document]) -> None:
    texts = {name: folded(" ".join(e.text for e in d.elements)) for name, d in documents.items()}
    # A quote that runs over two steps of a web page lacks the numbers, which a browser draws and the reader writes.
    bare = {n: folded(" ".join(re.sub(r"^\d+\. ", "", e.text) for e in d.elements)) for n, d in documents.items()}
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if row["file"] in texts]
    assert len(asked) > 20
    quotes = [(row["id"], row["file"], folded(row["evidence"])) for row in asked]
    missing = [which for which, name, quote in quotes if quote not in texts[name] and quote not in bare[name]]
    assert not missing


def test_menus_are_left_out_and_text_is_not(documents: dict[str, Document]) -> None:
    faq = documents["hackrf/en/faq.html"]
    text = "\n".join(e.text for e in faq.elements)
    assert "Search docs" not in text
    assert "Jawbreaker" not in [e.text for e in faq.elements]
    page = documents["libreoffice/zh-cn/scalc/print_title_row.html"]
    steps = [e for e in page.elements if e.kind is Kind.STEP]
    assert [step.text.split(".")[0] for step in steps] == [str(n) for n in range(1, 8)]
    assert not any("debug info" in e.text for e in page.elements)
