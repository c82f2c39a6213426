"""Signing in with a real browser: a one-time password, one's own, the chat, and out again; in both languages."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import COMMAND, PATIENCE_MS, environment, new_page, serving

pytestmark = pytest.mark.browser
CHOSEN = "blue lamps sing at dawn"
ENGLISH = ("7 more characters are needed", "easy to guess: add words", "good", "very good")
CHINESE = ("还需要 7 个字符", "容易被猜到：再加几个词", "好", "很好")


@dataclass(frozen=True, slots=True)
class Served:
    """A server with sign-in by password, and what it said at its start."""

    address: str
    home: Path
    log: Path

    def first_password(self) -> str:
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not (found := re.search(r"one-time password ([\w-]+);", self.log.read_text(encoding="utf-8"))):
            assert time.monotonic() < deadline
        return found.group(1)

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [*COMMAND, *arguments], env=environment(self.home), capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, log = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("log") / "signed.log"
    with serving(home, log, sign_in="password") as address:
        yield Served(address, home, log)


def opened(browser: Browser, language: str, theme: Literal["light", "dark"], width: int) -> Page:
    return new_page(browser, language=language, theme=theme, width=width, height=844)


def sign_in(page: Page, name: str, password: str) -> None:
    page.fill("#name", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def reveals(page: Page, field: str) -> None:
    """What was typed is shown by keyboard, and hidden again before it is sent."""
    page.fill(field, "typed by hand")
    button = page.locator("[data-reveal]")
    button.focus()
    for kind, pressed in (("text", "true"), ("password", "false"), ("text", "true")):
        page.keyboard.press("Space")
        expect(page.locator(field)).to_have_attribute("type", kind)
        expect(button).to_have_attribute("aria-pressed", pressed)
    page.evaluate("""() => document.addEventListener("submit", event => {
        window.sentAs = [...event.target.querySelectorAll("#password, #old, #new")].map(each => each.type);
        event.preventDefault();
    }, {once: true})""")
    page.locator("main form button[type=submit]").first.evaluate("button => button.form.noValidate = true")
    page.locator("main form button[type=submit]").first.click()
    assert set(page.evaluate("window.sentAs")) == {"password"}


def judged(page: Page, typed: str) -> str:
    """What is said of a new password while it is typed; nothing of it is sent."""
    page.fill("#new", typed)
    return page.locator(".strength [role=status]").inner_text()


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in {"serious", "critical"}]


def fits(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.parametrize(
    ("language", "theme", "width", "words"),
    [
        ("en-US", "light", 1280, ("Sign in", "Choose a password", "tried first", "Account", "Sign out", *ENGLISH)),
        ("zh-CN", "dark", 390, ("登录", "设置密码", "最容易被猜到", "账户", "退出", *CHINESE)),
    ],
)
def test_a_one_time_password_becomes_ones_own_and_opens_the_chat(
    browser: Browser, served: Served, language: str, theme: Literal["light", "dark"], width: int, words: tuple[str, ...]
) -> None:
    name = "admin" if language == "en-US" else "lin"
    once = (
        served.first_password()
        if name == "admin"
        else json.loads(served.command("people", "add", "lin", "--json"))["one_time_password"]
    )
    page = opened(browser, language, theme, width)
    page.goto(served.address)
    assert page.url == f"{served.address}/sign-in?next=/"
    expect(page.locator("h1")).to_have_text(words[0])
    assert not serious(page)
    assert fits(page, width)
    reveals(page, "#password")
    sign_in(page, name, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#name")).to_have_value(name)
    sign_in(page, name, once)
    expect(page.locator("h1")).to_have_text(words[1])
    reveals(page, "#new")
    said = [judged(page, typed) for typed in ("short", "abcdefghijklmno", "correct horse battery", CHOSEN)]
    assert said == list(words[5:])
    assert not serious(page)
    assert fits(page, width)
    page.goto(f"{served.address}/desk/account")
    expect(page.locator("h1")).to_have_text(words[1])
    for new in ("password1234", CHOSEN):
        page.fill("#old", once)
        page.fill("#new", new)
        page.fill("#again", new)
        page.keyboard.press("Enter")
        if new != CHOSEN:
            expect(page.get_by_role("alert")).to_contain_text(words[2])
    expect(page.locator("#chat-input")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{served.address}/desk/account")
    expect(page.locator("h1")).to_have_text(words[3])
    assert not serious(page)
    assert fits(page, width)
    page.locator("details.me summary").click()
    page.get_by_role("button", name=words[4]).click()
    page.wait_for_url(f"{served.address}/sign-in")
    page.goto(f"{served.address}/")
    assert page.url.startswith(f"{served.address}/sign-in")
    page.context.close()


def test_an_admin_adds_somebody_makes_a_key_and_reads_the_log(browser: Browser, served: Served) -> None:
    made = json.loads(served.command("people", "add", "ada", "--role", "admin", "--json"))
    page = opened(browser, "en-US", "light", 1280)
    page.goto(f"{served.address}/sign-in?next=/desk/people/new")
    sign_in(page, "ada", made["one_time_password"])
    page.fill("#old", made["one_time_password"])
    page.fill("#new", CHOSEN)
    page.fill("#again", CHOSEN)
    page.keyboard.press("Enter")
    expect(page.locator("#chat-input")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{served.address}/desk/people/new")
    page.fill("#name", "mia")
    page.fill("#shown_name", "Mia Lopez")
    page.locator("main button[type=submit]").click()
    expect(page.locator("#secret")).to_be_visible()
    page.goto(f"{served.address}/desk/keys")
    page.fill("#label", "web shop")
    page.locator("main .card button[type=submit]").click()
    assert page.locator("#secret").inner_text().startswith("mdk_")
    for path, text in (("people", "Mia Lopez"), ("keys", "web shop"), ("sessions", "ada"), ("audit", "key.added")):
        page.goto(f"{served.address}/desk/{path}")
        expect(page.locator("main")).to_contain_text(text)
        assert not serious(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert fits(page, 390)
        page.set_viewport_size({"width": 1280, "height": 844})
    page.context.close()


def test_an_open_chat_ends_and_leads_to_sign_in_when_an_admin_ends_it(browser: Browser, served: Served) -> None:
    once = json.loads(served.command("people", "add", "vic", "--json"))["one_time_password"]
    page = opened(browser, "en-US", "light", 1280)
    page.goto(served.address)
    sign_in(page, "vic", once)
    page.fill("#old", once)
    page.fill("#new", CHOSEN)
    page.fill("#again", CHOSEN)
    with page.expect_websocket() as opening:
        page.keyboard.press("Enter")
    expect(page.locator("#chat-input")).to_be_visible(timeout=PATIENCE_MS)
    socket = opening.value
    with socket.expect_event("close", timeout=PATIENCE_MS):
        served.command("sessions", "end", "--person", "vic")
    page.wait_for_url(f"{served.address}/sign-in?next=*")
    page.context.close()
