"""Whatever ends a run, the records say how; what is indexed is noted with its audience."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.audience import Audience
from ingest.errors import ManualdeskError
from ingest.index.edge import EdgeStore
from ingest.pipeline import Job
from ingest.recorded import MOST_PATHS, Place, describe, opened_records, record_change, recorded
from ingest.records.types import Run, State
from tests.conformance.synthetic import DIMENSIONS, EMBEDDER, points


def newest(home: Path) -> Run:
    with opened_records(home) as records:
        return records.runs(1)[0]


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (ManualdeskError("no room", hint="make some"), State.FAILED, "no room"),
        (KeyboardInterrupt(), State.STOPPED, ""),
        (ZeroDivisionError("by zero"), State.FAILED, "ZeroDivisionError: by zero"),
    ],
)
def test_an_error_is_kept_and_goes_on(tmp_path: Path, error: BaseException, state: State, said: str) -> None:
    with opened_records(tmp_path) as records, pytest.raises(type(error)), recorded(records, "ingest", "manuals"):
        raise error
    run = newest(tmp_path)
    assert (run.state, run.error, run.job) == (state, said, "manuals")
    assert run.hint == (error.hint if isinstance(error, ManualdeskError) else "")


def test_a_run_whose_reader_goes_away_was_stopped(tmp_path: Path) -> None:
    def steps() -> Iterator[int]:
        with opened_records(tmp_path) as records, recorded(records, "ingest", "manuals"):
            yield 1
            yield 2

    run = steps()
    next(run)
    assert newest(tmp_path).state is State.RUNNING
    run.close()  # type: ignore[attr-defined]
    assert newest(tmp_path).state is State.STOPPED


def test_a_change_notes_the_run_and_what_is_indexed_for_whom(tmp_path: Path) -> None:
    place = Place(EdgeStore(tmp_path / "index"), EMBEDDER, tmp_path / "models", tmp_path)
    with place.store.draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        draft.replace("a b", points("a b", 1, revision="r9", audience=Audience.PUBLIC))
        info = draft.publish()
    record_change(place, "remove", ["gone c"], info)
    run = newest(tmp_path)
    assert (run.kind, run.state, run.generation, run.job) == ("remove", State.DONE, info.generation, "'gone c'")
    with opened_records(tmp_path) as records:
        known = records.revision("a b", "r9")
    assert known is not None
    assert known.audience is Audience.PUBLIC
    with place.store.revisions() as held:
        assert held == {"r9"}


def test_a_job_is_told_as_the_command_that_asks_for_it(tmp_path: Path) -> None:
    job = Job(paths=(tmp_path / "my manuals",), root=tmp_path, force=True, allow_removals=True)
    assert describe(job) == f"'{tmp_path}/my manuals' --root {tmp_path} --force --allow-removals"
    assert describe(Job(paths=(Path(os.fsdecode(b"/m/\xca\xd6")),))).encode() == b"'/m/??'"
    many = Job(paths=tuple(Path(f"/m/{number}.md") for number in range(MOST_PATHS + 3)))
    assert describe(many).endswith("/m/19.md and 3 more paths")
