"""Questions to begin with, about manuals that are there.

Enters: the indexed documents and the reader's wording. Leaves: labels and questions, at most four.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.index.contract import IndexedDocument
from ui.wording import Wording

MOST = 4


def starter_questions(documents: Sequence[IndexedDocument], wording: Wording) -> list[tuple[str, str]]:
    """Label and question each: prepared ones where their sample manual is indexed, else ones made of titles."""
    names = {PurePosixPath(known.document).name for known in documents}
    prepared = [(label, question) for name, label, question in wording.starters if name in names]
    if prepared:
        return prepared[:MOST]
    # Manuals in the reader's own language come first: their titles mean the most to the reader.
    ours = sorted(documents, key=lambda known: known.language != wording.language)
    titles = list(dict.fromkeys(known.title for known in ours if known.title))[:MOST]
    return [(title, wording.title_question.format(title=title)) for title in titles]
