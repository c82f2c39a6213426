"""Where a place in a manual opens: a passage, a citation or a chunk comes in, an address leaves."""

from typing import TYPE_CHECKING

from ui.sources import original_url

if TYPE_CHECKING:
    from ingest.types import Chunk
    from retrieval.passages import Passage
    from serving.answer import Citation


def original_of(place: "Passage | Citation | Chunk") -> str:
    """Where the manual opens that it is of."""
    return original_url(place.document, place.revision, page=place.page, anchor=place.anchor)
