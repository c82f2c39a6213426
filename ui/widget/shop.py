"""The demo shop: pages of a made-up shop that carry the chat as a customer's own site would.

Served on this machine, or where the setting `demo` says under which address. Its pages have the strictest policy that
the widget works under.
"""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from ingest.errors import ManualdeskError
from serving.api.errors import NotFound
from serving.customers.look import Look
from serving.customers.origins import origin_of
from serving.customers.sites import DEMO, NoSuchSite, Site, Sites
from serving.database.engine import AlreadyThere
from ui.web.rendering import PageRoute, environment
from ui.web.texts import language_of
from ui.widget.customers import Customers
from ui.widget.shop_products import PRODUCTS, product_of

_LANGUAGES = ("en", "zh")
_MOST_ORIGINS = 8


def shop_routes(customers: Customers) -> APIRouter:
    """The routes of the shop; without the demo there is nothing at them."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/shop")
    @router.get("/shop/{slug}")
    async def shop(request: Request, slug: str = "", language: str = "", theme: str = "") -> Response:
        origin = customers.terms.demo or (f"http://{request.headers['host']}" if customers.local else "")
        if not origin or (slug and product_of(slug) is None):
            raise NotFound("There is no such page.", hint="See /shop.")
        await asyncio.to_thread(_listed, customers, origin)
        shown = language if language in _LANGUAGES else language_of(request)
        return shop_reply(slug, shown, theme=theme)

    return router


def shop_reply(slug: str, language: str, *, desk: str = "", theme: str = "", site: str = DEMO) -> Response:
    """A page of the shop; the first one without a slug. `desk`: the address of Manualdesk, where it is another."""
    shown = (
        environment()
        .get_template("customers/shop.html")
        .render(
            product=product_of(slug),
            products=PRODUCTS,
            chinese=language == "zh",
            desk=desk,
            site=site,
            theme=theme if theme in {"light", "dark"} else "",
        )
    )
    return HTMLResponse(shown, HTTPStatus.OK, headers={"Content-Security-Policy": policy(desk)})


def policy(desk: str = "") -> str:
    """What a strict site allows for the chat: its script, and calls to it; no style, no picture."""
    allowed = desk or "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {allowed}",
            f"connect-src {allowed}",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def _listed(customers: Customers, origin: str) -> None:
    """The shop's site, with this origin on its list. The gate has seen to it that the origin is ours. Blocking."""
    sites = customers.sites()
    try:
        demo = sites.get(DEMO)
    except NoSuchSite:
        demo = _made(sites, origin)
    if origin_of(origin) not in demo.origins:
        sites.allow(DEMO, origin_of(origin), most=_MOST_ORIGINS)


def _made(sites: Sites, origin: str) -> Site:
    look = Look(
        colour="#165f64",
        greetings={
            "en": "Hello from Orvane! Ask me anything about setting up and using your device.",
            "zh": "您好，这里是 Orvane！设备的安装和使用问题，请直接提问。",
        },
    )
    try:
        return sites.add(Site(id=DEMO, name="Orvane demo shop", origins=(origin_of(origin),), look=look))
    except AlreadyThere as error:  # another page was quicker
        del error
        return sites.get(DEMO)
    except ManualdeskError as error:
        raise NotFound("There is no such page.", hint=error.message) from error
