"""A Manualdesk as a child process, and a page in a real Chromium, for the browser tests.

Enters: a home folder and settings. Leaves: an address that answers, and pages with a language, a theme and a width.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "data" / "samples"
COMMAND = (sys.executable, "-c", "from ui.cli import main; main()")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000
"""Longest wait for a condition; two busy cores are slow, a passing test waits for none of it."""


def environment(home: Path, **settings: str) -> dict[str, str]:
    """This process's environment with a home of its own; no language model unless `llm_url` names one."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("MANUALDESK_", "CHAINLIT_"))}
    own = {"home": str(home), "llm_url": "", **settings}
    return clean | {f"MANUALDESK_{key.upper()}": value for key, value in own.items()}


def ingest(home: Path, names: tuple[str, ...]) -> None:
    """Ingest these sample manuals through the command line."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SAMPLES / name, target)
            beside = (SAMPLES / name).with_name("manual.toml")
            shutil.copy(beside, target.with_name("manual.toml"))
        done = subprocess.run(
            [*COMMAND, "ingest", folder], env=environment(home), cwd=folder, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(home: Path, log: Path, **settings: str) -> Iterator[str]:
    """`manualdesk serve` on a free port; yields its address once it has said it."""
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            env=environment(home, **settings),
            cwd=log.parent,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield _address(process, output)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _address(process: "subprocess.Popen[str]", output: Any) -> str:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r"http://[\d.]+:\d+", line):
            _drain(process, output)
            return found.group()
    raise AssertionError(f"manualdesk serve ended: {said}")


def _drain(process: "subprocess.Popen[str]", output: Any) -> None:
    """Keep reading what the server says, so that it never waits for a reader."""
    import threading

    def copy() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            output.write(line)
            output.flush()

    threading.Thread(target=copy, daemon=True).start()


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


def new_page(
    browser: Browser,
    *,
    language: str = "en-US",
    theme: Any = "light",
    width: int = 1280,
    height: int = 900,
    **more: Any,
) -> Page:
    """An empty one in a context of its own, which waits as long as tests do; `more`: of the context."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, color_scheme=theme, **more
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def open_page(
    browser: Browser, address: str, *, language: str = "en-US", theme: Any = "light", width: int = 1280
) -> Page:
    """The chat, connected and ready for a question. Its requests are collected in `requested_urls(page)`."""
    page = new_page(browser, language=language, theme=theme, width=width, height=800 if width > 600 else 844)
    urls: list[str] = []
    page.context.on("request", lambda request: urls.append(request.url))
    page.on("websocket", lambda socket: urls.append(socket.url))
    _requested[page] = urls
    with page.expect_websocket():
        page.goto(address)
    expect(page.locator("#chat-input")).to_be_visible(timeout=PATIENCE_MS)
    return page


_requested: dict[Page, list[str]] = {}


def requested_urls(page: Page) -> list[str]:
    """Every address the page asked for, websockets too."""
    return _requested[page]


def send(page: Page, question: str) -> None:
    """Type a question and send it, once the page is connected (its button says so): before that, Enter does nothing."""
    page.locator("#chat-input").click()
    page.keyboard.type(question)
    expect(page.locator("#chat-submit")).to_be_enabled(timeout=PATIENCE_MS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-step-type=user_message]").last).to_contain_text(question, timeout=PATIENCE_MS)


def ask(page: Page, question: str) -> None:
    """Ask and wait for the whole answer."""
    before = page.locator(".answer-foot").count()
    send(page, question)
    expect(page.locator(".answer-foot")).to_have_count(before + 1, timeout=PATIENCE_MS)


def answer(page: Page) -> str:
    """The text of the last message from the assistant."""
    return page.locator("[data-step-type=assistant_message] .message-content").last.inner_text()
