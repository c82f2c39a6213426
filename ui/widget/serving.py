"""The widget's place in the web process: its routes go into the application, its way and its origins around it."""

from typing import TYPE_CHECKING

from serving.api.routes import ERRORS
from ui.widget.cors import WidgetOrigins
from ui.widget.customers import Customers
from ui.widget.hand_over_pages import hand_over_routes
from ui.widget.routes import widget_routes
from ui.widget.shop import shop_routes
from ui.widget.site_pages import site_routes
from ui.widget.way import WidgetWay

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.types import ASGIApp

    from serving.api.ways import Way


def add_widget(application: "FastAPI", customers: Customers) -> None:
    """Add what customers call."""
    application.include_router(widget_routes(customers), responses=ERRORS)
    application.include_router(shop_routes(customers), include_in_schema=False)


def customer_pages(customers: Customers) -> "tuple[APIRouter, ...]":
    """The pages of sites and hand-overs, for staff."""
    return (site_routes(customers), hand_over_routes(customers))


def widget_way(customers: Customers) -> "Way":
    """To be the first of the door's ways."""
    return WidgetWay(customers.sessions, customers.count_call, own=customers.own)


def widget_origins(door: "ASGIApp", customers: Customers) -> "ASGIApp":
    """The door, behind what lets other sites' pages in."""
    return WidgetOrigins(door, customers.sites)
