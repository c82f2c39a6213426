"""Answers, gaps, the search test, labels and usage as an editor meets them, with mouse and with keyboard alone.

In a real Chromium, against a small desk in this process: without models, so that it is quick.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from serving.answer import Answer, AnswerSource, Timings
from serving.gaps.drafts import draft
from tests.api_desk import application, serving
from tests.browser.desk import new_page
from tests.curating_desk import CuratingDesk

pytestmark = pytest.mark.browser

ASKED = "What does E47 of the mixer mean?"
WALKS = (("en-US", "light", 1280), ("en-US", "dark", 390), ("zh-CN", "dark", 1280), ("zh-CN", "light", 390))
"""Each language in each theme and at each width."""
PAGES = (
    "/desk/gaps",
    "/desk/gaps/1",
    "/desk/answers",
    "/desk/answers/1",
    "/desk/answers/new?gap=1",
    "/desk/search",
    f"/desk/search?q={quote('How do I reset the kettle?')}&document=lamp",
    "/desk/labels?q=kettle",
    "/desk/usage",
)
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def desk() -> Iterator[CuratingDesk]:
    with tempfile.TemporaryDirectory() as folder:
        made = CuratingDesk(Path(folder))
        made.fill()
        yield made
        made.backend.notes.close()


@pytest.fixture(scope="module")
def address(desk: CuratingDesk) -> Iterator[str]:
    with serving(application(desk)) as url:
        for question in (ASKED, f"Hello, {ASKED} Thanks!", "Which fuse E12 has the toaster?"):
            httpx.post(f"{url}/v1/ask", json={"question": question}, timeout=60, trust_env=False)
        draft(desk.book, "Is the kettle loud?", "It is quiet.", by="Ann", note="A customer asked.")
        for milliseconds in (20.0, 80.0, 400.0):
            timings = Timings(first_token=milliseconds, total=500)
            given = Answer(question="?", answer="!", refused=False, source=AnswerSource.MODEL, timings=timings)
            desk.backend.notes.usage.note(given, "chat", "en", "kettle")
        assert desk.backend.notes.settle()
        assert desk.backend.notes.usage.settle()
        yield url


def test_from_a_gap_to_an_answer_that_closes_it(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/desk/gaps")
    page.get_by_role("link", name=ASKED).click()
    page.get_by_role("link", name="Write an answer").click()
    expect(page.get_by_label("Questions", exact=False).first).to_have_value(ASKED)
    page.get_by_label("Find passages").fill("change the bulb of the lamp")
    page.keyboard.press("Enter")  # searches, and keeps what was typed
    expect(page.locator("#found")).to_be_visible()
    page.locator(".picks li", has_text="The bulb holds 5 watts.").get_by_role("button").click()
    expect(page.get_by_label("Manual 1")).to_have_value("lamp/en/guide.md")
    page.get_by_label("Answer", exact=False).first.fill("The lid is open; and the bulb holds 5 watts. [1]")
    page.get_by_role("button", name="Save and approve").click()
    expect(page.get_by_role("status")).to_contain_text("the gap is closed")
    expect(page.get_by_text("stands", exact=True)).to_be_visible()
    page.goto(f"{address}/desk/gaps?state=closed")
    page.get_by_role("link", name=ASKED).click()
    expect(page.locator("main")).to_contain_text("a curated answer")
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("button", name="Open again")).to_have_count(0)


def test_without_scripts_and_by_keyboard_alone(browser: Browser, address: str) -> None:
    page = new_page(browser, java_script_enabled=False)
    page.goto(f"{address}/desk/answers?state=draft")
    page.get_by_role("link", name="Is the kettle loud?").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("A customer asked.")
    page.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Answer", exact=False).first.fill("It is as quiet as a lamp.")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("It is as quiet as a lamp.")
    expect(page.locator(".tag.warn").first).to_have_text("draft")


def test_what_cannot_be_kept_is_told_and_nothing_is_lost(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/desk/answers/new")
    page.get_by_label("Questions", exact=False).first.fill("How hot is the kettle?")
    page.get_by_label("Answer", exact=False).first.fill("Very. [1]")
    page.get_by_label("Manual 1").fill("kettle/en/guide.md")
    page.get_by_label("Its words").first.fill("It is very hot.")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_role("alert")).to_contain_text("does not say")
    expect(page.get_by_label("Answer", exact=False).first).to_have_value("Very. [1]")
    expect(page.get_by_label("Its words").first).to_have_value("It is very hot.")


def test_the_search_test_has_an_address_to_send(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/desk/search")
    page.get_by_label("Question").fill("How do I reset the kettle?")
    page.get_by_label("As", exact=True).select_option("public")
    page.get_by_label("Where is this manual?").fill("lamp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The answer in quotes")).to_be_visible()
    assert "who=public" in page.url
    other = new_page(browser, language="zh-CN")
    other.goto(page.url)
    expect(other.locator("main")).to_contain_text("kettle/en/guide.md")
    expect(other.locator("pre")).to_contain_text("lamp/en/guide.md")
    other.get_by_text(re.compile("个候选")).click()
    expect(other.get_by_role("table")).to_be_visible()


def test_labels_are_added_changed_and_deleted_after_a_question(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/desk/labels")
    section = page.get_by_role("region", name="Categories")
    section.get_by_label("Name").last.fill("Cleaning")
    section.get_by_label("Words").last.fill("descale, limescale")
    section.get_by_role("button", name="Add").click()
    page.get_by_label("Try a question").fill("How do I descale it?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Cleaning")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete Cleaning").click()
    expect(page.get_by_role("button", name="Delete Cleaning")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete Cleaning").click()
    expect(page.get_by_role("button", name="Delete Cleaning")).to_have_count(0)


def test_usage_has_pictures_and_the_same_as_a_table(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/desk/usage")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("img", name="Questions a day")).to_be_visible()
    page.get_by_text("All figures as a table").click()
    rows = page.get_by_role("region", name="All figures as a table").get_by_role("row")
    expect(rows).to_have_count(8)


@pytest.mark.parametrize(("language", "theme", "width"), WALKS)
def test_every_page_fits_is_in_its_language_and_keeps_nobody_out(
    browser: Browser, address: str, language: str, theme: str, width: int
) -> None:
    page = new_page(browser, language=language, theme=theme, width=width)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in PAGES:
        page.goto(f"{address}{path}")
        expect(page.locator("h1")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert not [f"{path}: {each['id']} {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("html").get_attribute("data-theme") == theme
        if language == "zh-CN":
            headings = page.locator("th[scope=col], label, dt, button").all_inner_texts()
            known = ("95 %", "API", "#")
            english = [text for text in headings if re.fullmatch(r"[\x00-\x7f]*[A-Za-z]{2}[\x00-\x7f]*", text.strip())]
            assert not [text for text in english if text.strip() not in known], path
    assert not complaints
