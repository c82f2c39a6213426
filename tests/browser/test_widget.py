"""A customer's walk through the chat on a shop's pages, which come from another origin than Manualdesk's."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from serving.customers.look import Look
from serving.customers.queue import HandOvers
from serving.customers.sites import Site, Sites
from serving.database.engine import Database, now
from tests.browser.desk import PATIENCE_MS
from tests.shop_server import shop_serving

pytestmark = pytest.mark.browser

expect.set_options(timeout=PATIENCE_MS)
QUESTION = "How do I wire the T200 thermostat?"


@pytest.fixture(scope="module")
def database(home: Path) -> Iterator[Database]:
    opened = Database(home)
    yield opened
    opened.close()


def listed(database: Database, shop: str) -> None:
    """The shop is on the site's list."""
    sites = Sites(database)
    look = Look(
        colour="#e8b53a", greetings={"en": "Hello from the shop."}, links={"en": "https://shop.example/privacy"}
    )
    if sites.enabled("shop") is None:
        sites.add(Site(id="shop", name="Shop", origins=(shop,), look=look))
    sites.allow("shop", shop, most=8)


@pytest.fixture(scope="module")
def shop(address: str, database: Database) -> Iterator[str]:
    with shop_serving(address, site="shop") as url:
        listed(database, url)
        yield url


def opened(browser: Browser, url: str, *, width: int = 1280, **context: Any) -> Page:
    """A page with the chat's bubble; what goes wrong in its console ends the test in `clean`."""
    height = 800 if width > 600 else 844
    page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
    page.set_default_timeout(PATIENCE_MS)
    troubles[page] = []
    page.on("pageerror", lambda error: troubles[page].append(str(error)))
    page.on("console", lambda said: troubles[page].append(said.text) if said.type in {"error", "warning"} else None)
    page.goto(url)
    expect(page.locator("manualdesk-widget .bubble")).to_be_visible()
    return page


troubles: dict[Page, list[str]] = {}


def clean(page: Page) -> None:
    """Nothing went wrong, the page's own policy included; and the page is left."""
    assert troubles[page] == []
    page.context.close()


def ask(page: Page, question: str) -> Locator:
    """Ask, and wait for the whole answer."""
    before = page.locator(".tools").count()
    page.locator(".ask textarea").fill(question)
    page.locator(".ask textarea").press("Enter")
    expect(page.locator(".tools")).to_have_count(before + 1)
    return page.locator(".answer").last


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps people out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['target']}" for each in found if each["impact"] in {"serious", "critical"}
    ]


def test_ask_check_the_page_rate_and_come_back(browser: Browser, shop: str) -> None:
    page = opened(browser, f"{shop}/shop/t200")
    page.locator(".bubble").click()
    expect(page.locator(".welcome")).to_contain_text("Hello from the shop.")
    expect(page.locator(".welcome")).to_contain_text("stored")
    expect(page.locator(".suggestions button").first).to_contain_text("T200")
    answer = ask(page, QUESTION)
    expect(answer.locator("ol li").first).to_contain_text("insulation")
    answer.locator(".body button.mark").first.click()
    expect(page.locator(".view-title")).to_contain_text("T200 room thermostat")
    expect(page.locator("canvas[aria-hidden][width]")).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text("insulation")
    original = page.locator("a.open")
    expect(original).to_have_attribute("href", re.compile(r"/widget/v1/originals/.*#page=\d+"))
    assert page.request.get(original.get_attribute("href") or "").headers["content-type"] == "application/pdf"
    page.keyboard.press("Escape")
    expect(answer).to_be_visible()
    answer.get_by_label("Not helpful").click()
    answer.get_by_label("What was wrong?").select_option("incomplete")
    expect(answer.locator(".rating")).to_contain_text("Thank you")
    page.reload()
    expect(page.locator(".answer .sources")).to_be_visible()
    expect(page.locator(".answer").get_by_label("Not helpful")).to_have_attribute("aria-pressed", "true")
    page.locator(".answer button.mark").first.click()
    expect(page.locator("canvas[aria-hidden][width]")).to_be_visible()
    clean(page)


def test_a_refused_answer_leads_to_a_person(browser: Browser, shop: str, database: Database) -> None:
    page = opened(browser, f"{shop}/shop/t200")
    page.locator(".bubble").click()
    answer = ask(page, "Who won the football match in 1998?")
    answer.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("button", name="Pass on").click()
    expect(page.locator(".wrong")).to_contain_text("e-mail address")
    expect(page.get_by_label("E-mail address or telephone number")).to_be_focused()
    page.get_by_label("E-mail address or telephone number").fill("ann@example.org")
    page.get_by_label("What is it about?").fill("I need a <b>fitter</b>.")
    page.get_by_role("button", name="Pass on").click()
    expect(page.locator(".note")).to_contain_text("Somebody will get in touch")
    newest = HandOvers(database).all(sites=["shop"])[0].hand_over
    assert (newest.wish.contact, newest.wish.word) == ("ann@example.org", "I need a <b>fitter</b>.")
    assert newest.wish.page == f"{shop}/shop/t200"
    assert newest.transcript[1].refused
    clean(page)


