"""An agent's main path, as each of them may meet it: two languages, light and dark, desktop and phone; axe looks on."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE_MS, ask, open_page

pytestmark = pytest.mark.browser

ENGLISH = ("Does the T200 need a neutral wire or a C wire?", "T200 room thermostat", "Page")
CHINESE = ("W5 手表显示 E-63 是什么意思？", "W5 健康手表", "页")
WALKS = (
    ("en-US", "light", 1280, ENGLISH),
    ("en-US", "dark", 390, ENGLISH),
    ("zh-CN", "dark", 1280, CHINESE),
    ("zh-CN", "light", 390, CHINESE),
)
SERIOUS = {"serious", "critical"}


def shuts_nobody_out(page: Page, where: str, width: int) -> None:
    """Axe finds nothing serious, and the page does not scroll sideways."""
    found = Axe().run(page).response["violations"]
    faults = [f"{where}: {each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]
    assert not faults
    assert page.evaluate("document.documentElement.scrollWidth") <= width, where


def closed(page: Page, width: int) -> None:
    """On a phone the panel is a sheet over the chat; on a desktop it stands beside it and has a button to go back."""
    page.keyboard.press("Escape") if width < 600 else page.locator("#side-view-title button").click()


@pytest.mark.parametrize(("language", "theme", "width", "walk"), WALKS)
def test_ask_check_explain_and_come_back(
    browser: Browser, address: str, language: str, theme: Any, width: int, walk: tuple[str, str, str]
) -> None:
    question, title, page_word = walk
    page = open_page(browser, address, language=language, theme=theme, width=width)
    expect(page.locator("#manual-bar")).to_be_visible(timeout=PATIENCE_MS)
    shuts_nobody_out(page, "start", width)
    ask(page, question)
    shuts_nobody_out(page, "answer", width)

    source = page.locator(".answer-sources button").last
    source.click()
    panel = page.locator(".source-panel")
    expect(panel).to_contain_text(title)
    expect(panel.locator(".panel-labels")).to_contain_text(page_word)
    expect(panel.locator("mark")).to_be_visible()
    shuts_nobody_out(page, "source", width)
    closed(page, width)
    expect(panel).to_have_count(0)
    expect(source).to_be_focused()

    why = page.locator("[data-do=why]").last
    why.click()
    expect(page.locator(".why-candidates li").first).to_be_visible(timeout=PATIENCE_MS)
    shuts_nobody_out(page, "why", width)
    close = page.get_by_role("dialog").get_by_role("button", name="关闭" if language == "zh-CN" else "Close")
    close.click() if width < 600 else closed(page, width)
    expect(why).to_be_focused()

    page.goto(f"{address}/desk/conversations")
    expect(page.get_by_role("link", name=question).first).to_be_visible()
    shuts_nobody_out(page, "conversations", width)
    page.context.close()
