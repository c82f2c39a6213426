"""Manuals, questions, names and notes that hold scripts: on no page of anybody's does one run in a real Chromium."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from serving.accounts.types import SignIn
from serving.customers.sites import Sites
from serving.database.engine import Database
from tests.all_routes import routes_of
from tests.browser.desk import PATIENCE_MS, ask
from tests.security.hostile_desk import DESCALE, FILE, HTML, RESET, WARRANTY, payload
from tests.security.served import Served, walled
from tests.security.walled_desk import WalledDesk
from tests.shop_server import shop_serving
from ui.backend import Backend
from ui.server import page_routes
from ui.sign_in.setup import SignInSetup
from ui.sources import original_url
from ui.widget.customers import Customers
from ui.widget.serving import customer_pages

pytestmark = pytest.mark.browser
ELEMENTS = "[onerror], [onload], [onclick], [onfocus], iframe[srcdoc], a[href^='javascript:' i], a[href^='data:' i]"
"""Of hostile text nothing may become one of these, run or not."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with walled(tmp_path_factory.mktemp("hostile"), hostile=True) as running:
        yield running


@dataclass(slots=True)
class Watched:
    """A browser in which every script that calls `ran` is heard."""

    context: BrowserContext
    ran: list[str] = field(default_factory=list)

    def check(self, page: Page) -> None:
        """Asks the page something, so that what is under way has run; then looks."""
        page.evaluate("() => new Promise(done => setTimeout(done))")
        found = page.locator(ELEMENTS)
        assert [found.nth(place).evaluate("each => each.outerHTML") for place in range(found.count())] == [], page.url
        assert self.ran == [], page.url


@pytest.fixture
def watched(browser: Browser, hostile: Served) -> Iterator[Watched]:
    context = browser.new_context(locale="en-US")
    made = Watched(context)
    context.expose_function("ran", lambda place="": made.ran.append(str(place)))
    context.add_cookies([{"name": "manualdesk", "value": hostile.told.admin, "url": hostile.address}])
    context.set_default_timeout(PATIENCE_MS)
    yield made
    context.close()


def pages(folder: Path, told_person: str) -> list[str]:
    """Every page of staff, with what there is in the place of what a path leaves open, and what it may be asked."""
    backend = Backend(WalledDesk(folder).parts())
    routers = page_routes(backend, SignInSetup(way=SignIn.PASSWORD), lambda _: None)
    paths = [path for method, path in routes_of(*routers, *customer_pages(Customers(backend))) if method == "GET"]
    values = {"document": quote(FILE), "person": told_person, "site": "shop", "form": "txt"}
    filled = [re.sub(r"\{(\w+)(:\w+)?\}", lambda part: values.get(part[1], "1"), path) for path in paths]
    asked = "&".join(
        f"{name}={quote(payload(name))}" for name in ("q", "text", "search", "product", "next", "question")
    )
    return [path for each in filled for path in (each, f"{each}?{asked}") if "export" not in path]


def test_no_page_of_staff_runs_one(watched: Watched, hostile: Served, tmp_path: Path) -> None:
    page, shown = watched.context.new_page(), 0
    for path in pages(tmp_path, hostile.told.numbers[0]):
        reply = page.goto(f"{hostile.address}{path}")
        assert reply is not None
        assert reply.status < 500, path
        shown += "ran(" in page.content()
        watched.check(page)
    assert shown > 15, "the hostile texts are hardly shown at all"


def test_the_agents_chat_runs_none(watched: Watched, hostile: Served) -> None:
    page = watched.context.new_page()
    page.goto(hostile.address)
    for question in (f"{RESET} <img src=x onerror=ran('question')>", DESCALE, WARRANTY, "[x](javascript:ran('asked'))"):
        ask(page, question)
        watched.check(page)
    page.locator(".answer-foot a, .answer-foot button").first.click()
    watched.check(page)
    page.reload()  # as it is read back from the database
    expect(page.locator("[data-step-type=user_message]")).to_have_count(4, timeout=PATIENCE_MS)
    watched.check(page)


def test_an_original_runs_none(watched: Watched, hostile: Served) -> None:
    page = watched.context.new_page()
    for document, revisions in hostile.told.revisions.items():
        if document.endswith(".pdf"):
            continue  # the browser's own viewer
        page.goto(f"{hostile.address}{original_url(document, revisions[0])}")
        page.evaluate("() => document.title")
        assert watched.ran == [], document
    page.goto(f"{hostile.address}{original_url(HTML, hostile.told.revisions[HTML][0])}")
    page.locator("p").first.click()
    page.get_by_text("descale it").first.click()
    assert watched.ran == []


def test_the_customers_chat_runs_none(watched: Watched, hostile: Served) -> None:
    page = watched.context.new_page()
    with shop_serving(hostile.address, site=hostile.told.site) as shop:
        database = Database(hostile.home)
        Sites(database).allow(hostile.told.site, shop, most=8)
        database.close()
        page.goto(f"{shop}/shop/t200")
        page.locator("manualdesk-widget .bubble").click()
        for place, question in enumerate((f"{RESET} {payload('customer')[:200]}", DESCALE, WARRANTY), start=1):
            page.locator(".ask textarea").fill(question)
            page.locator(".ask textarea").press("Enter")
            expect(page.locator(".tools")).to_have_count(place, timeout=PATIENCE_MS)
            watched.check(page)
        page.reload()
        expect(page.locator(".answer")).to_have_count(3, timeout=PATIENCE_MS)
        watched.check(page)
