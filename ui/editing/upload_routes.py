"""`/desk/documents/upload`: files come in and wait, what they would change is shown, and they are published or not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from ingest.discover import said_of
from ingest.errors import ManualdeskError
from ingest.index.contract import EVERYTHING, IndexedDocument
from ingest.suffixes import SUFFIXES
from serving.api.audited import audited
from serving.api.errors import Conflict, NotFound
from serving.api.limits import MOST_UPLOAD
from serving.api.redirect import see_other
from ui.editing.differences import Difference
from ui.editing.editors import Editors, named
from ui.editing.removal_routes import Names
from ui.editing.staging import Staged
from ui.web.editor import editor
from ui.web.forms import error_text
from ui.web.rendering import PageRoute, page
from ui.web.texts import language_of, translator

MOST_FILES: Final = 100
"""Files of one request; a script sends them one by one."""
MOST_PASSAGES: Final = 400
"""Passages that a page of differences shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a file that was sent."""

    document: str
    state: str
    """`new`, `replaces` (an indexed one), `again` (one that waited), or `refused`."""
    size: int = 0
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A staged file with what an editor wants to know before it is published."""

    staged: Staged
    known: IndexedDocument | None
    """The indexed one of its name."""
    same_as: tuple[str, ...]
    """Indexed manuals of the same bytes."""
    facts: tuple[tuple[str, str, str], ...]
    """(key, value, where it is said) that it will have."""
    problem: str = ""
    """Why it cannot be ingested as things stand."""
    difference: Difference | None = None

    @property
    def is_same(self) -> bool:
        return self.staged.document in self.same_as


def upload_routes(editors: Editors) -> APIRouter:
    """The pages and what they send."""
    router = APIRouter(route_class=PageRoute, prefix="/desk/documents")

    @router.get("/upload")
    def uploads(request: Request, folder: str = "") -> Response:
        return _shown(editors, request, folder, ())

    @router.post("/upload")
    def upload(
        request: Request, file: Annotated[list[UploadFile], File()], folder: Annotated[str, Form()] = ""
    ) -> Response:
        folder = folder.strip().strip("/")
        taken = _take_all(editors, request, folder, file)
        refused = any(each.state == "refused" for each in taken)
        status = HTTPStatus.BAD_REQUEST if refused else HTTPStatus.CREATED
        if "text/html" not in request.headers.get("accept", "text/html"):
            return JSONResponse({"files": [_in_words(each, request) for each in taken]}, status_code=status)
        if refused:
            return _shown(editors, request, folder, taken, status=status)
        return see_other(f"/desk/documents/upload?folder={quote(folder, safe='')}")

    @router.post("/discard")
    def discard(request: Request, document: Names) -> Response:
        editor(request)
        for name in dict.fromkeys(document):
            editors.staging.discard(name)
            audited(editors.backend, request, "document.discarded", name)
        return see_other("/desk/documents/upload")

    @router.post("/publish")
    def publish(request: Request, document: Names) -> Response:
        editor(request)
        return see_other(f"/desk/jobs/{_publish(editors, request, document)}")

    @router.get("/{document:path}/difference")
    def difference(document: str, request: Request) -> Response:
        known = {each.document: each for each in editors.documents(editor(request).scope)}
        staged = editors.staging.find(document)
        if staged is None or staged.is_settings:
            raise _gone(document)
        found = _waiting(editors, staged, known)
        return page(request, "editing/difference.html", waiting=found, found=found.difference, most=MOST_PASSAGES)

    return router


def _in_words(taken: Taken, request: Request) -> dict[str, object]:
    """For the page's own script, which shows it as it is."""
    translate = translator(language_of(request))
    return asdict(taken) | {"error": error_text(taken.error, translate), "hint": error_text(taken.hint, translate)}


def _gone(document: str) -> NotFound:
    return NotFound(f"No upload called {document} waits.", hint="It was published or discarded already.")


def _publish(editors: Editors, request: Request, documents: Sequence[str]) -> str:
    """The id of the job. Raises NotFound where none of these waits, Conflict where too many jobs do."""
    names = [each.document for each in map(editors.staging.find, dict.fromkeys(documents)) if each is not None]
    if not names:
        raise _gone(named(documents))
    steps = partial(editors.staging.publish, editors.backend.ingest, names)
    job = editors.submit(request, steps, f"publish {named(names)}")
    audited(editors.backend, request, "document.published", named(names), job=job.id)
    return job.id


def _take_all(editors: Editors, request: Request, folder: str, files: Sequence[UploadFile]) -> tuple[Taken, ...]:
    known = {each.document: each for each in editors.documents(editor(request).scope)}
    taken = tuple(_take(editors, known, folder, each) for each in files[:MOST_FILES])
    for each in taken:
        if each.state != "refused":
            audited(editors.backend, request, "document.uploaded", each.document, size=each.size)
    return taken


def _shown(
    editors: Editors, request: Request, folder: str, taken: Sequence[Taken], *, status: int = HTTPStatus.OK
) -> Response:
    caller = editor(request)
    known = {each.document: each for each in editors.documents(caller.scope)}
    editors.staging.recover({name: each.revision for name, each in known.items()})
    waiting = [_waiting(editors, staged, known) for staged in editors.staging.files()]
    return page(
        request, "editing/upload.html", status=status, waiting=waiting, taken=taken, folder=folder,
        endings=sorted(SUFFIXES), most=MOST_UPLOAD, products=sorted({e.product for e in known.values() if e.product}),
    )  # fmt: skip


def _take(editors: Editors, known: dict[str, IndexedDocument], folder: str, file: UploadFile) -> Taken:
    name = (file.filename or "").rsplit("/", maxsplit=1)[-1]
    document = f"{folder}/{name}" if folder else name
    try:
        indexed = known.get(document)
        if indexed is not None and indexed.root != str(editors.staging.published.folder):
            raise Conflict(
                f"{document} is indexed from {indexed.root}.", hint="Change the file there, or upload it elsewhere."
            )
        kept = editors.staging.take(document, file.file)
    except ManualdeskError as error:
        return Taken(document=document, state="refused", error=error.message, hint=error.hint)
    state = "again" if kept.replaced else "replaces" if indexed else "new"
    return Taken(document=document, state=state, size=kept.size)


def _waiting(editors: Editors, staged: Staged, known: dict[str, IndexedDocument]) -> Waiting:
    indexed = known.get(staged.document)
    same = tuple(name for name, each in known.items() if each.revision == staged.revision)
    facts: tuple[tuple[str, str, str], ...] = ()
    problem = ""
    if not staged.is_settings:
        try:
            facts = _facts(editors, staged)
        except (ManualdeskError, OSError) as error:
            problem = str(error)
    difference = None if staged.is_settings else editors.differences.of(staged, indexed)
    return Waiting(
        staged=staged, known=indexed, same_as=same, facts=facts, problem=problem, difference=difference
    )  # fmt: skip


def _facts(editors: Editors, staged: Staged) -> tuple[tuple[str, str, str], ...]:
    with editors.records() as records:
        said = records.settings()
    values, origins = said_of(staged.document, staged.path, editors.staging.published.folder, said)
    where = dict(origins)
    shown = {"product": values.product, "version": values.version, "language": values.language}
    found = tuple((key, value, where.get(key, "")) for key, value in shown.items() if value)
    return (*found, ("audience", str(values.audience or EVERYTHING.audience), where.get("audience", "default")))
