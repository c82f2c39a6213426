"""An ingest in a process of its own: it can be stopped at any time, and leaves the index as it was."""

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