def test_all_of_it_by_keyboard(browser: Browser, shop: str) -> None:
    page = opened(browser, f"{shop}/shop/t200")
    page.locator("main button").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".bubble")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".ask textarea")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".tools")).to_have_count(1)
    for _ in range(40):  # around the dialog, never out of it
        page.keyboard.press("Tab")
        expect(page.locator("manualdesk-widget")).to_be_focused()
    mark = page.locator(".body button.mark").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".view-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(page.locator(".bubble")).to_be_focused()
    clean(page)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1280), ("zh", "dark", 1280), ("zh", "light", 390), ("en", "dark", 390)],
)
def test_nothing_keeps_people_out(browser: Browser, shop: str, language: str, theme: Any, width: int) -> None:
    product, question, more, person = {
        "en": ("t200", "What does error E-20 mean?", "More", "Talk to a person"),
        "zh": ("w5", "W5 手表的典型续航是多少天？", "更多", "联系人工客服"),
    }[language]
    address = f"{shop}/shop/{product}?language={language}"
    page = opened(browser, address, width=width, color_scheme=theme, bypass_csp=True)
    page.locator(".bubble").click()
    ask(page, question)
    assert serious(page) == []
    page.locator(".body button.mark").first.click()
    expect(page.locator("canvas[aria-hidden][width]")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.get_by_label(more, exact=True).click()
    page.get_by_role("button", name=person).click()
    assert serious(page) == []
    if width < 600:
        box = page.locator(".panel").bounding_box()
        assert box is not None
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    clean(page)


def test_in_chinese(browser: Browser, shop: str) -> None:
    page = opened(browser, f"{shop}/shop/w5?language=zh", locale="zh-CN")
    page.get_by_label("打开咨询窗口").click()
    answer = ask(page, "W5 手表的典型续航是多少天？")
    expect(answer.locator("td").nth(1)).to_contain_text("10 天")
    expect(page.get_by_role("dialog", name="产品使用咨询")).to_be_visible()
    page.get_by_label("更多").click()
    page.get_by_role("button", name="全部删除").click()
    page.locator(".pane").get_by_role("button", name="全部删除").click()
    expect(page.locator(".note")).to_contain_text("已删除")
    expect(page.locator(".answer")).to_have_count(0)
    page.reload()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".answer")).to_have_count(0)
    clean(page)


def test_the_pages_style_cannot_break_it_and_it_leaves_one_name(
    browser: Browser, address: str, database: Database
) -> None:
    with shop_serving(address, site="shop", hostile=True) as url:
        listed(database, url)
        page = opened(browser, f"{url}/shop/t200", bypass_csp=True)
        names = "Object.keys(window).filter((name) => /desk|widget/i.test(name))"
        assert page.evaluate(names) == ["ManualdeskWidget"]
        page.evaluate("ManualdeskWidget.open()")
        answer = ask(page, QUESTION)
        expect(answer.locator("li").first).to_be_visible()
        assert page.locator(".asked").evaluate("(node) => getComputedStyle(node).color") != "rgb(255, 0, 0)"
        clean(page)


def test_errors_say_what_to_do(browser: Browser, shop: str, database: Database) -> None:
    page = opened(browser, f"{shop}/shop/t200")
    page.locator(".bubble").click()
    expect(page.locator(".suggestions")).to_be_visible()
    page.context.set_offline(True)
    page.locator(".ask textarea").fill(QUESTION)
    page.locator(".ask textarea").press("Enter")
    expect(page.locator(".wrong").last).to_contain_text("You are offline")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tools")).to_have_count(1)
    sites = Sites(database)
    site = sites.get("shop")
    sites.change(replace(site, disabled_at=now()))
    page.locator(".ask textarea").fill(QUESTION)
    page.locator(".ask textarea").press("Enter")
    expect(page.locator(".answer .wrong")).to_be_visible()
    sites.change(site)
    page.context.close()


def test_a_page_that_is_not_listed_shows_no_bubble(browser: Browser, address: str) -> None:
    with shop_serving(address, site="shop") as url:
        page = browser.new_context().new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        with page.expect_console_message(lambda message: "cannot be shown" in message.text):
            page.goto(f"{url}/shop/t200")
        expect(page.locator("manualdesk-widget")).to_have_count(0)
        page.context.close()
