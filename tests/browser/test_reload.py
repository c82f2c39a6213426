"""The agents' chat after a reload, and after its connection was lost: nothing is missing, nothing is there twice."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect
from playwright.sync_api import TimeoutError as Late

from serving.conversations.kept import stands_on
from serving.conversations.store import Conversations
from serving.database.engine import Database
from tests.browser.desk import PATIENCE_MS, ask, open_page, send
from tests.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser
QUESTION = "Does the T200 need a neutral wire or a C wire?"
FOLLOW_UP = "And how long do its batteries last?"
WIRING = "The T200 needs no neutral wire and no C wire."
REST = ("That makes it ", ScriptedModel.WAIT, "the right choice for old two-wire installations [1].")
COOKIE = "**/set-session-cookie"
LOOK_MS = 1_500


def conversation(page: Page, *, answers: int = 1) -> None:
    """So many questions with their answers, each once, and nothing under way."""
    expect(page.locator("[data-step-type=user_message]")).to_have_count(answers, timeout=PATIENCE_MS)
    expect(page.locator(".answer-foot")).to_have_count(answers, timeout=PATIENCE_MS)
    expect(page.locator("[data-step-type=assistant_message]")).to_have_count(answers, timeout=PATIENCE_MS)
    expect(page.locator("#stop-button")).to_have_count(0, timeout=PATIENCE_MS)


def begun(page: Page, model: ScriptedModel) -> None:
    """A question whose answer waits in its middle."""
    model.go.clear()
    model.script = [WIRING, " [1] ", *REST]
    send(page, QUESTION)
    growing(page)
    # The page has its own address once Chainlit has listed the conversations, which may be after the first words.
    page.wait_for_url("**/thread/**", wait_until="commit", timeout=PATIENCE_MS)


def words(page: Page) -> str:
    """Of the answer, without what stands around it."""
    return page.locator("[data-step-type=assistant_message] [role=article]").inner_text()


def growing(page: Page) -> None:
    expect(page.locator("[data-step-type=assistant_message]")).to_contain_text(WIRING, timeout=PATIENCE_MS)
    expect(page.locator("#stop-button")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-step-type=user_message]")).to_have_count(1, timeout=PATIENCE_MS)


def whole(page: Page, model: ScriptedModel) -> None:
    """The answer goes on to its end, as it is stored."""
    model.go.set()
    conversation(page)
    answer = page.locator("[data-step-type=assistant_message]")
    expect(answer).to_contain_text("two-wire installations", timeout=PATIENCE_MS)
    expect(page.locator("#stop-button")).to_have_count(0, timeout=PATIENCE_MS)
    said = words(page)
    page.reload()
    conversation(page)
    expect(answer.get_by_role("article")).to_have_text(said, use_inner_text=True, timeout=PATIENCE_MS)


@contextmanager
def busy(threads: int = 4) -> Iterator[None]:
    """The browser's and the server's turns come late: as many processes compute as would fill the machine twice."""
    computing = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(threads)]
    try:
        yield
    finally:
        for each in computing:
            each.kill()
            each.wait()


def test_the_conversation_is_there_though_the_first_cookie_comes_last(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    asked: list[Route] = []

    def held(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route(COOKIE, held)
    with page.expect_request(COOKIE):
        page.reload(wait_until="commit")
    # A second one is answered at once where it does not wait for the first.
    with suppress(Late), page.expect_response(COOKIE, timeout=LOOK_MS):
        pass
    asked[0].continue_()
    conversation(page)
    page.context.close()


def test_the_conversation_is_there_after_each_reload_of_a_busy_machine(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    ask(page, QUESTION)
    with busy():
        for _ in range(5):
            page.reload(wait_until="commit")
            conversation(page)
    ask(page, FOLLOW_UP)
    conversation(page, answers=2)
    page.context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_a_reload_in_the_middle_of_an_answer_goes_on_with_it(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    page = open_page(browser, modelled_address)
    begun(page, model)
    page.reload()
    growing(page)
    page.reload()  # and once more: it is not the page that asked
    growing(page)
    whole(page, model)
    page.context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_an_answer_is_stopped_from_the_page_that_was_loaded_in_its_middle(
    browser: Browser, modelled_address: str, model: ScriptedModel, home: Path
) -> None:
    page = open_page(browser, modelled_address)
    model.hung_up.clear()
    begun(page, model)
    page.reload()
    growing(page)
    page.locator("#stop-button").click()
    expect(page.locator("[data-step-type=assistant_message]")).to_contain_text("Stopped.", timeout=PATIENCE_MS)
    assert model.hung_up.wait(timeout=10), "the model is not left computing"
    expect(page.locator("#stop-button")).to_have_count(0, timeout=PATIENCE_MS)
    page.reload()
    stopped = page.locator("[data-step-type=assistant_message]")
    expect(stopped).to_contain_text(WIRING, timeout=PATIENCE_MS)
    expect(stopped).to_contain_text("Stopped.")
    database = Database(home)
    kept = Conversations(database).messages(page.url.rsplit("/", 1)[1], "here")[-1]
    database.close()
    places = stands_on(kept.answer) or ()
    assert any(document.endswith("t200-user-guide.pdf") for document, _ in places), "it goes when its manual does"
    page.context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_a_lost_connection_loses_and_doubles_nothing(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/ws/socket.io/**", through)
    page.goto(modelled_address)
    begun(page, model)
    with page.expect_websocket():
        sockets[-1].close()
    growing(page)
    whole(page, model)
    with page.expect_websocket():
        sockets[-1].close()
    conversation(page)
    model.script = [WIRING + " [1]"]
    ask(page, FOLLOW_UP)
    conversation(page, answers=2)
    context.close()


@pytest.mark.usefixtures("nothing_cached")
def test_a_second_page_of_the_conversation_takes_nothing_from_the_first(
    browser: Browser, modelled_address: str, model: ScriptedModel
) -> None:
    page = open_page(browser, modelled_address)
    begun(page, model)
    beside = page.context.new_page()
    beside.goto(page.url)
    growing(beside)
    model.go.set()
    conversation(page)
    conversation(beside)
    assert words(page) == words(beside)
    page.context.close()
