"""A citation as the source panel shows it.

Enters: an answer's citations and the reader's wording. Leaves: plain values for `public/elements/*.jsx`.
"""

import re
from typing import TypedDict

from ingest.types import Audience, Box
from serving.answer import Citation
from ui.pages import Mark
from ui.sources import TYPES, is_pdf, original_url, page_url
from ui.wording import Wording

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


def source_of(citation: Citation, wording: Wording, *, document_pages: int = 0) -> Source:
    """The panel's values for one citation; `document_pages` bounds the pages to leaf through."""
    passage = citation.passage
    before, quote, after = split_at_quote(passage.text, citation.quote)
    pictures = _pictures(citation, wording, document_pages)
    audience = wording.public if passage.audience == Audience.PUBLIC else wording.internal
    language = wording.languages.get(passage.language, passage.language)
    return Source(
        number=citation.number,
        title=citation.title,
        heading=wording.source.format(number=citation.number),
        section=[heading for heading in citation.section if heading != citation.title],
        place=wording.page.format(page=citation.page) if citation.page else "",
        document=citation.document,
        labels=[label for label in (passage.product, language, audience) if label],
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


def _pictures(citation: Citation, wording: Wording, document_pages: int) -> list[PagePicture]:
    """The cited page, the passage's other pages, and some around to leaf through."""
    if not (is_pdf(citation.document) and citation.page):
        return []
    last = max(document_pages, citation.page, *citation.passage.pages, 1)
    first = max(1, citation.page - PAGES_AROUND)
    boxes = citation.boxes or citation.passage.boxes
    return [
        PagePicture(
            page=page,
            label=wording.page_picture.format(page=page) if _marks(boxes, page) else wording.page.format(page=page),
            url=page_url(citation.document, citation.revision, page, _marks(boxes, page)),
            original=original_url(citation.document, citation.revision, page=page),
        )
        for page in range(first, min(last, citation.page + PAGES_AROUND) + 1)
    ]


def _marks(boxes: tuple[Box, ...], page: int) -> tuple[Mark, ...]:
    return tuple(Mark(box.left, box.top, box.right, box.bottom) for box in boxes if box.page == page)
