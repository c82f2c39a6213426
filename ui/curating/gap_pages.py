"""`/desk/gaps`: what readers could not find, and what editors do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from serving.api.audited import audited
from serving.api.redirect import see_other
from serving.gaps.excerpts import excerpts
from serving.gaps.types import Cause, Gap, GapState
from ui.backend import Backend
from ui.web.editor import editor
from ui.web.numbers import Number
from ui.web.rendering import PageRoute, page

_SHOWN: Final = 200
_LONGEST_NOTE: Final = 1000
SORTS: Final = {"count": "Most asked", "time": "Last asked", "new": "Newest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which gaps a list shows."""

    state: str
    cause: str
    product: str
    language: str
    q: str
    sort: str

    def of(self, gaps: Sequence[Gap]) -> list[Gap]:
        """Those, in order."""
        found = [gap for gap in gaps if self._fits(gap)]
        if self.sort == "time":
            return sorted(found, key=lambda gap: gap.last_asked_at, reverse=True)
        if self.sort == "new":
            return sorted(found, key=lambda gap: gap.id, reverse=True)
        return sorted(found, key=lambda gap: (-gap.count, gap.id))

    def _fits(self, gap: Gap) -> bool:
        return (
            self.state in ("all", str(gap.state))
            and (not self.cause or getattr(gap, self.cause, 0) > 0)
            and self.product in ("", gap.product)
            and self.language in ("", gap.language)
            and self.q.lower() in f"{gap.title}\n{gap.nearest_document}\n{gap.nearest_section}".lower()
        )


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """As an address asks for them."""
    texts = {name: given.get(name, "").strip() for name in ("cause", "product", "language", "q")}
    known_cause = texts["cause"] if texts["cause"] in list(Cause) else ""
    return Wanted(
        **{**texts, "cause": known_cause},
        state=given.get("state", str(GapState.OPEN)),
        sort=given.get("sort", "count") if given.get("sort") in SORTS else "count",
    )


def gap_routes(backend: Backend) -> APIRouter:
    """List, one gap, and what can be done with it."""
    router = APIRouter(prefix="/desk/gaps", route_class=PageRoute)
    _add_reading(router, backend)
    _add_doing(router, backend)
    return router


def _add_reading(router: APIRouter, backend: Backend) -> None:
    @router.get("")
    def listed(request: Request) -> Response:
        """All of them, filtered."""
        editor(request)
        given = request.query_params
        wanted = wanted_of(given)
        store = backend.notes.gaps
        every = store.all()
        found = wanted.of(every)
        return page(
            request,
            "curating/gaps.html",
            gaps=found[:_SHOWN],
            more=max(0, len(found) - _SHOWN),
            wanted=wanted,
            counts={str(each): sum(gap.state is each for gap in every) for each in GapState},
            waiting=store.waiting(),
            products=sorted({gap.product for gap in every if gap.product}),
            spoken=sorted({gap.language for gap in every if gap.language}),
            causes=[str(each) for each in Cause],
            sorts=SORTS,
            asked=_count(given.get("asked", "")),
            closed=_count(given.get("closed", "")),
        )

    @router.get("/{gap}")
    def one(request: Request, gap: Number, asked: str = "") -> Response:
        """One of them with all that is known of it."""
        editor(request)
        store = backend.notes.gaps
        questions = store.questions(gap)
        return page(
            request,
            "curating/gap.html",
            gap=store.get(gap),
            questions=questions,
            excerpts=excerpts(backend.database(), questions),
            changes=store.changes(gap),
            asked=bool(asked),
        )


def _add_doing(router: APIRouter, backend: Backend) -> None:
    @router.post("/replay")
    def replay_all(request: Request) -> Response:
        """Ask all open ones again."""
        editor(request)
        store = backend.notes.gaps
        done = backend.notes.replay(only=tuple(gap.id for gap in store.all(GapState.OPEN)))
        return _to(f"/desk/gaps?asked={done.asked}&closed={len(done.closed)}")

    @router.post("/{gap}/replay")
    def replay_one(request: Request, gap: Number) -> Response:
        """Ask it again now."""
        editor(request)
        backend.notes.replay(only=(gap,))
        return _to(f"/desk/gaps/{gap}?asked=1")

    @router.post("/{gap}/state")
    def set_state(
        request: Request, gap: Number, *, state: Annotated[GapState, Form()], reason: Annotated[str, Form()] = ""
    ) -> Response:
        """Dismiss it, close it by hand, or open it again."""
        caller = editor(request)
        backend.notes.gaps.set_state(gap, state, by=caller.byline, note=reason.strip()[:_LONGEST_NOTE])
        audited(backend, request, f"gap.{state}", str(gap))
        return _to(f"/desk/gaps/{gap}")


def _to(address: str) -> Response:
    return see_other(address)


def _count(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) < 7 else None
