"""Which picture files are part of another manual: a picture below a root enters, whether it is an illustration leaves.

Web pages and Markdown bring their pictures along as files; those are no manuals. A picture that no page names, and that
is large enough to be one, may be a scanned or photographed page.
"""

import re
from pathlib import Path
from urllib.parse import unquote

from ingest.suffixes import HTML, MARKDOWN, SCANS, TEXT

_NAMING = frozenset((*HTML, *MARKDOWN, *TEXT, ".rst", ".adoc", ".css", ".js", ".tex", ".xml"))
_NAME = re.compile(
    rb"[^\t\r\n\"'()<>=/\\{},;:&|\[\]]{1,200}(?:" + b"|".join(re.escape(suffix).encode() for suffix in SCANS) + rb")\b",
    re.IGNORECASE,
)
_SMALLEST_PAGE = 400
"""Pixels of the shorter side: half a page at 100 dots an inch. What is smaller is an icon or a button."""
_MOST_BYTES = 32 * 2**20
"""Looked into a page for the names of pictures: this runs where no limit of memory is."""


class Illustrations:
    """The pictures below a root that other files show. Looks into files only once a picture asks."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._named: dict[Path, frozenset[str]] = {}

    def holds(self, file: Path) -> bool:
        """Whether a picture belongs to a page that lies below the same folder of the root, or is too small to read."""
        top = self._top(file)
        if top not in self._named:
            self._named[top] = _names_below(top, recursive=top != self._base)
        return file.name.casefold() in self._named[top] or _is_small(file)

    def _top(self, file: Path) -> Path:
        parts = file.relative_to(self._base).parts
        return self._base / parts[0] if len(parts) > 1 else self._base


def _names_below(folder: Path, *, recursive: bool) -> frozenset[str]:
    found: set[str] = set()
    for page in folder.rglob("*") if recursive else folder.glob("*"):
        if page.suffix.lower() in _NAMING and page.is_file():
            try:
                with page.open("rb") as stream:
                    text = stream.read(_MOST_BYTES)
            except OSError:
                continue  # whoever reads it as a manual says so
            for match in _NAME.findall(text):
                name = unquote(match.decode(errors="replace")).strip().casefold()
                # A name may have spaces in it, or words before it.
                found.update((name, name.rsplit(" ", maxsplit=1)[-1]))
    return frozenset(found)


def _is_small(file: Path) -> bool:
    from PIL import Image

    try:
        if not file.is_file():
            return False  # a pipe would be waited on for good
        with Image.open(file) as image:
            return min(image.size) < _SMALLEST_PAGE
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False  # the reader says what is wrong with it
