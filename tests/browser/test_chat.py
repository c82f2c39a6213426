"""The chat as a reader meets it, in a real Chromium against a real server with a real index."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE_MS, answer, ask, open_page, requested_urls, send
from tests.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser

WIRING = "The T200 needs no neutral wire and no C wire."
QUESTION = "Does the T200 need a neutral wire or a C wire?"


def visible(page: Page, selector: str) -> None:
    expect(page.locator(selector).first).to_be_visible(timeout=PATIENCE_MS)


def test_an_answer_has_numbered_sources_that_open_beside_it(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    assert "[1]" in answer(page)
    expect(page.locator(".source-panel")).to_have_count(0)  # Nothing opens by itself.

    page.locator("a.element-link", has_text="[1]").first.click()
    visible(page, ".source-panel")
    panel = page.locator(".source-panel")
    expect(panel.locator("h2")).to_have_text("T200 room thermostat: user guide")
    expect(panel.locator(".panel-labels")).to_contain_text("English")
    quote = panel.locator(".panel-passage mark").inner_text()
    assert quote.strip()
    assert "[1]" in answer(page), "the conversation stays beside the source"

    picture = panel.locator(".panel-page img")
    page.wait_for_function("picture => picture.naturalWidth > 600", arg=picture.element_handle(), timeout=PATIENCE_MS)
    assert "marks=" in (picture.get_attribute("src") or "")

    # The page's number is the same in the list, the panel and the link to the PDF.
    number = re.search(r"\d+", page.locator(".answer-sources .source-place").first.inner_text())
    assert number is not None
    link = panel.locator(".panel-open").get_attribute("href") or ""
    assert link.endswith(f".pdf#page={number.group()}")
    reply = httpx.get(address + link)
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.content.startswith(b"%PDF")
    page.context.close()


def test_the_pdf_opens_at_the_cited_page_in_its_own_tab(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator(".answer-sources button").first.click()
    visible(page, ".panel-open")
    with page.expect_popup() as opened:
        page.locator(".panel-open").click()
    assert re.search(r"/sources/[0-9a-f]+/original/.+\.pdf#page=\d+$", opened.value.url)
    page.context.close()


def test_no_request_leaves_for_another_host(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator(".answer-sources button").first.click()
    visible(page, ".panel-page img")
    page.locator("#readme-button").click()
    visible(page, "[role=dialog]")
    hosts = {urlsplit(url).netloc for url in requested_urls(page) if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}
    page.context.close()


def test_nothing_of_chainlit_shows(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    expect(page).to_have_title("Manualdesk")
    visible(page, ".logo")
    expect(page.locator("#upload-button")).to_have_count(0)
    page.locator("#readme-button").click()
    visible(page, "[role=dialog] h1")
    page.keyboard.press("Escape")
    ask(page, QUESTION)
    assert "chainlit" not in page.locator("body").inner_text().lower()
    assert (
        page.locator(".ai-message img").first.get_attribute("src", timeout=PATIENCE_MS).endswith("/avatars/Manualdesk")
    )
    page.context.close()


def test_a_follow_up_is_read_with_the_conversation(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    page = open_page(browser, modelled_address)
    model.script = [WIRING + " [1]"]
    ask(page, QUESTION)
    ask(page, "And how long do its batteries last?")
    sent = str(model.requests[-1]["messages"])
    assert QUESTION in sent
    assert "how long do its batteries last" in sent
    page.context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_words_appear_while_the_model_still_speaks(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    page = open_page(browser, modelled_address)
    model.go.clear()
    model.script = [
        WIRING,
        " [1] ",
        "That makes it ",
        ScriptedModel.WAIT,
        "the right choice for old two-wire installations [1].",
    ]
    send(page, QUESTION)
    expect(page.locator("[data-step-type=assistant_message]").last).to_contain_text(WIRING, timeout=PATIENCE_MS)
    visible(page, "#stop-button")
    model.go.set()
    visible(page, ".answer-sources")
    assert "two-wire installations" in answer(page)
    page.context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_stop_ends_the_answer_and_the_models_work(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    page = open_page(browser, modelled_address)
    model.go.clear()
    model.hung_up.clear()
    model.script = [WIRING, " [1] ", "That makes it ", ScriptedModel.WAIT, "never said."]
    send(page, QUESTION)
    expect(page.locator("[data-step-type=assistant_message]").last).to_contain_text(WIRING, timeout=PATIENCE_MS)
    page.locator("#stop-button").click()
    expect(page.locator("[data-step-type=assistant_message]").last).to_contain_text("Stopped.", timeout=PATIENCE_MS)
    assert model.hung_up.wait(timeout=10), "the model is not left computing"
    assert "never said" not in answer(page)
    assert "manually" not in page.locator("body").inner_text()

    model.go.set()
    model.script = [WIRING + " [1]"]
    ask(page, QUESTION)  # The conversation goes on.
    page.context.close()


def test_a_chinese_browser_reads_chinese(browser: Browser, address: str) -> None:
    page = open_page(browser, address, language="zh-CN")
    expect(page.locator("#readme-button")).to_have_text("使用说明", timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("#starters button", has_text="E-63").click()
    visible(page, ".answer-sources")
    page.locator(".answer-sources button").first.click()
    visible(page, ".source-panel")
    expect(page.locator(".panel-labels")).to_contain_text("中文")
    expect(page.locator(".panel-open")).to_contain_text(re.compile("打开"))
    page.context.close()


def test_a_web_manual_opens_at_its_anchor_and_runs_nothing(browser: Browser, address: str) -> None:
    page = open_page(browser, address, language="zh-CN")
    ask(page, "L30 门锁没电时怎么开门？")
    page.locator(".answer-sources button").first.click()
    visible(page, ".source-panel")
    link = page.locator(".panel-open").get_attribute("href") or ""
    assert re.search(r"l30-door-lock\.html(#.+)?$", link)
    reply = httpx.get(address + link)
    assert reply.headers["content-type"] == "text/html"
    assert reply.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert reply.headers["x-content-type-options"] == "nosniff"
    page.context.close()


def test_the_theme_follows_the_system(browser: Browser, address: str) -> None:
    shades = {}
    for theme in ("light", "dark"):
        page = open_page(browser, address, theme=theme)
        expect(page.locator("html")).to_have_class(re.compile(theme))
        shades[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        expect(page.locator(".logo")).to_have_attribute("src", re.compile(f"theme={theme}"))
        page.context.close()
    assert shades["light"] != shades["dark"]


def test_a_phone_shows_everything_without_scrolling_sideways(browser: Browser, address: str) -> None:
    page = open_page(browser, address, width=390)
    ask(page, QUESTION)
    page.locator(".answer-sources button").first.click()
    visible(page, ".source-panel")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator(".source-panel").bounding_box()
    assert box is not None
    assert box["width"] > 300
    page.keyboard.press("Escape")
    expect(page.locator(".source-panel")).to_have_count(0)
    page.context.close()


def test_sources_are_reached_by_keyboard(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator("a.element-link").first.focus()
    page.keyboard.press("Enter")
    visible(page, ".source-panel")
    page.context.close()


def test_without_an_index_the_chat_says_what_to_do(browser: Browser, empty_address: str) -> None:
    page = open_page(browser, empty_address)
    send(page, "How do I wire the T200?")
    expect(page.locator("[data-step-type=assistant_message]").last).to_contain_text(
        "manualdesk ingest", timeout=PATIENCE_MS
    )
    assert "Traceback" not in page.locator("body").inner_text()
    page.context.close()


def test_what_the_manuals_do_not_hold_is_refused_calmly(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, "What is the airspeed velocity of an unladen swallow?")
    expect(page.locator(".answer-label")).to_have_text("Not in the manuals")
    expect(page.locator(".answer-sources")).to_have_count(0)
    page.context.close()
