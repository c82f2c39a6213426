"""`/desk/answers`: curated answers, from a list of all to one with what it stands on.

Every change goes through `serving.stored.curation`, as with the command.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError
from serving.api.audited import audited
from serving.api.redirect import see_other
from serving.gaps.types import Gap
from serving.stored.editing import Wanted
from serving.stored.types import State
from ui.backend import Backend
from ui.curating.answer_form import AnswerForm, Pickable, form_from, form_of
from ui.curating.openings import original_of
from ui.curating.workbench import Workbench
from ui.web.editor import editor
from ui.web.numbers import Number, typed_number
from ui.web.rendering import PageRoute, page

_DONE: Final = {
    "draft": "Kept as a draft. It is not given to readers until it is approved.",
    "approved": "Approved. Readers get it from now on.",
    "saved": "Saved.",
    "closed": "Approved. Readers get it from now on, and the gap is closed.",
    "removed": "Deleted.",
}
"""What was just done, by the name of it in the address."""


def answer_routes(backend: Backend) -> APIRouter:
    """List, one answer, the form, and what can be done with one."""
    router = APIRouter(prefix="/desk/answers", route_class=PageRoute)
    bench = Workbench(backend)
    _add_list(router, bench)
    _add_form(router, bench)
    _add_one(router, bench)
    _add_doing(router, bench)
    return router


def _add_list(router: APIRouter, bench: Workbench) -> None:
    @router.get("")
    def listed(request: Request, state: str = "", q: str = "", product: str = "", done: str = "") -> Response:
        """All of them, those that wait for an editor first."""
        editor(request)
        every = bench.all()
        order = [State.NEEDS_REVIEW, State.DRAFT, State.APPROVED]
        found = [
            answer
            for answer in every
            if state in ("", str(answer.state))
            and product in ("", answer.product)
            and q.strip().lower() in "\n".join((*answer.questions, answer.answer)).lower()
        ]
        return page(
            request,
            "curating/answers.html",
            answers=sorted(found, key=lambda answer: (order.index(answer.state), -answer.number)),
            counts={str(each): sum(answer.state is each for answer in every) for each in State},
            state=state,
            q=q,
            product=product,
            products=sorted({answer.product for answer in every if answer.product}),
            done=_DONE.get(done, ""),
        )


def _add_form(router: APIRouter, bench: Workbench) -> None:
    @router.get("/new")
    def new(request: Request, gap: str = "", question: str = "") -> Response:
        """An empty form, or one begun from a gap."""
        caller = editor(request)
        form = AnswerForm(questions=question[:2000], product="", gap="")
        if begun_from := typed_number(gap):
            form = _begun(bench.gap(begun_from))
        return _form(request, bench, form, found=bench.passages(form.find, caller) if form.find else ())

    @router.post("/form")
    async def again(request: Request) -> Response:
        """The form as it was sent, with passages that were found, a quote that was picked or one taken out."""
        caller = editor(request)
        data = await request.form()
        form = form_from(data)
        number = str(data.get("number", ""))
        found = await asyncio.to_thread(bench.passages, form.find, caller) if form.find else ()
        return await asyncio.to_thread(_form, request, bench, form, number=number, found=found)

    @router.post("")
    async def save(request: Request) -> Response:
        """Keep a new one, or change the one of that number; with `approve` it is given to readers at once."""
        caller = editor(request)
        data = await request.form()
        form, number = form_from(data), str(data.get("number", ""))
        approve = "approve" in data

        def kept() -> Response:
            return _kept(request, bench, form, number, approve=approve, by=caller.byline)

        return await asyncio.to_thread(_or_again, request, bench, form, number, kept)


def _add_one(router: APIRouter, bench: Workbench) -> None:
    @router.get("/{number}")
    def one(request: Request, number: Number, done: str = "") -> Response:
        """One with what it stands on and what was done to it."""
        editor(request)
        answer = bench.get(number)
        return page(
            request,
            "curating/answer.html",
            answer=answer,
            standing=bench.standing(answer),
            history=bench.history(number),
            original=original_of,
            done=_DONE.get(done, ""),
        )

    @router.get("/{number}/edit")
    def edit(request: Request, number: Number) -> Response:
        """The form with what is there."""
        editor(request)
        return _form(request, bench, form_of(bench.get(number)), number=str(number))


def _add_doing(router: APIRouter, bench: Workbench) -> None:
    @router.post("/{number}/approve")
    def approve(request: Request, number: Number) -> Response:
        """Give it to readers."""
        caller = editor(request)
        with bench.curation() as curation:
            answer = curation.approve(number, by=caller.byline)
        audited(bench.backend, request, "answer.approved", str(number))
        return _to(number, "closed" if bench.close_gaps(answer) else "approved")

    @router.post("/{number}/delete")
    def remove(request: Request, number: Number) -> Response:
        """Delete it for good."""
        caller = editor(request)
        with bench.curation() as curation:
            curation.remove(number, by=caller.byline)
        audited(bench.backend, request, "answer.removed", str(number))
        return see_other("/desk/answers?done=removed")


def _kept(request: Request, bench: Workbench, form: AnswerForm, number: str, *, approve: bool, by: str) -> Response:
    changed, gap = typed_number(number), typed_number(form.gap)
    with bench.curation() as curation:
        if changed is not None:
            answer = curation.edit(changed, by=by, **form.wanted())
            if approve:
                answer = curation.approve(answer.number, by=by)
        else:
            state = State.APPROVED if approve else State.DRAFT
            answer = curation.add(Wanted(**form.wanted(), state=state), by=by)  # type: ignore[arg-type]
    audited(bench.backend, request, "answer.changed" if number else "answer.added", str(answer.number))
    if answer.state is not State.APPROVED:
        return _to(answer.number, "saved" if number else "draft")
    return _to(answer.number, "closed" if bench.close_gaps(answer, gap) else ("approved" if approve else "saved"))


def _or_again(
    request: Request, bench: Workbench, form: AnswerForm, number: str, kept: Callable[[], Response]
) -> Response:
    """What `kept` replies; the form with the reason where it cannot be kept."""
    try:
        return kept()
    except ManualdeskError as error:
        return _form(request, bench, form, number=number, error=error)


def _form(
    request: Request,
    bench: Workbench,
    form: AnswerForm,
    *,
    number: str = "",
    found: Sequence[Pickable] = (),
    error: ManualdeskError | None = None,
) -> Response:
    return page(
        request,
        "curating/answer_form.html",
        form=form,
        number=number if number.isdecimal() else "",
        found=found,
        error=error,
        products=bench.backend.products(editor(request).scope),
    )


def _begun(gap: Gap) -> AnswerForm:
    """What is known of a gap, to write its answer."""
    return AnswerForm(questions=gap.title, audiences=(str(gap.audience),), find=gap.title, gap=str(gap.id))


def _to(number: int, done: str) -> Response:
    return see_other(f"/desk/answers/{number}?done={done}")
