"""What editors say of the manuals they selected: a form comes in, what it would change is shown, and set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from ingest.errors import SettingError
from ingest.index.contract import IndexedDocument
from ingest.metadata import metadata_from, with_values
from ingest.pipeline import Job
from ingest.restating import matched_by, restating, to_change
from serving.api.audited import audited
from serving.api.redirect import see_other
from ui.editing.editors import Editors, named
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page

SETTABLE: Final = ("product", "model", "version", "language", "audience", "title", "valid_from", "valid_until")
MOST_AT_ONCE: Final = 500


def setting_routes(editors: Editors) -> APIRouter:
    """What the form sends; the form itself is that of selected manuals."""
    router = APIRouter(route_class=PageRoute, prefix="/desk/documents")

    @router.post("/set")
    async def set_values(request: Request) -> Response:
        editor(request)
        form = await request.form(max_files=0, max_fields=2 * MOST_AT_ONCE)
        asked = _Asked.of({key: [str(value) for value in form.getlist(key)] for key in form})
        return await run_in_threadpool(_set if asked.does else _tell, editors, request, asked)

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a form says of which manuals."""

    names: tuple[str, ...]
    pattern: str
    values: dict[str, str]
    cleared: tuple[str, ...]
    does: bool
    """Set it; else show what would change."""

    @classmethod
    def of(cls, form: dict[str, list[str]]) -> "_Asked":
        """Raises SettingError for what cannot work."""
        written = {key: form[key][0].strip() for key in SETTABLE if form.get(key)}
        values = {key: value for key, value in written.items() if value}
        cleared = tuple(key for key in form.get("clear", []) if key in SETTABLE and key not in values)
        metadata_from(values, where="what you set")
        pattern = (form.get("pattern") or [""])[0].strip()
        names = tuple(dict.fromkeys(form.get("document", [])))[:MOST_AT_ONCE]
        if not names and not pattern:
            raise SettingError("No manual is named.", hint="Select some in the list, or give a pattern such as pumps/*")
        if not values and not cleared:
            raise SettingError("Nothing is said of them.", hint="Fill in at least one field.")
        return cls(names=names, pattern=pattern, values=values, cleared=cleared, does="do" in form)

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.pattern,) if self.pattern else self.names

    @property
    def said(self) -> dict[str, str]:
        """Values by key; empty: taken back."""
        return {**dict.fromkeys(self.cleared, ""), **self.values}


@dataclass(frozen=True, slots=True)
class _Preview:
    matched: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    jobs: tuple[Job, ...]


def _preview(editors: Editors, asked: _Asked, documents: Sequence[IndexedDocument]) -> _Preview:
    matched = matched_by(asked.patterns, documents)
    with editors.records() as records:
        after = with_values(records.settings(), asked.patterns, asked.said)
    jobs, missing = restating(matched, after)
    store = editors.place().store
    touched = [(job, names) for job in jobs if (names := to_change(store, job))]
    changed = tuple(name for _job, names in touched for name in names)
    return _Preview(len(matched), changed, tuple(missing), tuple(job for job, _names in touched))


def _tell(editors: Editors, request: Request, asked: _Asked) -> Response:
    """The form again, with what it would change."""
    preview = _preview(editors, asked, editors.documents(editor(request).scope))
    return page(
        request,
        "editing/set.html",
        names=asked.names,
        pattern=asked.pattern,
        values=asked.values,
        cleared=asked.cleared,
        preview=preview,
    )


def _set(editors: Editors, request: Request, asked: _Asked) -> Response:
    preview = _preview(editors, asked, editors.documents(editor(request).scope))
    if not preview.jobs:
        _keep(editors, request, asked)
        return see_other("/desk/documents")
    with editors.room(request) as submit:
        _keep(editors, request, asked)
        submitted = [submit(job, f"set {named(preview.changed)}") for job in preview.jobs]
    return see_other(f"/desk/jobs/{submitted[-1].id}")


def _keep(editors: Editors, request: Request, asked: _Asked) -> None:
    with editors.records() as records:
        records.set_values(asked.patterns, asked.said, by=editor(request).byline)
    audited(editors.backend, request, "document.set", named(asked.patterns), **asked.said)
