"""Lines of pages in, ids of those that are footnotes out: they stand between the halves of what goes on overleaf."""

import re
from collections.abc import Sequence

from ingest.readers.pdf_layout import PageText

_MARK = re.compile(r"(?:\d{1,3}|[*†‡§]{1,2}|[a-z])\s?[^\W\d]")
_SMALLER = 0.93
"""In sizes of the body: footnotes are set in less."""


def footnotes(pages: Sequence[PageText], body: float) -> frozenset[int]:
    """Ids of the lines of notes at the foot of pages. `body`: font size of the text."""
    found: set[int] = set()
    for page in pages:
        small = []
        for line in reversed(page.lines):
            if line.rows or line.size > _SMALLER * body or line.top < 0.4 * page.height or line.mono:
                break
            small.append(line)
        marked = [place for place, line in enumerate(small) if _MARK.match(line.text)]
        # What is above the first mark belongs to something else that is set small, a caption or a table.
        if marked and len(small) < len(page.lines):
            found.update(map(id, small[: marked[-1] + 1]))
    return frozenset(found)
