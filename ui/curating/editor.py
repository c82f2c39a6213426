"""Who edits: a request comes in, the editor leaves, or a refusal before anything is read."""

from typing import TYPE_CHECKING

from fastapi import Request

from serving.api.access import asker
from serving.keys import Caller, Role
from ui.sources import original_url

if TYPE_CHECKING:
    from ingest.types import Chunk
    from retrieval.passages import Passage
    from serving.answer import Citation


def editor(request: Request) -> Caller:
    """Raises Forbidden for who may not edit."""
    caller = asker(request)
    caller.require(Role.EDITOR, "To edit answers")
    return caller


def original_of(place: "Passage | Citation | Chunk") -> str:
    """Where the manual opens that a passage, a citation or a chunk is of."""
    return original_url(place.document, place.revision, page=place.page, anchor=place.anchor)
