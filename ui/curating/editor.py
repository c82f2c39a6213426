"""Who edits: a request comes in, the editor leaves, or a refusal before anything is read."""

from contextlib import suppress
from typing import TYPE_CHECKING

from fastapi import Request

from ingest.errors import IndexUnusable
from serving.api.access import asker
from serving.keys import Caller, Role
from ui.backend import Backend
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


def name_of(caller: Caller) -> str:
    """As histories name them; empty for who sits at this machine."""
    return caller.shown_name or (f"key {caller.name}" if caller.name else "")


def note(backend: Backend, request: Request, action: str, target: str) -> None:
    """Into the audit log."""
    from serving.accounts.audit import Audit, actor_of

    address = str(getattr(request.state, "address", ""))
    Audit(backend.database()).note(actor_of(asker(request)), action, target, {}, address)


def original_of(place: "Passage | Citation | Chunk") -> str:
    """Where the manual opens that a passage, a citation or a chunk is of."""
    return original_url(place.document, place.revision, page=place.page, anchor=place.anchor)


def products_of(backend: Backend, caller: Caller) -> list[str]:
    """The products that have manuals, for lists to choose from; none where nothing is published."""
    with suppress(IndexUnusable):
        return sorted({known.product for known in backend.index().documents(caller.scope) if known.product})
    return []
