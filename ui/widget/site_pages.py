"""`/desk/sites`, for admins: the sites that carry the chat, each with the tag for its pages and its look."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError, SettingError
from serving.api.access import asker
from serving.api.audited import audited
from serving.api.redirect import see_other
from serving.customers.look import LANGUAGES, Look, in_language
from serving.customers.origins import origin_of
from serving.customers.sites import Site, Sites, listed
from serving.customers.tag import script_tag
from serving.database.engine import now
from serving.keys import Role
from ui.web.rendering import PageRoute, page
from ui.web.texts import language_of
from ui.widget.customers import Customers

SPOKEN = dict(zip(LANGUAGES, ("English", "中文", "日本語", "Français", "Deutsch", "Español"), strict=True))
_NEW = Site(id="", name="", origins=())


def site_routes(customers: Customers) -> APIRouter:
    """The routes below /desk/sites."""
    router = APIRouter(prefix="/desk/sites", route_class=PageRoute)

    @router.get("")
    def all_sites(request: Request, done: str = "") -> Response:
        _admin(request)
        stores = customers.stores()
        found = [(site, stores.quotas.asked_today(site.id)) for site in stores.sites.all()]
        return page(request, "customers/sites.html", sites=found, done=done)

    @router.get("/new")
    def new(request: Request) -> Response:
        _admin(request)
        return _form(request, customers, _NEW, is_new=True)

    @router.post("/new")
    async def add(request: Request) -> Response:
        _admin(request)
        return await _saved(request, customers, is_new=True)

    @router.get("/{site}")
    def one(request: Request, site: str, done: str = "") -> Response:
        _admin(request)
        return _form(request, customers, customers.sites().get(site), done=done)

    @router.post("/{site}")
    async def change(request: Request, site: str) -> Response:
        _admin(request)
        return await _saved(request, customers, site)

    _add_acts(router, customers)
    return router


def _add_acts(router: APIRouter, customers: Customers) -> None:
    @router.post("/{site}/switch")
    def switch(request: Request, site: str) -> Response:
        """Off at once, or on again."""
        _admin(request)
        known = customers.sites().get(site)
        changed = replace(known, disabled_at="" if known.disabled_at else now())
        customers.sites().change(changed)
        _note(request, customers, "site.disabled" if changed.disabled_at else "site.enabled", changed)
        return see_other(f"/desk/sites/{site}?done=switched")

    @router.post("/{site}/secret")
    def new_secret(request: Request, site: str) -> Response:
        _admin(request)
        changed = replace(customers.sites().get(site), hand_over_secret=secrets.token_urlsafe(32))
        customers.sites().change(changed)
        _note(request, customers, "site.secret", changed)
        return see_other(f"/desk/sites/{site}?done=secret")

    @router.post("/{site}/remove")
    def remove(request: Request, site: str) -> Response:
        _admin(request)
        known = customers.sites().get(site)
        customers.sites().remove(site)
        _note(request, customers, "site.removed", known)
        return see_other("/desk/sites?done=removed")

    @router.get("/{site}/look.svg")
    def picture(request: Request, site: str) -> Response:
        _admin(request)
        drawn = _drawn(customers.sites().get(site), language_of(request))
        return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _admin(request: Request) -> None:
    asker(request).require(Role.ADMIN, "To change sites")


def _form(
    request: Request,
    customers: Customers,
    site: Site,
    *,
    is_new: bool = False,
    done: str = "",
    error: ManualdeskError | None = None,
) -> Response:
    desk = customers.own or f"{request.url.scheme}://{request.headers['host']}"
    return page(
        request,
        "customers/site.html",
        site=site,
        is_new=is_new,
        tag=script_tag(desk, site.id),
        languages_spoken=SPOKEN,
        done=done,
        error=error,
    )


async def _saved(request: Request, customers: Customers, id: str = "", *, is_new: bool = False) -> Response:  # noqa: A002
    """What the form says is kept; where it cannot be, the form comes back and says why."""
    typed = {name: str(value) for name, value in (await request.form(max_fields=60)).items()}

    def save() -> Response:
        old = Site(id=typed.get("id", "").strip(), name="", origins=()) if is_new else customers.sites().get(id)
        # What could not be read stays as it was.
        site = old
        try:
            site = _typed(old, typed)
            kept = _keep(customers.sites(), site, is_new=is_new)
        except ManualdeskError as error:
            return _form(request, customers, site, is_new=is_new, error=error)
        _note(request, customers, "site.added" if is_new else "site.changed", kept)
        return see_other(f"/desk/sites/{kept.id}?done=saved")

    return await asyncio.to_thread(save)


def _keep(sites: Sites, site: Site, *, is_new: bool) -> Site:
    return sites.add(site) if is_new else sites.change(site)


def _typed(old: Site, typed: Mapping[str, str]) -> Site:
    """Raises SettingError for what cannot be."""

    def texts(name: str) -> dict[str, str]:
        return {code: text for code in LANGUAGES if (text := typed.get(f"{name}_{code}", "").strip())}

    daily = typed.get("daily", "").strip() or "0"
    if not daily.isascii() or not daily.isdigit() or len(daily) > 9:
        raise SettingError("The questions of a day are no number.", hint="Give a number; 0 means: no limit.")
    return replace(
        old,
        name=typed.get("name", "").strip()[:255],
        origins=tuple(dict.fromkeys(origin_of(each) for each in listed(typed.get("origins", "").splitlines()))),
        products=listed(typed.get("products", "").splitlines()) or None,
        hand_over_to=typed.get("hand_over_to", "").strip(),
        daily_questions=int(daily),
        look=Look(
            colour=typed.get("colour", "").lower(),
            position="left" if typed.get("position") == "left" else "right",
            greetings=texts("greeting"),
            notes=texts("note"),
            links=texts("link"),
        ),
    )


def _note(request: Request, customers: Customers, action: str, site: Site) -> None:
    detail = {"origins": site.origins, "products": site.products, "hand_over_to": site.hand_over_to}
    audited(customers.backend, request, action, site.id, **detail)


def _drawn(site: Site, language: str) -> str:
    """The chat in small, in the site's colour."""
    greeting = in_language(site.look.greetings, language) or site.name
    lines = [greeting[start : start + 34] for start in range(0, min(len(greeting), 102), 34)]
    texts = "".join(f'<tspan x="28" dy="18">{escape(line)}</tspan>' for line in lines)
    bubble = 36 if site.look.position == "left" else 264
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 240" font-family="system-ui, sans-serif">'
        '<rect x="8" y="8" width="284" height="164" rx="12" fill="#fff" stroke="#dcd8cf"/>'
        f'<path d="M8 20a12 12 0 0 1 12-12h260a12 12 0 0 1 12 12v24H8z" fill="{site.look.colour}"/>'
        '<rect x="18" y="56" width="264" height="66" rx="8" fill="#f3f1ec"/>'
        f'<text x="28" y="58" font-size="13" fill="#1b2429">{texts}</text>'
        '<rect x="18" y="134" width="264" height="26" rx="7" fill="#fff" stroke="#848b8f"/>'
        f'<circle cx="{bubble}" cy="206" r="24" fill="{site.look.colour}"/></svg>'
    )
