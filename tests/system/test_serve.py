"""`manualdesk serve` as it is run: served to a key, it takes a manual, ingests it in a child and answers from it."""

import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.errors import SettingError
from ingest.pipeline import Job
from ingest.report import Report
from serving.api.ingest_child import ingest_in_child
from serving.keys import Role
from serving.keys_store import KeyStore
from serving.settings import Settings
from tests.api_desk import client
from tests.conftest import MANUALDESK, environment
from tests.desk import manual

TEXT = manual("Kettle K1", 1, s0="Hold the button of the kettle for 10 seconds to reset it. The lamp blinks twice.")
PATIENCE_SECONDS = 300


@contextmanager
def served(home: Path, *options: str) -> Iterator[str]:
    """The command in a child process; yields the address that it tells, ends it with Ctrl-C."""
    process = subprocess.Popen(
        [str(MANUALDESK), "serve", "--port", "0", *options],
        env=environment(home),
        cwd=home,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        told = process.stderr.readline()
        port = re.search(r"http://[\d.]+:(\d+)", told)
        assert port, told
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield f"http://127.0.0.1:{port[1]}"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) is not None


def awaited(ask: Any, until: Any) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not until(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)  # between questions to another process; the condition is what is waited for
    return found


def test_a_key_serves_another_address(home: Path) -> None:
    editor = KeyStore(home).create("editor", Role.EDITOR)[0]
    customer = KeyStore(home).create("customer", Role.CUSTOMER)[0]
    with served(home, "--host", "0.0.0.0") as address, client(address, editor) as http:
        assert httpx.get(f"{address}/v1/models", trust_env=False, timeout=60).status_code == 401
        assert http.get("/").status_code == 404
        assert http.post("/v1/documents", files={"file": ("kettle.md", TEXT.encode())}).status_code == 201
        job = http.post("/v1/ingest").json()["id"]
        ended = awaited(lambda: http.get(f"/v1/jobs/{job}").json(), lambda told: told["ended_at"])
        assert ended["state"] == "done", ended
        assert ended["report"]["added"] == ["kettle.md"]
        awaited(lambda: http.post("/v1/ask", json={"question": "kettle"}).status_code, lambda status: status == 200)
        assert "10 seconds" in http.post("/v1/ask", json={"question": "How do I reset the kettle K1?"}).json()["answer"]
        with client(address, customer) as other:
            assert other.post("/v1/search", json={"question": "reset the kettle"}).json()["passages"] == []
        assert "manualdesk_kept_answers_total" in http.get("/metrics").text


def test_errors_of_a_child_are_ours(home: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="does not exist"):
        list(ingest_in_child(Settings(home=home), Job(paths=(tmp_path / "nowhere",))))


@pytest.mark.slow
def test_a_child_that_is_left_stops(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "manuals"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.md").write_text(TEXT.replace("K1", f"K{number}"))
    steps = ingest_in_child(Settings(home=home), Job(paths=(folder,)))
    assert not isinstance(next(steps), Report)
    steps.close()
    *_, report = ingest_in_child(Settings(home=home), Job(paths=(folder,)))
    assert isinstance(report, Report), "nothing of the one that was left is in the way"
    assert report.documents == 3
