"""Editors' pages as an editor meets them: files that are dropped, a job that is watched, chunks beside their page.

In a real Chromium, against a small desk in this process: without models, so that it is quick.
"""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ingest.pipeline import Job
from tests.api_desk import application, serving
from tests.browser.desk import PATIENCE_MS, SAMPLES, new_page
from tests.editing_desk import EditingDesk

pytestmark = pytest.mark.browser

PDF = "smart-home/en/t200-user-guide.pdf"
MANUALS = (PDF, "smart-home/zh/l30-door-lock.html", "wearables/zh/w5-watch.pdf")
PAGES = (
    "/desk/documents",
    f"/desk/documents/{PDF}",
    f"/desk/documents/{PDF}/chunks?page=4",
    "/desk/documents/smart-home/zh/l30-door-lock.html/chunks",
    "/desk/documents/upload?folder=mixer/en",
    f"/desk/documents/selected?action=set&document={PDF}",
    f"/desk/documents/selected?action=remove&document={PDF}",
    "/desk/documents/removed",
    "/desk/jobs",
    "/desk/runs/1",
    "/desk/publishes",
)
LOOKS = (("en-US", "light", 1280), ("zh-CN", "dark", 390))
WALKS = (("en-US", "light", 1280), ("en-US", "dark", 390), ("zh-CN", "dark", 1280), ("zh-CN", "light", 390))
"""Each language in each theme and at each width."""
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def desk() -> Iterator[EditingDesk]:
    with tempfile.TemporaryDirectory() as folder:
        made = EditingDesk(Path(folder))
        for name in MANUALS:
            target = made.desk.manuals / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SAMPLES / name, target)
            shutil.copy((SAMPLES / name).with_name("manual.toml"), target.with_name("manual.toml"))
        made.run(Job(paths=(made.desk.manuals,)))
        yield made


@pytest.fixture(scope="module")
def address(desk: EditingDesk) -> Iterator[str]:
    with serving(application(desk)) as url:
        yield url


def opened(browser: Browser, language: str = "en-US", theme: Any = "light", width: int = 1280, **more: Any) -> Page:
    page = new_page(browser, language=language, theme=theme, width=width, **more)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    _complaints[page] = complaints
    return page


_complaints: dict[Page, list[str]] = {}


