"""An answer as the page shows it: its text as Markdown, its citations as the source panel's values.

Enters: an answer and the reader's wording. Leaves: text, and plain values for `public/elements/*.jsx`.
"""

import re
from contextlib import suppress
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypedDict

from ingest.errors import ReadError
from ingest.originals import original_path
from ingest.types import Audience, Box
from serving.answer import UNSUPPORTED_MARK, Answer, AnswerSource, Citation
from ui.pages import Mark, quoted_lines
from ui.sources import TYPES, is_pdf, original_url, page_url
from ui.wording import ENGLISH, Wording

PAGES_AROUND = 3
"""How far the panel can be leafed from the cited page, to either side."""


class PagePicture(TypedDict):
    """One page of the panel's leaf-through strip."""

    page: int
    label: str
    url: str
    original: str


class Source(TypedDict):
    """Everything the panel shows of one citation; each text in the reader's language."""

    number: int
    title: str
    heading: str
    section: list[str]
    place: str
    document: str
    labels: list[str]
    before: str
    quote: str
    after: str
    caption: str
    original: str
    open: str
    pictures: list[PagePicture]
    cited: int
    earlier: str
    later: str
    missing: str


TAG = re.compile(r"<(?=[A-Za-z/!?])")
MARKUP = re.compile(r"[*`~]|(?<!\w)_|_(?!\w)|^[ \t]*(?:[#>]|[-+](?=\s))", re.MULTILINE)
"""What Markdown would take for markup in a manual's own words; list numbers may stay, they show as they are."""


def shown_text(answer: Answer, wording: Wording = ENGLISH) -> str:
    """The answer as Markdown. Words in angle brackets (`<Enter>`) would vanish, and quotes are no Markdown at all.

    What no manual supports says so in words.
    """
    text = answer.answer
    if answer.unsupported:
        text = text.replace(UNSUPPORTED_MARK, f"*({wording.unsupported})*")
    if answer.source == AnswerSource.QUOTES and not answer.refused:
        text = with_tables(MARKUP.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", text))
    # A picture would be fetched from wherever the text says.
    return TAG.sub(r"\<", text.replace("![", r"!\["))


def with_tables(text: str) -> str:
    """Quoted table rows (`cell | cell`) as Markdown tables, where two or more of one width follow each other."""
    shown: list[str] = []
    for bars, lines in groupby(text.split("\n"), key=lambda line: line.count(" | ")):
        rows = list(lines)
        if not bars or len(rows) < 2:
            shown += rows
            continue
        first = _unmarked(rows[0])
        starts = [number for number, row in enumerate(rows) if _unmarked(row) == first]
        for start, end in pairwise([*starts, len(rows)]):
            shown += _table(rows[start:end], bars)
    return "\n".join(shown)


def _table(rows: list[str], bars: int) -> list[str]:
    if len(rows) < 2:
        return rows
    # Manuals' header cells are words; a first row with figures in it is data, and Markdown wants a header anyway.
    header, body = (" | " * bars, rows) if re.search(r"\d", _unmarked(rows[0])) else (rows[0], rows[1:])
    return ["", f"| {header} |", f"|{' --- |' * (bars + 1)}", *(f"| {row} |" for row in body), ""]


def _unmarked(row: str) -> str:
    return re.sub(r"\s*\[\d+\]", "", row)


def source_of(citation: Citation, wording: Wording, *, document_pages: int = 0, home: Path | None = None) -> Source:
    """The panel's values for one citation; `document_pages` bounds the pages to leaf through.

    With `home`, where originals are kept, only the lines that hold the quote are marked, not the whole passage.
    """
    passage = citation.passage
    before, quote, after = split_at_quote(passage.text, citation.quote)
    pictures = _pictures(citation, _cited_lines(citation, home), wording, document_pages)
    audience = wording.public if passage.audience == Audience.PUBLIC else wording.internal
    language = wording.languages.get(passage.language, passage.language)
    scanned = wording.recognised if passage.recognised else ""
    return Source(
        number=citation.number,
        title=citation.title,
        heading=wording.source.format(number=citation.number),
        section=[heading for heading in citation.section if heading != citation.title],
        place=wording.page.format(page=citation.page) if citation.page else "",
        document=citation.document,
        labels=[label for label in (passage.product, language, audience, scanned) if label],
        before=before,
        quote=quote,
        after=after,
        caption=wording.cited_passage,
        original=original_url(citation.document, citation.revision, page=citation.page, anchor=citation.anchor),
        open=_open_text(citation, wording),
        pictures=pictures,
        cited=next((i for i, picture in enumerate(pictures) if picture["page"] == citation.page), 0),
        earlier=wording.earlier_page,
        later=wording.later_page,
        missing=wording.no_picture,
    )


def split_at_quote(text: str, quote: str) -> tuple[str, str, str]:
    """A passage before, in and after the quote; spaces and line breaks may differ. No quote found: all before."""
    words = [re.escape(word) for word in quote.split()]
    found = re.search(r"\s*".join(words), text) if words else None
    if found is None:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]


def _open_text(citation: Citation, wording: Wording) -> str:
    if is_pdf(citation.document) and citation.page:
        return wording.open_at_page.format(page=citation.page)
    shown = any(citation.document.lower().endswith(suffix) for suffix in TYPES)
    return wording.open_original if shown else wording.download_original


def _cited_lines(citation: Citation, home: Path | None) -> dict[int, tuple[Mark, ...]]:
    """The lines to mark, by page."""
    boxes = citation.boxes or citation.passage.boxes
    by_page = {page: tuple(_mark(box) for box in boxes if box.page == page) for page in {box.page for box in boxes}}
    path = original_path(home, citation.revision, citation.document) if home else None
    if path is None or citation.page not in by_page:
        return by_page
    with suppress(ReadError):
        return {citation.page: quoted_lines(path, citation.page, by_page[citation.page], citation.quote)}
    return by_page


def _pictures(
    citation: Citation, lines: dict[int, tuple[Mark, ...]], wording: Wording, document_pages: int
) -> list[PagePicture]:
    """The cited page and some around it to leaf through."""
    if not (is_pdf(citation.document) and citation.page):
        return []
    last = max(document_pages, citation.page, *citation.passage.pages, 1)
    first = max(1, citation.page - PAGES_AROUND)
    return [
        PagePicture(
            page=page,
            label=(wording.page_picture if lines.get(page) else wording.page).format(page=page),
            url=page_url(citation.document, citation.revision, page, lines.get(page, ())),
            original=original_url(citation.document, citation.revision, page=page),
        )
        for page in range(first, min(last, citation.page + PAGES_AROUND) + 1)
    ]


def _mark(box: Box) -> Mark:
    return Mark(box.left, box.top, box.right, box.bottom)
