"""A small Manualdesk with a site, behind real HTTP, and a browser's side of a customer's session."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from serving.customers.sites import Site
from serving.customers.terms import Terms
from tests.api_desk import ApiDesk, routed, serving
from ui.entrance import entrance
from ui.sign_in.setup import NO_SIGN_IN
from ui.widget.customers import Customers
from ui.widget.serving import add_widget, customer_pages, widget_origins, widget_way

if TYPE_CHECKING:
    from starlette.types import ASGIApp

SHOP = "https://shop.example"
SITE = Site(id="shop", name="Shop", origins=(SHOP,), products=("kettle",))


def customers_of(desk: ApiDesk, *, terms: Terms | None = None, **changed: Any) -> Customers:
    """With the site SITE, changed so."""
    customers = Customers(desk.backend, terms=terms or Terms())
    sites, site = customers.sites(), replace(SITE, **changed)
    if sites.enabled("shop") is None:
        sites.add(site)
    else:
        sites.change(replace(site, hand_over_secret=sites.get("shop").hand_over_secret))
    return customers


def widget_application(desk: ApiDesk, customers: Customers) -> "ASGIApp":
    """As `ui.server.build`, without the chat."""
    served = routed(desk.backend, customer_pages(customers))
    add_widget(served, customers)
    return entrance(
        served,
        desk.backend,
        NO_SIGN_IN,
        local=True,
        calls_a_minute=0,
        others=(widget_way(customers),),
        around=lambda door: widget_origins(door, customers),
    )


@contextmanager
def widget_serving(desk: ApiDesk, customers: Customers) -> Iterator[str]:
    with serving(widget_application(desk, customers)) as address:
        yield address


class Visitor:
    """A customer's browser on a page of a site."""

    def __init__(self, address: str, *, site: str = "shop", origin: str = SHOP, product: str = "") -> None:
        self.http = httpx.Client(
            base_url=f"{address}/widget/v1", headers={"Origin": origin}, timeout=120, trust_env=False
        )
        self.began = self.http.post("/session", json={"site": site, "product": product})
        if self.began.status_code == 200:
            self.http.headers["Authorization"] = f"Bearer {self.token}"

    @property
    def token(self) -> str:
        return str(self.began.json()["token"])

    def ask(self, question: str, conversation: str = "") -> "Asked":
        reply = self.http.post("/ask", json={"question": question, "conversation": conversation})
        assert reply.status_code == 200, reply.text
        return Asked(reply.text)

    def close(self) -> None:
        self.http.close()


class Asked:
    """The events of one answer."""

    def __init__(self, text: str) -> None:
        blocks = [block.split("\n") for block in text.split("\n\n") if block]
        self.text = text
        self.events = [
            (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks
        ]

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = next(value for name, value in self.events if name == "answer")
        return found

    @property
    def conversation(self) -> str:
        return str(self.events[0][1]["conversation"])
