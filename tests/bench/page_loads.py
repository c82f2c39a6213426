"""Loads of pages in a browser: a served desk comes in, what each kind of page took leaves. For `pages.py`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.browser.desk import ask, new_page
from tests.chat_client import COOKIE

HEADING = "document.readyState === 'complete' && document.querySelector('main h1')"
SENDABLE = "document.querySelector('#chat-submit')?.disabled === false"
BUBBLE = "document.querySelector('manualdesk-widget')?.shadowRoot?.querySelector('.bubble')"
PICTURE = "[...document.querySelectorAll('.panel-page img')].some(each => each.complete && each.naturalWidth)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A screen and the line behind it."""

    name: str
    width: int
    height: int
    megabits: float
    there_and_back_ms: int


SIZES = (
    Size(name="desktop", width=1280, height=800, megabits=20, there_and_back_ms=20),
    Size(name="phone", width=390, height=844, megabits=12, there_and_back_ms=70),
)
"""An office's line; a phone's as WebPageTest's profile `LTE` has it."""
LANGUAGES = ("en-US", "zh-CN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One opened page; seconds from the beginning of the load, 0 where there is no such moment."""

    page: str
    size: str
    language: str
    painted: float
    loaded: float
    usable: float
    kilobytes: float
    requests: int
    foreign: tuple[str, ...]


class Traffic:
    """What a page fetches from now on, as it comes over the line: compressed."""

    def __init__(self, page: Page, size: Size) -> None:
        self.kilobytes = 0.0
        self.urls: list[str] = []
        tools = page.context.new_cdp_session(page)
        tools.on("Network.requestWillBeSent", lambda said: self.urls.append(said["request"]["url"]))
        tools.on("Network.webSocketCreated", lambda said: self.urls.append(said["url"].replace("ws", "http", 1)))
        tools.on("Network.loadingFinished", self._finished)
        tools.send("Network.enable")
        rate = size.megabits * 1e6 / 8
        line = {"latency": size.there_and_back_ms, "downloadThroughput": rate, "uploadThroughput": rate}
        tools.send("Network.emulateNetworkConditions", {"offline": False, **line})

    def _finished(self, said: dict[str, Any]) -> None:
        self.kilobytes += said["encodedDataLength"] / 1000

    def outside(self, own: Sequence[str]) -> tuple[str, ...]:
        mine = tuple(f"{address}/" for address in own)
        return tuple(url for url in self.urls if not url.startswith((*mine, "data:", "blob:")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is looked at."""

    address: str
    shop: str
    token: str
    manual: str
    question: str

    def paths(self) -> dict[str, str]:
        """Pages made on the server, by name."""
        manual = f"/desk/documents/{quote(self.manual)}"
        shown = {
            "documents": "/desk/documents",
            "documents, searched": "/desk/documents?q=guide&sort=quality",
            "a document": manual,
            "pages and chunks": f"{manual}/chunks?page=2",
            "upload": "/desk/documents/upload",
            "search test": f"/desk/search?q={quote(self.question)}",
        }
        names = ("answers", "gaps", "usage", "labels", "hand-overs", "conversations")
        administered = ("people", "keys", "sessions", "sites", "audit")
        return shown | {name: f"/desk/{name}" for name in (*names, *administered)}


class Visit:
    """One browser profile: nothing is cached in the beginning."""

    def __init__(self, browser: Browser, desk: Desk, size: Size, language: str) -> None:
        self.desk, self.size, self.language = desk, size, language
        page = new_page(browser, language=language, width=size.width, height=size.height)
        page.context.add_cookies([{"name": COOKIE, "value": desk.token, "url": desk.address}])
        self.page: Page = page
        self.context: BrowserContext = page.context

    def opened(self, name: str, address: str, ready: Callable[[Page], float]) -> Load:
        """`ready` waits for the page, and says at which second it was usable."""
        traffic = Traffic(self.page, self.size)
        self.page.goto(address, wait_until="commit")
        usable = ready(self.page)
        self.page.wait_for_load_state("load")
        return self._load(name, traffic, usable)

    def _load(self, name: str, traffic: Traffic, usable: float) -> Load:
        moments = self.page.evaluate(
            "() => [performance.getEntriesByName('first-contentful-paint')[0]?.startTime || 0,"
            " performance.getEntriesByType('navigation')[0].loadEventStart]"
        )
        return self.told(name, traffic, usable, *(moment / 1000 for moment in moments))

    def told(self, name: str, traffic: Traffic, usable: float, painted: float = 0, loaded: float = 0) -> Load:
        own = (self.desk.address, self.desk.shop)
        return Load(
            page=name,
            size=self.size.name,
            language=self.language,
            painted=painted,
            loaded=loaded,
            usable=usable,
            kilobytes=traffic.kilobytes,
            requests=len(traffic.urls),
            foreign=traffic.outside(own),
        )


def all_pages(browser: Browser, desk: Desk, size: Size, language: str, only: str) -> Iterator[Load]:
    """Each kind of page once."""
    for name, visit in _visits(desk).items():
        if only in name:
            visitor = Visit(browser, desk, size, language)
            yield from visit(visitor)
            visitor.context.close()


def _visits(desk: Desk) -> dict[str, Callable[[Visit], Iterator[Load]]]:
    visits: dict[str, Callable[[Visit], Iterator[Load]]] = {"sign-in": _sign_in, "chat": _chat, "shop": _shop}
    for name, path in desk.paths().items():
        visits[name] = lambda visitor, name=name, path=path: iter(
            [visitor.opened(name, f"{desk.address}{path}", lambda page: _since(page, HEADING))]
        )
    return visits


def _sign_in(visitor: Visit) -> Iterator[Load]:
    visitor.context.clear_cookies()
    yield visitor.opened("sign-in", f"{visitor.desk.address}/sign-in", lambda page: _since(page, HEADING))


def _chat(visitor: Visit) -> Iterator[Load]:
    yield visitor.opened("chat", f"{visitor.desk.address}/", _sendable)
    again = visitor.context.new_page()
    visitor.page.close()
    visitor.page = again
    yield visitor.opened("chat, again", f"{visitor.desk.address}/", _sendable)
    visitor.page.locator("#chat-input").fill("")
    ask(visitor.page, visitor.desk.question)
    traffic = Traffic(visitor.page, visitor.size)
    before = visitor.page.evaluate("performance.now()") / 1000
    visitor.page.locator(".answer-sources button").first.click()
    yield visitor.told("source panel", traffic, _since(visitor.page, PICTURE) - before)


def _shop(visitor: Visit) -> Iterator[Load]:
    language = visitor.language.partition("-")[0]
    address = f"{visitor.desk.shop}/shop/t200?language={language}"

    def typed(page: Page) -> float:
        shown = _since(page, BUBBLE)
        page.wait_for_load_state("load")
        clicked = page.evaluate("performance.now()") / 1000
        page.locator("manualdesk-widget .bubble").click()
        page.locator("manualdesk-widget .ask textarea").fill("a")
        return shown + float(page.evaluate("performance.now()")) / 1000 - clicked

    yield visitor.opened("shop with the chat open", address, typed)


def _sendable(page: Page) -> float:
    page.locator("#chat-input").click()
    page.keyboard.type("a")
    return _since(page, SENDABLE)


def _since(page: Page, condition: str) -> float:
    """Seconds of the page's own clock at which this came true."""
    return float(page.wait_for_function(f"() => ({condition}) ? performance.now() : 0").json_value()) / 1000
