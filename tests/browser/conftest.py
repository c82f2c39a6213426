"""One small index, one browser, and a server with and without a language model for all browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from serving.stored.opening import open_shelf
from tests.browser.desk import chromium, chromium_path, ingest, serving
from tests.scripted_model import ScriptedModel

DOCUMENTS = ("smart-home/en/t200-user-guide.pdf", "smart-home/zh/l30-door-lock.html", "wearables/zh/w5-watch.pdf")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with chromium(path) as running:
        yield running


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three sample manuals indexed."""
    folder = tmp_path_factory.mktemp("home")
    ingest(folder, DOCUMENTS)
    return folder


@pytest.fixture(scope="session")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without a language model: its answers are quotes."""
    with serving(home, tmp_path_factory.mktemp("log") / "quotes.log") as url:
        yield url


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel().running() as running:
        yield running


@pytest.fixture(scope="session")
def modelled_address(home: Path, model: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose language model says what `model.script` holds."""
    with serving(home, tmp_path_factory.mktemp("log") / "model.log", llm_url=model.url) as url:
        yield url


@pytest.fixture
def nothing_cached(home: Path) -> None:
    """The model is asked again what it answered in an earlier test."""
    shelf = open_shelf(home, "")
    shelf.clear()
    shelf.close()


@pytest.fixture(scope="session")
def empty_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose home holds no index."""
    with serving(tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("log") / "empty.log") as url:
        yield url
