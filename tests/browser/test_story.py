"""One change told from end to end: an editor mends a paragraph of a 300-page manual, and everything follows.

The agent's next answer cites the new text, the kept one is gone, and the gap that asked for it closes. A real server,
a real Chromium for both people, a scripted language model.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE_MS, answer, ask, open_page, serving
from tests.pdf_writer import PdfBookmark, PdfPage, pdf_bytes
from tests.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser

PAGES = 300
CHANGED_PAGE = 150
MANUAL = "pump/en/p9-service-manual.pdf"
BEFORE = ("The pump rests for 10 minutes before it is started again.",)
AFTER = (
    "The pump rests for 25 minutes before it is started again.",
    "The intake strainer is sterilised in steam at 121 degrees for 15 minutes.",
)
RESTING = "How long does the P9 pump rest before it is started again?"
STERILISING = "How is the intake strainer of the P9 pump sterilised in steam?"


def manual(paragraph: tuple[str, ...]) -> bytes:
    """A manual of 300 pages, a section each; one of them holds the paragraph."""
    pages, bookmarks = [], []
    for number in range(1, PAGES + 1):
        title = "Resting the pump" if number == CHANGED_PAGE else f"Valve block {number}"
        text = paragraph if number == CHANGED_PAGE else (
            f"Valve block {number} is held by {3 + number % 5} bolts of {number + 7} millimetres.",
            f"Tighten them to {number + 40} newton metres, then check seal {number} for leaks.",
        )  # fmt: skip
        page = PdfPage().text(60, 80, f"{number} {title}", font="bold", size=16)
        pages.append(page.lines(60, 110, *text))
        bookmarks.append(PdfBookmark(f"{number} {title}", number))
    return pdf_bytes(pages, tuple(bookmarks), title="P9 pump: service manual")


@pytest.fixture
def address(tmp_path: Path, model: ScriptedModel) -> Iterator[str]:
    with serving(tmp_path / "home", tmp_path / "server.log", llm_url=model.url) as url:
        yield url


@pytest.mark.timeout(900)
def test_a_mended_paragraph_reaches_everybody(
    browser: Browser, address: str, model: ScriptedModel, tmp_path: Path
) -> None:
    editor = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
    editor.set_default_timeout(PATIENCE_MS)
    upload(editor, address, tmp_path, BEFORE)
    publish(editor)

    agent = open_page(browser, address)
    model.script = ["The pump rests for 10 minutes before it is started again [1]."]
    ask(agent, RESTING)
    assert "10 minutes" in answer(agent)
    ask(agent, STERILISING)
    expect(agent.locator(".answer-label").last).to_be_visible()
    again = open_page(browser, address)
    asked = len(model.requests)
    ask(again, RESTING)
    assert "10 minutes" in answer(again)
    assert len(model.requests) == asked, "the answer was kept"
    expect_gap(editor, address, "open")

    upload(editor, address, tmp_path, AFTER)
    editor.locator("#waiting a", has_text=MANUAL).click()
    expect(editor.locator(".diff li")).to_have_count(1, timeout=PATIENCE_MS)
    expect(editor.locator(".diff del").first).to_contain_text("10")
    expect(editor.locator(".diff ins").first).to_contain_text("25")
    publish(editor)

    model.script = ["The pump rests for 25 minutes before it is started again [1]."]
    new = open_page(browser, address)
    ask(new, RESTING)
    assert "25 minutes" in answer(new)
    assert len(model.requests) > asked, "the kept answer went with the text it stood on"
    new.locator("[data-source='1']").last.click()
    expect(new.locator(".source-panel mark")).to_contain_text("25 minutes")
    expect(new.locator(".source-panel")).to_contain_text(f"Page {CHANGED_PAGE}")
    expect_gap(editor, address, "closed")


def upload(editor: Page, address: str, folder: Path, paragraph: tuple[str, ...]) -> None:
    file = folder / Path(MANUAL).name
    file.write_bytes(manual(paragraph))
    editor.goto(f"{address}/desk/documents/upload?folder={Path(MANUAL).parent.as_posix()}")
    editor.set_input_files("#files", file)
    expect(editor.locator("#waiting tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    expect(editor.locator("[data-open]")).to_have_count(0, timeout=PATIENCE_MS)


def publish(editor: Page) -> None:
    editor.get_by_role("button", name="Publish").first.click()
    editor.wait_for_url("**/desk/jobs/*")
    expect(editor.locator("#job-state .tag.good")).to_be_visible(timeout=5 * PATIENCE_MS)


def expect_gap(editor: Page, address: str, state: str) -> None:
    """The unanswered question is among the gaps of that state; what closes it runs after the publish."""
    row = editor.locator("tbody tr", has_text="sterilised")
    patient_until = time.monotonic() + PATIENCE_MS / 1000
    while True:
        editor.goto(f"{address}/desk/gaps?state={state}")
        if row.count():
            return
        assert time.monotonic() < patient_until, f"no gap of that question is {state}"