def drop(page: Page, *files: tuple[str, str]) -> None:
    """Let files fall onto the page's drop zone, as a hand with a mouse does."""
    made = page.evaluate_handle(
        "files => { const held = new DataTransfer();"
        " for (const [name, text] of files) held.items.add(new File([text], name)); return held; }",
        [list(each) for each in files],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(".drop", event, {"dataTransfer": made})


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that shuts somebody out."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]


def settled(page: Page) -> None:
    """Nothing on the page is waited for any more."""
    expect(page.locator("[data-open]")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_dropped_files_are_compared_and_published(
    browser: Browser, address: str, desk: EditingDesk, language: str, theme: str, width: int
) -> None:
    page = opened(browser, language, theme, width)
    page.goto(f"{address}/desk/documents/upload?folder=mixer-{width}/en")
    text = "# Mixer\n\n## Cleaning\n\nPress pulse for 3 seconds to clean the blades of the mixer.\n"
    drop(page, ("guide.md", text), ("tool.exe", "MZ"), ("broken.pdf", "no pdf"))
    expect(page.locator("#sent li")).to_have_count(3)
    expect(page.locator("#sent .tag.good")).to_have_count(1)
    expect(page.locator("#sent .tag.bad")).to_have_count(2)
    expect(page.locator("#waiting tbody tr")).to_have_count(1)
    settled(page)
    assert "mixer" not in str(desk.desk.store.open().info().documents)

    page.locator("#waiting form button:not(.danger)").click()
    page.wait_for_url("**/desk/jobs/*")
    expect(page.locator("#job-state .tag.good")).to_be_visible(timeout=PATIENCE_MS)
    name = f"mixer-{width}/en/guide.md"
    expect(page.locator("#job-body tbody a", has_text=name)).to_be_visible()

    page.goto(f"{address}/desk/documents/upload?folder=mixer-{width}/en")
    drop(page, ("guide.md", text.replace("3 seconds", "5 seconds")))
    page.locator("#waiting a", has_text=name).click()
    settled(page)
    expect(page.locator(".diff del")).to_have_text("3")
    expect(page.locator(".diff ins")).to_have_text("5")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("form[data-confirm] button").click()
    page.wait_for_url("**/desk/documents/upload")
    expect(page.locator("#waiting tbody tr")).to_have_count(0)
    assert not [each for each in _complaints[page] if "400" not in each], "only the refused file is complained of"
    page.context.close()


def test_a_job_is_watched_and_cancelled_without_a_reload(browser: Browser, address: str, desk: EditingDesk) -> None:
    page = opened(browser)
    page.goto(f"{address}/desk/documents/upload?folder=kettle/en")
    drop(page, ("guide.md", "# Kettle\n\nFill in water up to the mark, then press the button once.\n"))
    expect(page.locator("#waiting tbody tr")).to_have_count(1)
    go = threading.Event()
    desk.before_ingest = lambda: None if go.wait(PATIENCE_MS / 1000) else pytest.fail("nobody let it go on")
    try:
        page.get_by_role("button", name="Publish").click()
        state = page.locator("#job-state")
        expect(state).to_contain_text("running")
        assert page.locator("#job-said[role=status]").inner_text().startswith("running"), "a screen reader tells it"
        assert not serious(page)
        page.evaluate("window.marked = true")
        page.get_by_role("button", name="Cancel").click()
        go.set()
        expect(state).to_contain_text("cancelled")
        page.goto(f"{address}/desk/documents/upload")
        page.get_by_role("button", name="Publish").click()
        page.evaluate("window.marked = true")
        expect(state).to_contain_text("done")
        assert page.evaluate("window.marked"), "the page kept itself up to date"
    finally:
        go.set()
        desk.before_ingest = lambda: None
    page.context.close()


def test_chunks_and_boxes_light_up_together_and_keys_turn_pages(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(f"{address}/desk/documents/{PDF}/chunks?page=4")
    boxes, chunks = page.locator("a.box"), page.locator("li.chunk")
    assert boxes.count() == chunks.count() > 1
    picture = page.locator(".sheet img")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("picture => picture.naturalWidth") > 600
    place, whole = boxes.first.locator("rect").first.bounding_box(), picture.bounding_box()
    assert place is not None
    assert whole is not None
    assert whole["x"] <= place["x"] < place["x"] + place["width"] <= whole["x"] + whole["width"] + 1
    boxes.nth(1).locator("rect").first.hover()
    assert "lit" in _class(chunks.nth(1))
    chunks.nth(0).focus()
    assert "lit" in _class(boxes.nth(0))
    boxes.nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == _id(chunks.nth(1))
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/chunks?page=5")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/chunks?page=4")
    assert not _complaints[page]
    page.context.close()


def _class(item: Any) -> str:
    return str(item.get_attribute("class"))


def _id(item: Any) -> str:
    return str(item.get_attribute("id"))


def test_it_works_without_a_script(browser: Browser, address: str) -> None:
    page = opened(browser, java_script_enabled=False)
    page.goto(f"{address}/desk/documents/upload?folder=toaster/en")
    text = b"# Toaster\n\nTurn the knob to the left for light toast, to the right for dark toast.\n"
    files: Any = [
        {"name": "guide.md", "mimeType": "text/markdown", "buffer": text},
        {"name": "x.exe", "mimeType": "text/plain", "buffer": text},
    ]
    page.set_input_files("#files", files)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("x.exe")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/desk/jobs/*")
    expect(page.locator("#job-state")).to_contain_text("done", timeout=PATIENCE_MS)
    page.goto(f"{address}/desk/documents?q=toaster")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.context.close()


@pytest.mark.parametrize(("language", "theme", "width"), WALKS)
def test_pages_fit_and_shut_nobody_out(browser: Browser, address: str, language: str, theme: str, width: int) -> None:
    page = opened(browser, language, theme, width)
    for place in PAGES:
        page.goto(address + place)
        settled(page)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, place
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language.startswith("zh") else "en")
        assert page.locator("h1").count() == 1
        assert not serious(page), place
    assert not _complaints[page]
    page.context.close()
