"""`/desk/labels`: product lines and categories that tickets get, with the words that speak for each."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from serving.api.audited import audited
from serving.api.redirect import see_other
from serving.gaps.labels import LabelKind, Labels, suggest
from ui.backend import Backend
from ui.web.editor import editor
from ui.web.numbers import Number
from ui.web.rendering import PageRoute, page


def label_routes(backend: Backend) -> APIRouter:
    """List, add, change and delete; and which ones a question would get."""
    router = APIRouter(prefix="/desk/labels", route_class=PageRoute)

    @router.get("")
    def listed(request: Request, q: str = "") -> Response:
        """All of them; with `q` those that are suggested for that question."""
        editor(request)
        known = Labels(backend.database()).all()
        return page(
            request,
            "curating/labels.html",
            kinds=[(str(kind), [label for label in known if label.kind is kind]) for kind in LabelKind],
            q=q,
            suggested=suggest(known, q) if q.strip() else None,
        )

    _add_changing(router, backend)
    return router


def _add_changing(router: APIRouter, backend: Backend) -> None:
    @router.post("")
    def add(
        request: Request,
        *,
        kind: Annotated[LabelKind, Form()],
        name: Annotated[str, Form()],
        words: Annotated[str, Form()] = "",
    ) -> Response:
        """A new one."""
        editor(request)
        Labels(backend.database()).add(kind, name, _words(words))
        audited(backend, request, "label.added", name)
        return _back()

    @router.post("/{label}")
    def change(
        request: Request, label: Number, *, name: Annotated[str, Form()], words: Annotated[str, Form()] = ""
    ) -> Response:
        """Another name, or other words."""
        editor(request)
        Labels(backend.database()).change(label, name, _words(words))
        audited(backend, request, "label.changed", name)
        return _back()

    @router.post("/{label}/delete")
    def remove(request: Request, label: Number) -> Response:
        """Take one away."""
        editor(request)
        Labels(backend.database()).remove(label)
        audited(backend, request, "label.removed", str(label))
        return _back()


def _words(written: str) -> list[str]:
    """One a line, or apart by commas of any kind."""
    return [word for line in written.splitlines() for word in line.replace("，", ",").replace("、", ",").split(",")]


def _back() -> Response:
    return see_other("/desk/labels")
