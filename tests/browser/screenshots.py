"""Takes the pictures of README and docs: `python -m tests.browser.screenshots [FOLDER]`, by default into docs/.

Enters: the sample manuals, and what agents, editors and a customer do with them. Leaves: chat-source.png, and the
others in pictures/, each the size of a screen and with few colours, so that the repository stays small.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import (
    COMMAND,
    PATIENCE_MS,
    ROOT,
    SAMPLES,
    ask,
    chromium,
    chromium_path,
    environment,
    open_page,
    serving,
)
from tests.browser.screenshots_desk import desk_pictures, worked

DOCS = ROOT / "docs"
COLOURS, FLAT = 256, 96
ENGLISH = "Does the T200 need a neutral wire or a C wire?"
FOLLOW_UP = "What does error E-20 mean, and what do I do?"
CHINESE = "W5 手表显示 E-63 是什么意思？"
WIRING = "How do I wire the T200 thermostat?"
LASTING = "W5 手表的典型续航是多少天？"


def main(docs: Path) -> None:
    path = chromium_path()
    if path is None:
        sys.exit("error: no Chromium on this machine")
    folder = docs / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, chromium(path) as browser:
        home = Path(place) / "home"
        subprocess.run([*COMMAND, "ingest", str(SAMPLES)], env=environment(home), check=True)
        with serving(home, Path(place) / "log") as address:
            worked(browser, address, home)
            desk_pictures(browser, address, folder)
            agents_pictures(browser, address, docs, folder)
            shop_pictures(browser, address, folder)
        with (
            serving(Path(place) / "empty", Path(place) / "signed.log", sign_in="password") as address,
            opened(browser, f"{address}/sign-in") as page,
        ):
            page.screenshot(path=folder / "sign-in.png")
    for picture in (docs / "chat-source.png", *sorted(folder.glob("*.png"))):
        slimmed(picture)
        print(f"{picture.relative_to(docs)}: {picture.stat().st_size // 1024} KB", file=sys.stderr)


def agents_pictures(browser: Browser, address: str, docs: Path, folder: Path) -> None:
    """The chat with a source, a ticket and the reasons of an answer; and on a phone, dark and Chinese."""
    page = open_page(browser, address)
    ask(page, ENGLISH)
    ask(page, FOLLOW_UP)
    open_source(page)
    page.screenshot(path=docs / "chat-source.png")
    for panel, awaited in (("ticket", ".side-form textarea"), ("why", ".why-candidates li")):
        page.locator("#side-view-title button").click()
        page.locator(f"[data-do={panel}]").last.click()
        expect(page.locator(awaited).first).to_be_visible(timeout=PATIENCE_MS)
        if panel == "ticket":
            expect(page.locator(awaited)).not_to_have_value("", timeout=PATIENCE_MS)
        settle(page)
        page.screenshot(path=folder / f"{panel}.png")
    page.context.close()

    page = open_page(browser, address, language="zh-CN", theme="dark", width=390)
    ask(page, CHINESE)
    settle(page)
    page.screenshot(path=folder / "chat-phone.png")
    open_source(page)
    page.screenshot(path=folder / "chat-source-phone.png")
    page.context.close()


def shop_pictures(browser: Browser, address: str, folder: Path) -> None:
    """A customer's question on the demo shop's pages, and the cited page."""
    with opened(browser, f"{address}/shop/t200") as page:
        customer_asks(page, WIRING)
        page.screenshot(path=folder / "shop.png")
    with opened(browser, f"{address}/shop/w5?language=zh", language="zh-CN", theme="dark", width=390) as page:
        customer_asks(page, LASTING)
        page.screenshot(path=folder / "shop-phone.png")
        page.locator(".answer button.mark").first.click()
        expect(page.locator("canvas[aria-hidden][width]")).to_be_visible()
        settle(page)
        page.screenshot(path=folder / "shop-source-phone.png")


def customer_asks(page: Page, question: str) -> None:
    page.locator("manualdesk-widget .bubble").click()
    page.locator(".ask textarea").fill(question)
    page.locator(".ask textarea").press("Enter")
    expect(page.locator(".tools")).to_have_count(1)
    settle(page)


@contextmanager
def opened(
    browser: Browser, address: str, *, language: str = "en-US", theme: Any = "light", width: int = 1280
) -> Iterator[Page]:
    height = 800 if width > 600 else 844
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language, color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    yield page
    context.close()


def open_source(page: Page) -> None:
    page.locator(".answer-sources button").last.click()
    drawn(page, page.locator(".panel-page img"))
    settle(page)


def drawn(page: Page, picture: Locator) -> None:
    """Until the picture of a page is there."""
    page.wait_for_function(
        "picture => picture.complete && picture.naturalWidth > 0", arg=picture.element_handle(), timeout=PATIENCE_MS
    )


def settle(page: Page) -> None:
    """Until nothing moves any more, with the mouse on nothing that lights up."""
    page.mouse.move(400, 1)
    page.wait_for_function("document.getAnimations().every(each => each.playState === 'finished')")


def slimmed(picture: Path) -> None:
    """The picture with so few colours that nobody sees a difference: the most frequent ones as they are, and others."""
    with Image.open(picture) as opened_picture:
        whole = opened_picture.convert("RGB")
    colours, places, counts = np.unique(
        np.asarray(whole).reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    others = whole.quantize(COLOURS - FLAT, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = np.vstack((colours[np.argsort(-counts)[:FLAT]], np.array(others).reshape(-1, 3)))[:COLOURS]
    apart = ((colours[:, None, :].astype(int) - palette[None, :, :].astype(int)) ** 2).sum(axis=2)
    few = Image.fromarray(apart.argmin(axis=1)[places].reshape(whole.height, whole.width).astype(np.uint8), "P")
    few.putpalette(palette.astype(np.uint8).tobytes())
    few.save(picture, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
