"""Characters that no text has: control characters and halves of surrogate pairs that damaged files leave in it.

A Document enters and leaves. Each is replaced by one other character, so that places in the text stay true.
"""

import re
from dataclasses import replace

from ingest.types import Document, Element

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SAID = {"\x0b": "\n", "\x0c": "\n", "\r": "\n"}


def cleaned(document: Document) -> Document:
    """The document with text that can be stored, shown and sent; itself where there is nothing to replace."""
    if not _ODD.search(document.title) and not any(map(_is_odd, document.elements)):
        return document
    elements = tuple(_clean(element) if _is_odd(element) else element for element in document.elements)
    return replace(document, title=clean_text(document.title), elements=elements)


def clean_text(text: str) -> str:
    return _ODD.sub(lambda match: _SAID.get(match.group(0), "\ufffd" if match.group(0) > "\x7f" else " "), text)


def _is_odd(element: Element) -> bool:
    return _ODD.search(element.text) is not None or any(_ODD.search(cell) for row in element.rows for cell in row)


def _clean(element: Element) -> Element:
    rows = tuple(tuple(map(clean_text, row)) for row in element.rows)
    return replace(element, text=clean_text(element.text), rows=rows)
