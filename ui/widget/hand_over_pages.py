"""`/desk/hand-overs`, for agents: what customers want a person for, and how its delivery goes."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from serving.api.access import asker
from serving.api.audited import audited
from serving.api.errors import NotFound
from serving.api.redirect import see_other
from serving.customers.queue import Queued
from serving.customers.sites import Site
from serving.gaps.drafts import draft
from serving.keys import Caller, Role
from serving.stored.book import CuratedBook
from ui.web.rendering import PageRoute, page
from ui.widget.customers import Customers

_FILTERS = ("open", "failed", "all")


def hand_over_routes(customers: Customers) -> APIRouter:
    """The routes below /desk/hand-overs."""
    router = APIRouter(prefix="/desk/hand-overs", route_class=PageRoute)

    @router.get("")
    def all_of_them(request: Request, only: str = "open") -> Response:
        caller = _agent(request)
        sites = [site.id for site in customers.sites().all() if _may_see(caller, site)]
        shown = only if only in _FILTERS else "open"
        queue = customers.stores().hand_overs
        return page(
            request,
            "customers/hand_overs.html",
            found=queue.all(sites=sites, only=shown),
            counts=queue.counts(sites),
            filters=_FILTERS,
            only=shown,
        )

    @router.get("/{hand_over}")
    def one(request: Request, hand_over: str, done: str = "") -> Response:
        queued = _seen(request, customers, hand_over)
        site = customers.sites().get(queued.hand_over.site)
        return page(request, "customers/hand_over.html", queued=queued, site=site, done=done)

    _add_acts(router, customers)
    return router


def _add_acts(router: APIRouter, customers: Customers) -> None:
    @router.post("/{hand_over}/retry")
    def retry(request: Request, hand_over: str) -> Response:
        _seen(request, customers, hand_over)
        customers.stores().hand_overs.retry(hand_over)
        customers.wake_deliveries()
        return _noted(request, customers, "retried", hand_over)

    @router.post("/{hand_over}/done")
    def done(request: Request, hand_over: str) -> Response:
        _seen(request, customers, hand_over)
        caller = asker(request)
        customers.stores().hand_overs.done(hand_over, caller.byline)
        return _noted(request, customers, "done", hand_over)

    @router.post("/{hand_over}/draft")
    def write_draft(
        request: Request,
        hand_over: str,
        question: Annotated[str, Form(max_length=2000)] = "",
        answer: Annotated[str, Form(max_length=20_000)] = "",
    ) -> Response:
        """A draft for editors: for internal readers, until one of them says otherwise."""
        queued = _seen(request, customers, hand_over)
        caller, wish = asker(request), queued.hand_over.wish
        book = CuratedBook(customers.backend.home)
        try:
            draft(
                book,
                question,
                answer,
                language=wish.language,
                by=caller.byline,
                note=f"A customer of {queued.hand_over.site_name} asked for a person ({wish.product}).",
            )
        finally:
            book.close()
        return _noted(request, customers, "drafted", hand_over)


def _agent(request: Request) -> Caller:
    caller = asker(request)
    caller.require(Role.AGENT, "To see hand-overs")
    return caller


def _may_see(caller: Caller, site: Site) -> bool:
    """Who may read some products only sees what comes from sites of those alone."""
    if caller.products is None:
        return True
    return site.products is not None and set(site.products) <= set(caller.products)


def _seen(request: Request, customers: Customers, hand_over: str) -> Queued:
    """Raises NotFound, also for those of sites that the caller may not see."""
    caller = _agent(request)
    queued = customers.stores().hand_overs.get(hand_over)
    if not _may_see(caller, customers.sites().get(queued.hand_over.site)):
        raise NotFound("There is no such hand-over.", hint="It may have been removed with its site.")
    return queued


def _noted(request: Request, customers: Customers, what: str, hand_over: str) -> Response:
    audited(customers.backend, request, f"hand_over.{what}", hand_over)
    return see_other(f"/desk/hand-overs/{hand_over}?done={what}")
