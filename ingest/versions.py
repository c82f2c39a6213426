"""Versions of what makes chunks of a file, and the signature that a document carries of them.

A signature enters and the answer leaves whether an ingest would make the document anew. Raise a number here and the
next `manualdesk ingest` reads those documents again that it touches; until then the older index serves as it is.
"""

import hashlib

from ingest import chunk
from ingest.index.made_by import MadeBy
from ingest.suffixes import HTML, MARKDOWN, TEXT
from ingest.types import SourceFile

READERS = {"epub": 2, "html": 2, "markdown": 2, "office": 2, "pdf": 5, "picture": 1, "sheet": 2, "text": 2}
"""By family; raised when the readers of that family would make other elements of the same file."""

_FAMILIES = {
    **dict.fromkeys(HTML, "html"),
    **dict.fromkeys((*MARKDOWN, ".rst"), "markdown"),
    **dict.fromkeys(TEXT, "text"),
    **dict.fromkeys((".docm", ".docx", ".odt", ".pptm", ".pptx"), "office"),
    **dict.fromkeys((".csv", ".xlsm", ".xlsx"), "sheet"),
    ".epub": "epub",
    ".pdf": "pdf",
}

_FIRST_READERS = 1
"""All readers had this number together in the signatures of before, which are bare hashes."""


def made_now(source: SourceFile) -> MadeBy:
    """What would make this document's chunks today."""
    family = _FAMILIES.get(source.path.suffix.lower(), "picture")
    return MadeBy(said=_hash(_all_that_is_said(source)), reader=family, reading=READERS[family], cutting=chunk.VERSION)


def signature(source: SourceFile) -> str:
    """All that shapes a document's chunks besides its bytes, in the form that `MadeBy` reads."""
    return str(made_now(source))


def is_current(before: str, source: SourceFile) -> bool:
    """Would this document's chunks be made as they were when it got the signature `before`?"""
    now = made_now(source)
    if before == str(now):
        return True
    # A bare hash was made by the first readers, and of fewer fields: of those that there were.
    return now.reading == _FIRST_READERS and before == _hash(_all_that_was_said(source))


def _all_that_is_said(source: SourceFile) -> tuple[str, ...]:
    return (
        source.product,
        source.model,
        source.version,
        source.language,
        str(source.audience),
        source.title,
        source.valid_from,
        source.valid_until,
        source.root,
        # Where a value was said is shown to editors, so it must not outlive a move from one place to another.
        *(f"{key} from {where}" for key, where in source.origins),
    )


def _all_that_was_said(source: SourceFile) -> tuple[str, ...]:
    fields = (source.product, source.version, source.language, str(source.audience), source.title, source.root)
    return (*fields, f"readers {_FIRST_READERS}", f"chunks {chunk.VERSION}")


def _hash(parts: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]
