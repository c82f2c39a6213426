"""Other programs' reading of PDFs: paths go in, what they make of them comes out as JSON on stdout.

    python tests/bench/rival_readers.py TOOL FILE...      TOOL: unstructured, markitdown or pypdf

Runs in the rivals' own environment (`tests/bench/reading.py` says how to make it) and imports nothing of this project.
Each tool gets the best form of its output: tables where it gives tables, headings where it tells them.
"""

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

Piece = dict[str, object]


def main() -> None:
    tool, *paths = sys.argv[1:]
    read = {"unstructured": unstructured_pieces, "markitdown": markitdown_pieces, "pypdf": pypdf_pieces}[tool]
    files = {}
    for path in paths:
        started = time.perf_counter()
        pieces = read(path)
        files[path] = {"pieces": pieces, "seconds": time.perf_counter() - started}
    json.dump({"tool": tool, "version": version(tool), "files": files}, sys.stdout, ensure_ascii=False)


def unstructured_pieces(path: str) -> list[Piece]:
    """partition_pdf, strategy fast: titles are headings at their category depth, tables from their HTML if any."""
    os.environ.update(UNSTRUCTURED_DISABLE_NOTICE="1", SCARF_NO_ANALYTICS="true", DO_NOT_TRACK="true")
    import spacy
    from unstructured.nlp import tokenize

    # It would fetch a model from the web and, without one, return nothing.
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    tokenize._load_spacy_model = lambda: pipeline
    from unstructured.partition.pdf import partition_pdf

    pieces = []
    for element in partition_pdf(filename=path, strategy="fast", infer_table_structure=True):
        title = element.category == "Title"
        rows = html_rows(element.metadata.text_as_html) if element.category == "Table" else []
        level = (element.metadata.category_depth or 0) + 1 if title else 0
        if element.category not in {"Header", "Footer", "PageBreak"}:
            pieces.append({"text": element.text, "heading_level": level, "rows": rows})
    return pieces


def html_rows(table: str | None) -> list[list[str]]:
    """Rows of an HTML table."""
    from lxml import html

    tree = html.fromstring(table) if table else None
    return (
        []
        if tree is None
        else [[" ".join(" ".join(map(str, cell.itertext())).split()) for cell in row] for row in tree.iter("tr")]
    )


def markitdown_pieces(path: str) -> list[Piece]:
    """Its Markdown: `#` lines are headings, pipe tables are tables."""
    from markitdown import MarkItDown  # type: ignore[import-not-found]

    pieces: list[Piece] = []
    for block in re.split(r"\n\s*\n|\f", MarkItDown().convert(path).markdown):
        lines = [line for line in block.splitlines() if line.strip()]
        table = [line.strip() for line in lines if line.strip().startswith("|")]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
        rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
        if rows:
            pieces.append({"text": "\n".join(" ".join(row) for row in rows), "heading_level": 0, "rows": rows})
        for line in (line for line in lines if line.strip() not in table):
            heading = re.match(r"(#{1,6}) (.*)", line)
            level = len(heading[1]) if heading else 0
            pieces.append({"text": heading[2] if heading else line, "heading_level": level, "rows": []})
    return pieces


def pypdf_pieces(path: str) -> list[Piece]:
    """The text of each page; the outline, where the file has one, tells the headings."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    pieces: list[Piece] = [{"text": page.extract_text(), "heading_level": 0, "rows": []} for page in reader.pages]
    # After the text, so that they count as headings and do not disturb its order.
    return pieces + outline_pieces(reader.outline, 1)


def outline_pieces(outline: Sequence[Any], level: int) -> list[Piece]:
    """Entries of an outline; lists in it are one level down."""
    pieces: list[Piece] = []
    for entry in outline:
        if isinstance(entry, list):
            pieces += outline_pieces(entry, level + 1)
        else:
            pieces.append({"text": str(entry["/Title"]), "heading_level": level, "rows": []})
    return pieces


if __name__ == "__main__":
    main()
