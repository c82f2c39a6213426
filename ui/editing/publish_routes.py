"""`/desk/publishes`: what is published, what was before it, and the way back and forth between them."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import NothingPublished
from ingest.index.contract import IndexedDocument, IndexInfo
from ingest.recorded import record_change
from serving.api.after_publish import after_publish
from serving.api.audited import audited
from serving.api.errors import Conflict, NotFound
from serving.api.redirect import see_other
from ui.editing.editors import Editors
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What would become of the manuals, were another generation published in place of the present one."""

    back: tuple[str, ...]
    """There again."""
    changed: tuple[str, ...]
    """As they were read then, or for whom."""
    gone: tuple[str, ...]


def publish_routes(editors: Editors) -> APIRouter:
    """The pages and what they send."""
    router = APIRouter(route_class=PageRoute, prefix="/desk/publishes")

    @router.get("")
    def kept(request: Request) -> Response:
        editor(request)
        store = editors.place().store
        return page(request, "editing/publishes.html", present=_present(editors), kept=store.generations())

    @router.get("/{generation}")
    def compared(generation: str, request: Request) -> Response:
        caller = editor(request)
        other = _kept(editors, generation)
        present = _present(editors)
        if present is None or present.generation == generation:
            raise Conflict("This is what is published.", hint="Choose another generation.")
        then = editors.place().store.documents_of(generation)
        found = comparison(editors.documents(caller.scope), then)
        is_newer = other.generation > present.generation
        return page(
            request, "editing/publish.html", other=other, present=present, found=found, is_newer=is_newer
        )  # fmt: skip

    @router.post("/{generation}")
    def publish(generation: str, request: Request) -> Response:
        editor(request)
        _kept(editors, generation)
        place = editors.place()
        info = place.store.switch(generation)
        record_change(place, "rollback", [generation], info)
        audited(editors.backend, request, "index.rolled-back", generation)
        after_publish(editors.backend)
        return see_other("/desk/publishes")

    return router


def comparison(present: Iterable[IndexedDocument], then: Iterable[IndexedDocument]) -> Comparison:
    """The manuals of the two, by name."""
    now, before = ({each.document: each for each in documents} for documents in (present, then))
    both = sorted(now.keys() & before.keys())
    return Comparison(
        back=tuple(sorted(before.keys() - now.keys())),
        changed=tuple(name for name in both if _made_of(now[name]) != _made_of(before[name])),
        gone=tuple(sorted(now.keys() - before.keys())),
    )


def _made_of(document: IndexedDocument) -> tuple[str, str]:
    return document.revision, document.signature


def _present(editors: Editors) -> IndexInfo | None:
    try:
        with editors.index() as index:
            return index.info()
    except NothingPublished:
        return None


def _kept(editors: Editors, generation: str) -> IndexInfo:
    found = next((each for each in editors.place().store.generations() if each.generation == generation), None)
    if found is None:
        raise NotFound(f"There is no generation {generation}.", hint="It is not kept any more.")
    return found
