"""What opening a page costs: bytes over the line and requests, at first and again. The bench measures seconds."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE_MS, new_page

pytestmark = pytest.mark.browser

MOST_REQUESTS = 40


class Weight:
    """Of what a page fetches from now on."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self.requests = 0
        tools = page.context.new_cdp_session(page)
        tools.on("Network.requestWillBeSent", self._asked)
        tools.on("Network.loadingFinished", self._came)
        tools.send("Network.enable")

    def _asked(self, _said: object) -> None:
        self.requests += 1

    def _came(self, said: dict[str, float]) -> None:
        self.bytes += int(said["encodedDataLength"])


def opened(page: Page, address: str, awaited: str) -> Weight:
    weight = Weight(page)
    page.goto(address)
    expect(page.locator(awaited).first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_load_state("load")
    return weight


def test_the_chat_is_fetched_compressed_and_only_once(browser: Browser, address: str) -> None:
    page = new_page(browser)
    first = opened(page, address, "#chat-input")
    assert first.bytes < 1_600_000
    assert first.requests < MOST_REQUESTS
    again = opened(page.context.new_page(), address, "#chat-input")
    assert again.bytes < 60_000
    page.context.close()


@pytest.mark.parametrize("path", ["/desk/documents", "/desk/answers", "/desk/gaps", "/desk/usage", "/shop/t200"])
def test_other_pages_are_light(browser: Browser, address: str, path: str) -> None:
    page = new_page(browser)
    weight = opened(page, f"{address}{path}", "h1")
    assert weight.bytes < 100_000
    assert weight.requests < MOST_REQUESTS / 2
    page.context.close()
