"""Takes the picture of the README: `python -m tests.browser.screenshots [FOLDER]`, by default into docs/.

Enters: the sample manuals. Leaves: chat-source.png; with a folder named, also the chat alone, the start page, the dark
theme, Chinese and a phone's width, to be looked at.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE_MS, ROOT, ask, chromium, chromium_path, ingest, open_page, serving

DOCS = ROOT / "docs"
ENGLISH = "Does the T200 need a neutral wire or a C wire?"
FOLLOW_UP = "What does error E-20 mean, and what do I do?"
REFUSED = "What is the airspeed velocity of an unladen swallow?"
CHINESE = "W5 手表显示 E-63 是什么意思？"


def main(folder: Path) -> None:
    path = chromium_path()
    if path is None:
        sys.exit("error: no Chromium on this machine")
    folder.mkdir(parents=True, exist_ok=True)
    names = ("smart-home/en/t200-user-guide.pdf", "wearables/en/b3-band.html", "wearables/zh/w5-watch.pdf")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        ingest(home, names)
        with serving(home, Path(place) / "log") as address, chromium(path) as browser:
            take_for_readme(browser, address, folder)
            if folder != DOCS:
                take_the_rest(browser, address, folder)


def take_for_readme(browser: Browser, address: str, folder: Path) -> None:
    page = open_page(browser, address)
    ask(page, ENGLISH)
    ask(page, FOLLOW_UP)
    settle(page)
    if folder != DOCS:
        page.screenshot(path=folder / "chat-light.png")
    open_source(page)
    page.screenshot(path=folder / "chat-source.png")


def take_the_rest(browser: Browser, address: str, folder: Path) -> None:
    page = open_page(browser, address)
    expect(page.locator("#starters button").first).to_be_enabled(timeout=PATIENCE_MS)
    settle(page)
    page.screenshot(path=folder / "chat-start.png")
    ask(page, REFUSED)
    settle(page)
    page.screenshot(path=folder / "chat-refused.png")
    page.locator("#readme-button").click()
    settle(page)
    page.screenshot(path=folder / "guide.png")
    for name, language, theme, width in (
        ("chat-dark-zh", "zh-CN", "dark", 1280),
        ("chat-phone", "zh-CN", "light", 390),
        ("chat-phone-dark", "en-US", "dark", 390),
    ):
        page = open_page(browser, address, language=language, theme=theme, width=width)
        ask(page, CHINESE if language == "zh-CN" else FOLLOW_UP)
        settle(page)
        page.screenshot(path=folder / f"{name}.png")
        open_source(page)
        page.screenshot(path=folder / f"{name}-source.png")


def open_source(page: Page) -> None:
    page.locator(".answer-sources button").last.click()
    picture = page.locator(".panel-page img")
    if picture.count():
        page.wait_for_function("picture => picture.complete", arg=picture.element_handle())
    settle(page)


def settle(page: Page) -> None:
    """Until nothing moves any more."""
    page.wait_for_function("document.getAnimations().every(each => each.playState === 'finished')")
    page.mouse.move(0, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
