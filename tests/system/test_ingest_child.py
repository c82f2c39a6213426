"""An ingest in a process of its own: it can be stopped at any time, and leaves the index as it was."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ingest.errors import NothingPublished
from ingest.pipeline import Job
from ingest.recorded import opened_records
from ingest.records.types import State
from ingest.report import Progress, Report
from serving.api.ingest_child import ingest_in_child
from serving.compose import build_store
from serving.settings import Settings
from tests.desk import manual

STOPPED_SECONDS = 30


def settings(home: Path) -> Settings:
    return Settings(home=home, llm_url="")


def test_it_is_stopped_before_it_says_anything_and_goes_on_the_next_time(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "manuals"
    folder.mkdir()
    (folder / "guide.md").write_text(manual("Mixer M1", 3))
    job = Job(paths=(folder,))
    with closing(ingest_in_child(settings(home), job)) as steps:
        step = next(steps)
        assert isinstance(step, Progress)
        assert not step.current, "it was asked while models load: that is a heartbeat"
        started = time.monotonic()
    assert time.monotonic() - started < STOPPED_SECONDS
    with pytest.raises(NothingPublished):
        build_store(settings(home)).open()
    with opened_records(home) as records:
        assert [run.state for run in records.runs(5)] in ([State.STOPPED], []), "it is told apart from a failure"

    *_steps, report = ingest_in_child(settings(home), job)
    assert isinstance(report, Report)
    assert report.added == ("guide.md",)


INTERRUPTED = """
import sys
from pathlib import Path
from ingest.pipeline import Job
from serving.api.ingest_child import ingest_in_child
from serving.settings import Settings
home, folder = map(Path, sys.argv[1:])
try:
    print("begun", flush=True)
    for _step in ingest_in_child(Settings(home=home, llm_url=""), Job(paths=(folder,))):
        pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()


def test_ctrl_c_ends_it_without_a_traceback(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "manuals"
    folder.mkdir()
    (folder / "guide.md").write_text(manual("Mixer M1", 3))
    server = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(home), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + STOPPED_SECONDS
    assert server.stdout is not None
    assert server.stdout.readline() == "begun\n"
    while not (begun := children(server.pid)):
        assert time.monotonic() < deadline
    os.killpg(server.pid, signal.SIGINT)  # as a terminal does, while the child still imports
    said, complained = server.communicate(timeout=STOPPED_SECONDS)
    assert (said, complained) == ("interrupted\n", "")
    while any(Path(f"/proc/{child}").exists() for child in begun):
        assert time.monotonic() < deadline, "it ends with whoever asked"
