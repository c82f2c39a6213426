"""What the suites share: the embedding model made ready once, a home of one's own, the command in a child process."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

import pytest

from tests.running_postgres import postgres, programs
from tests.warm_command import WarmCommand, warm_command

ROOT = Path(__file__).parents[1]
MANUALDESK = Path(sys.executable).with_name("manualdesk")

Command = Callable[..., subprocess.CompletedProcess[str]]


TIERS = ("unit", "conformance", "system", "security", "browser")


def pytest_configure() -> None:
    """Ctrl-C is tested here; a runner in the background of a script has SIGINT ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


_running = ExitStack()


@lru_cache
def _warm() -> WarmCommand:
    """Where commands are run; started with the first one."""
    return _running.enter_context(warm_command())


def pytest_sessionfinish() -> None:
    _running.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick suites first; the browser last, for Playwright keeps an event loop running in this thread to the end."""

    def tier(item: pytest.Item) -> int:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        return TIERS.index(folder) if folder in TIERS else len(TIERS)

    items.sort(key=tier)


def environment(home: Path) -> dict[str, str]:
    """A child's environment: this home, no language model, nothing of the caller's own settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MANUALDESK_")}
    return {**kept, "MANUALDESK_HOME": str(home), "MANUALDESK_LLM_URL": "", "COLUMNS": "120"}


def command(home: Path, folder: Path) -> Command:
    """The `manualdesk` command with this home, run in this folder; its exit status is the test's to judge."""

    def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return _warm().run([*map(str, arguments)], env={**environment(home), **variables}, cwd=folder, timeout=300)

    return run


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where the system offers that: waiting for a busy disk is most of the time otherwise, and no test here
    cuts the power."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    # What the engine writes behind a closed index may come while the folder is deleted: that is no fault of a test.
    with tempfile.TemporaryDirectory(dir=memory, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL of the module's own."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    with postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of models, with the bundled one made ready; kept between runs."""
    from ingest.bundled_model import ensure_bundled_model

    folder = ROOT / ".manualdesk" / "models"
    ensure_bundled_model(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, models: Path) -> Path:
    """An empty home that has the models."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return folder


@pytest.fixture
def manualdesk(home: Path, tmp_path: Path) -> Command:
    return command(home, tmp_path)


@pytest.fixture(scope="session")
def samples_home(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A home with data/samples ingested through the command line. Tests only read it."""
    folder = tmp_path_factory.mktemp("samples-home")
    (folder / "models").symlink_to(models)
    done = command(folder, folder)("ingest", ROOT / "data" / "samples", "--strict", "--json")
    assert done.returncode == 0, done.stderr
    (folder / "report.json").write_text(done.stdout)
    return folder


@pytest.fixture
def on_samples(samples_home: Path, tmp_path: Path) -> Command:
    """The command over the ingested samples."""
    return command(samples_home, tmp_path)
