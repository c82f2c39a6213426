"""Is a quote really on the page that is cited? A citation goes in, yes or no comes out, checked against the file."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from ingest.errors import ReadError
from ingest.originals import original_path
from ingest.readers import read
from ingest.readers.pdf_file import open_pdf
from ingest.types import Element, Kind, SourceFile
from serving.answer import Citation
from serving.evaluation.folding import collapse, holds

_MANUALS_KEPT: Final = 64
"""Read manuals held in memory: questions come back to the same few."""


class QuoteChecker:
    """Reads the cited files anew, from a root folder or from the originals kept at ingest."""

    def __init__(self, home: Path, root: Path | None = None) -> None:
        """`home` holds the kept originals; with a `root` the files below it are read instead, of any revision."""
        self._home = home
        self._root = root
        self._pages = lru_cache(maxsize=_MANUALS_KEPT)(_page_texts)

    def is_verbatim(self, citation: Citation) -> bool | None:
        """Whether the quote stands on the cited page (without pages: in the document). None: the file is not there.

        White space is free, and so are the bars between a table's cells, which no manual prints. A quote of several
        lines holds when each of them does, since a row is quoted with its table's header.
        """
        path = self._file(citation)
        if path is None:
            return None
        is_pdf = path.suffix.lower() == ".pdf"
        try:
            pages = self._pages(path, citation.document, citation.revision)
        except ReadError:
            return None
        as_read = pages.get(citation.page, "") if is_pdf else " ".join(pages.values())
        printed = _printed_text(path, citation.page) if is_pdf else ""
        lines = [_comparable(line) for line in citation.quote.splitlines() if line.strip()]
        quote = _comparable(citation.quote)
        if not quote:
            return False
        if quote in printed:
            return True
        # Our reader's text is what was quoted from, so for a PDF the characters on the page have to bear it out; a
        # scanned page has none.
        borne_out = not printed or holds(printed, quote)
        return borne_out and (quote in as_read or all(line in as_read for line in lines))

    def _file(self, citation: Citation) -> Path | None:
        if self._root is None:
            return original_path(self._home, citation.revision, citation.document)
        path = self._root / citation.document
        return path if path.is_file() else None


def _page_texts(path: Path, document: str, revision: str) -> Mapping[int | None, str]:
    """Comparable text by page; all of it under None for formats without pages."""
    source = SourceFile(path=path, document=document, revision=revision, size=path.stat().st_size)
    texts: dict[int | None, list[str]] = {}
    for element in read(source).elements:
        texts.setdefault(element.page, []).append(_text(element))
    return {page: _comparable(" ".join(parts)) for page, parts in texts.items()}


def _text(element: Element) -> str:
    if element.kind is not Kind.TABLE or not element.rows:
        return element.text
    # A merged cell is repeated in `rows`, and written once where its row is shown.
    once = [[cell for place, cell in enumerate(row) if place == 0 or cell != row[place - 1]] for row in element.rows]
    return "\n".join([*(" ".join(row) for row in once), element.text])


def _comparable(text: str) -> str:
    return collapse(text.replace(" | ", " ").strip(" |"))


@lru_cache(maxsize=256)
def _printed_text(path: Path, page: int | None) -> str:
    """The page's characters in the order of the file, none of our reading order in it; empty for no such page."""
    with open_pdf(path, path.name) as file:
        if page is None or not 1 <= page <= file.page_count:
            return ""
        glyphs = file.page(page).glyphs
    return _comparable("".join(f" {glyph[0]}" if glyph[-1] else glyph[0] for glyph in glyphs))
