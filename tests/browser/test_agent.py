"""What a support agent does in the chat beside asking: history, pickers, ratings, tickets, corrections, and why."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from serving.conversations.store import Conversations
from serving.database.engine import Database
from serving.database.schema_editing import gap_questions
from serving.stored.book import CuratedBook
from serving.stored.types import State
from tests.browser.desk import PATIENCE_MS, answer, ask, open_page, send, serving
from tests.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser

WIRING = "The T200 needs no neutral wire and no C wire."
QUESTION = "Does the T200 need a neutral wire or a C wire?"


def visible(page: Page, selector: str) -> None:
    expect(page.locator(selector).first).to_be_visible(timeout=PATIENCE_MS)


def picked(page: Page, field: str, value: str) -> None:
    """Choose in one of the pickers."""
    visible(page, "#manual-bar")
    page.locator(f"#manual-bar [name={field}]").select_option(value)


def text(page: Page) -> str:
    """Of the last answer, without what stands around it."""
    return page.locator("[data-step-type=assistant_message] [role=article]").last.inner_text()


def wait_for_cause(database: Database, cause: str, comment: str, page: Page) -> None:
    """Until a question with this comment is noted for that cause."""
    wanted = select(gap_questions.c.question).where(
        gap_questions.c.cause == cause, gap_questions.c.comment.contains(comment)
    )
    for _ in range(100):
        with database.transaction() as connection:
            if connection.execute(wanted).first():
                return
        page.wait_for_timeout(100)
    raise AssertionError(f"nothing was noted as {cause}")


def test_a_conversation_survives_a_reload_and_a_restart_with_its_sources_and_memory(
    browser: Browser, home: Path, model: ScriptedModel, tmp_path: Path
) -> None:
    model.script = [WIRING + " [1]"]
    with serving(home, tmp_path / "first.log", llm_url=model.url) as first:
        page = open_page(browser, first)
        ask(page, QUESTION)
        said, path = text(page), page.url.removeprefix(first)
        assert path.startswith("/thread/")
        page.reload()
        visible(page, ".answer-sources")
        assert text(page) == said
        page.context.close()
    with serving(home, tmp_path / "second.log", llm_url=model.url) as second:
        page = open_page(browser, second + path)
        visible(page, ".answer-sources")
        assert text(page) == said
        page.locator("a.element-link").first.click()
        picture = page.locator(".panel-page img")
        page.wait_for_function(
            "picture => picture.naturalWidth > 600", arg=picture.element_handle(), timeout=PATIENCE_MS
        )
        ask(page, "And how long do its batteries last?")
        assert QUESTION in str(model.requests[-1]["messages"]), "the conversation is remembered"
        page.context.close()


def test_a_kept_conversation_is_shown_in_the_language_of_now(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator("#desk-menu summary").click()
    page.locator("#desk-menu button[lang=zh]").click()
    expect(page.locator(".answer-actions [data-do=why]")).to_contain_text("为什么", timeout=PATIENCE_MS)
    expect(page.locator("#readme-button")).to_have_text("使用说明", timeout=PATIENCE_MS)
    page.goto(f"{address}/desk/conversations")
    expect(page.locator("h1")).to_have_text("您的对话")
    page.context.close()


def test_history_is_listed_found_renamed_and_deleted(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, "What does error E-20 on the T200 mean, and what do I do?")
    conversation = page.url.rsplit("/", 1)[1]
    page.locator("#header #sidebar-trigger-button").click()
    visible(page, f"[id='thread-{conversation}']")

    page.goto(f"{address}/desk/conversations")
    page.locator("input[type=search]").fill("e-20 ON")
    page.keyboard.press("Enter")
    card = page.locator(".conversations .card", has=page.locator(f"a[href='/thread/{conversation}']"))
    card.locator("summary").click()
    card.locator("[name=title]").fill("The error that blinks")
    card.locator("button", has_text="Save").click()
    expect(page.locator("[role=status]")).to_contain_text("new name")
    expect(card.locator("h2")).to_have_text("The error that blinks")

    with page.expect_download() as taken:
        card.locator("a", has_text="As JSON").click()
    (kept,) = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))["conversations"]
    assert kept["messages"][1]["answer"]["citations"]

    page.once("dialog", lambda dialog: dialog.accept())
    card.locator("button", has_text="Delete").click()
    expect(page.locator("[role=status]")).to_contain_text("deleted")
    expect(card).to_have_count(0)
    page.context.close()


def test_pickers_narrow_what_is_searched_and_are_remembered(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    picked(page, "product", "wearables")
    expect(page.locator("#manual-bar [name=model] option", has_text="T200")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".answer-sources .source-title", has_text="T200")).to_have_count(0)
    expect(page.locator(".answer-head .place-title", has_text="T200")).to_have_count(0)

    page.locator("#manual-bar [data-do=clear]").click()
    picked(page, "model", "T200")
    ask(page, "How long do the batteries last?")
    expect(page.locator(".answer-sources").last).to_contain_text("T200")
    page.goto(address)
    expect(page.locator("#manual-bar [name=model]")).to_have_value("T200", timeout=PATIENCE_MS)
    page.locator("#manual-bar [data-do=clear]").click()
    ask(page, QUESTION)  # What was chosen last is nothing again.
    page.context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_found_places_come_before_the_answer_and_nothing_moves_while_it_grows(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    page = open_page(browser, modelled_address)
    model.go.clear()
    model.script = [
        ScriptedModel.WAIT,
        WIRING,
        " [1] ",
        "That makes it the right choice for two-wire installations [1].",
    ]
    send(page, QUESTION)
    visible(page, ".answer-head button")
    reply = page.locator("[data-step-type=assistant_message]").last
    assert WIRING not in reply.inner_text(), "the model has said nothing yet"
    page.locator(".answer-head button").first.click()
    visible(page, ".source-panel")
    page.locator(".source-panel").press("Escape")

    offset = """() => {
        const places = document.querySelector('.answer-head').getBoundingClientRect();
        const step = document.querySelector('.answer-head').closest('[data-step-type]').getBoundingClientRect();
        return [Math.round(places.top - step.top), Math.round(places.height)];
    }"""
    before = page.evaluate(offset)
    model.go.set()
    visible(page, ".answer-sources")
    assert WIRING in reply.inner_text()
    assert page.evaluate(offset) == before
    head, text = page.locator(".answer-head").bounding_box(), reply.locator("[role=article]").bounding_box()
    assert head is not None
    assert text is not None
    assert head["y"] + head["height"] <= text["y"]
    page.context.close()


def test_thumbs_take_a_reason_and_stay(browser: Browser, address: str, home: Path) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator("[data-do=dislike]").click()
    page.get_by_label("Outdated").check()
    page.locator(".answer-reasons textarea").fill("Newer ones need a C wire.")
    page.locator(".answer-reasons [type=submit]").click()
    expect(page.locator(".answer-said")).to_have_text("Thank you, noted.")
    expect(page.locator("[data-do=dislike]")).to_have_attribute("aria-pressed", "true")

    database = Database(home)
    conversation = page.url.rsplit("/", 1)[1]
    rated = Conversations(database).messages(conversation, "here")[-1].feedback
    assert rated is not None
    assert (rated.value, rated.reason, rated.comment) == (-1, "outdated", "Newer ones need a C wire.")
    wait_for_cause(database, "disliked", "Newer ones need a C wire.", page)
    database.close()
    page.reload()
    expect(page.locator("[data-do=dislike]")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    page.context.close()


def test_an_answer_is_copied_with_sources_and_as_a_ticket_by_keyboard(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.keyboard.press("Alt+Shift+C")
    expect(page.locator(".answer-said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.search(rf"\[1\] T200 room thermostat.*\n\s*{re.escape(address)}/sources/\w+/original/.+#page=\d+", copied)

    page.keyboard.press("Alt+Shift+T")
    visible(page, ".side-form select")
    page.locator(".side-form select").select_option("de")
    expect(page.locator(".side-form textarea")).to_have_value(re.compile("Vielen Dank"), timeout=PATIENCE_MS)
    page.locator("[data-do=copy-ticket]").click()
    expect(page.locator(".side-form [role=status]")).to_have_text("Copied")
    ticket = page.evaluate("navigator.clipboard.readText()")
    assert QUESTION in ticket
    assert "Fundstellen im Handbuch" in ticket
    assert f"{address}/sources/" in ticket
    page.context.close()


def test_a_correction_becomes_a_draft_that_no_reader_sees(browser: Browser, address: str, home: Path) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator("[data-do=correct]").click()
    visible(page, ".side-form textarea[name=answer]")
    page.locator("textarea[name=answer]").fill("Neither of them, and no earth either [1].")
    page.locator("textarea[name=note]").fill("Customers ask about earth, too.")
    page.locator(".side-form [type=submit]").click()
    expect(page.locator(".side-form [role=status]")).to_contain_text(re.compile(r"draft \d+"), timeout=PATIENCE_MS)

    book = CuratedBook(home)
    made = next(each for each in book.all() if each.answer.startswith("Neither of them"))
    book.close()
    assert (made.state, made.questions, len(made.citations)) == (State.DRAFT, (QUESTION,), 1)
    database = Database(home)
    wait_for_cause(database, "escalated", "Customers ask about earth, too.", page)
    database.close()
    ask(page, QUESTION)
    assert "no earth either" not in answer(page)
    page.context.close()


def test_why_an_answer_is_as_it_is_can_be_read_and_the_focus_comes_back(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    page.locator("[data-do=why]").focus()
    page.keyboard.press("Enter")
    visible(page, ".why-candidates li")
    expect(page.locator(".why-panel")).to_be_focused()
    for part in ("Confidence", "quoted from the manuals", "T200, from the question", "By meaning"):
        expect(page.locator(".why-panel")).to_contain_text(part)
    page.locator("#side-view-title button").click()
    expect(page.locator(".why-panel")).to_have_count(0)
    expect(page.locator("[data-do=why]")).to_be_focused()
    page.context.close()


def test_a_phone_in_the_dark_reads_chinese(browser: Browser, address: str) -> None:
    page = open_page(browser, address, language="zh-CN", theme="dark", width=390)
    visible(page, "#manual-bar summary")
    page.locator("#manual-bar summary").click()
    expect(page.locator("#manual-bar label").first).to_contain_text("产品")
    page.locator("#manual-bar summary").click()
    ask(page, "W5 手表显示 E-63 是什么意思？")
    expect(page.locator(".head-label")).to_have_text("手册中找到的位置")
    page.locator("[data-do=ticket]").click()
    expect(page.locator(".side-form textarea")).to_have_value(re.compile("感谢您的提问"), timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="关闭", exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{address}/desk/conversations")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.context.close()
