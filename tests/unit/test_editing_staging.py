"""Uploads that wait: they move in when they are ingested, and back when that fails, whatever they had replaced."""

import fcntl
import threading
import time
from collections.abc import Generator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO

import pytest

from ingest.errors import ModelUnavailable, ReadError
from ingest.originals import fingerprint
from ingest.pipeline import Job
from ingest.report import Failure, Progress, Report
from serving.api.errors import NotFound
from tests.manual_index import Manual
from ui.editing.differences import COMPUTING, Differences
from ui.editing.staging import Staging

NAME = "pump/en/guide.md"
STEP = Progress(documents=0, documents_total=1, pages=0, chunks=0, embedded=0, current=NAME)


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    made = Staging(tmp_path)
    made.published.take(NAME, BytesIO(b"old"))
    made.take(NAME, BytesIO(b"new"))
    return made


def lies(staging: Staging) -> tuple[bytes | None, bytes | None]:
    """What waits, and what is published."""
    found = (folder.file(NAME) for folder in (staging.waiting, staging.published))
    waits, published = (path.read_bytes() if path else None for path in found)
    return waits, published


def ended(*failed: str) -> Report:
    failures = tuple(Failure(document=name, error="broken", hint="") for name in failed)
    return Report(
        added=(), updated=(), unchanged=0, removed=(), failed=failures, skipped=(), documents=1, chunks=1, pages=0,
        generation="g", seconds=0.0,
    )  # fmt: skip


def test_what_was_ingested_is_published_and_waits_no_more(staging: Staging) -> None:
    seen: list[Job] = []

    def ingest(job: Job) -> Generator[Progress | Report]:
        seen.append(job)
        assert lies(staging) == (None, b"new")
        yield STEP
        yield ended()

    assert isinstance(list(staging.publish(ingest, [NAME]))[-1], Report)
    assert lies(staging) == (None, b"new")
    assert seen == [Job(paths=(staging.published.folder / NAME,), root=staging.published.folder)]
    assert not list(staging.waiting.folder.rglob("*")), "nothing is left lying about"


@pytest.mark.parametrize("how", ["manual fails", "run fails", "cancelled"])
def test_what_was_not_ingested_waits_again_and_the_old_file_is_back(staging: Staging, how: str) -> None:
    def ingest(_job: Job) -> Generator[Progress | Report]:
        yield STEP
        if how == "run fails":
            raise ModelUnavailable("no weights")
        yield ended(NAME)

    steps = staging.publish(ingest, [NAME])
    next(steps)
    if how == "cancelled":
        steps.close()
    elif how == "run fails":
        with pytest.raises(ModelUnavailable):
            next(steps)
    else:
        list(steps)
    assert lies(staging) == (b"new", b"old")
    assert not list(staging.waiting.folder.glob(".*"))


def test_a_newer_upload_is_not_overwritten_by_one_that_failed(staging: Staging) -> None:
    def ingest(_job: Job) -> Generator[Progress | Report]:
        staging.take(NAME, BytesIO(b"newest"))
        yield ended(NAME)

    list(staging.publish(ingest, [NAME]))
    assert lies(staging) == (b"newest", b"old")


@pytest.mark.parametrize("published", [False, True])
def test_after_a_kill_files_wait_again_unless_they_were_published(staging: Staging, published: bool) -> None:
    killed = staging.publish(lambda _job: iter_of(ended()), [NAME])
    next(killed)
    assert lies(staging) == (None, b"new")
    staging.recover({})
    assert lies(staging) == (None, b"new"), "it goes on, so nobody touches its files"
    folder = staging.waiting.folder.parent
    as_left = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    killed.close()
    for path in [each for each in folder.rglob("*") if each.is_file()]:
        path.unlink()
    for path, content in as_left.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    anew = Staging(folder)
    revision, _size = fingerprint(anew.published.folder / NAME)
    anew.recover({NAME: revision if published else "another"})
    assert lies(anew) == ((None, b"new") if published else (b"new", b"old"))
    assert not list(anew.waiting.folder.glob(".*"))
    anew.recover({})


def test_a_kill_before_anything_moved_loses_nothing(staging: Staging) -> None:
    journal = staging.waiting.folder / ".publishing"
    for written in (f'["{NAME}"]', "", "[", '["../../x"]'.replace("../../x", "gone.md")):
        journal.write_text(written)
        staging.recover({})
        assert lies(staging) == (b"new", b"old")
        assert not journal.exists()


def test_a_look_at_uploads_whose_publishing_ends_this_moment_fails_for_nobody(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    (staging.waiting.folder / ".publishing").write_text("[]")
    opened = Path.open

    def ends_first(path: Path, mode: str) -> IO[Any]:
        path.unlink()
        return opened(path, mode)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", ends_first)
        staging.recover({})
    assert lies(staging) == (b"new", b"old")


def test_a_look_at_uploads_with_an_older_index_takes_nothing_back_that_was_published_meanwhile(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing = staging.publish(lambda _job: iter_of(ended()), [NAME])
    next(publishing)
    lock = fcntl.flock

    def ends_first(file: BinaryIO, how: int) -> None:
        publishing.close()
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", ends_first)
    staging.recover({NAME: "as it was before"})
    assert lies(staging) == (None, b"new")


def test_a_new_manual_that_fails_leaves_nothing_published(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.take(NAME, BytesIO(b"new"))
    list(staging.publish(lambda _job: iter_of(ended(NAME)), [NAME]))
    assert lies(staging) == (b"new", None)


def iter_of(report: Report) -> Generator[Progress | Report]:
    yield report


def test_settings_of_a_folder_concern_all_that_lies_in_it(staging: Staging) -> None:
    staging.take("pump/manual.toml", BytesIO(b"[default]\n"))
    seen: list[Job] = []

    def ingest(job: Job) -> Generator[Progress | Report]:
        seen.append(job)
        yield ended()

    list(staging.publish(ingest, ["pump/manual.toml"]))
    assert seen[0].paths == (staging.published.folder / "pump",)
    assert [each.document for each in staging.files()] == [NAME]


def test_nothing_that_waits_is_nothing_to_publish_or_discard(staging: Staging) -> None:
    staging.discard(NAME)
    assert lies(staging) == (None, b"old")
    with pytest.raises(NotFound):
        list(staging.publish(lambda _job: iter_of(ended()), [NAME]))
    for name in (NAME, "../x.md", "/etc/passwd", ""):
        with pytest.raises(NotFound):
            staging.discard(name)
        assert staging.find(name) is None


def test_a_difference_is_found_in_the_background_and_kept(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.take(NAME, BytesIO(b"# Pump\n\nTurn it off first.\n"))
    staged = staging.find(NAME)
    assert staged is not None
    differences = Differences(lambda: pytest.fail("a new manual needs no index"))
    assert differences.of(staged, None) is COMPUTING
    differences.settle()
    found = differences.of(staged, None)
    assert (found.state, found.chunks, found.title) == ("new", 1, "Pump")
    assert differences.of(staged, None) is found


def test_closing_ends_what_is_compared_and_what_waits_for_it(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    for number in range(20):
        staging.take(f"pump/en/{number}.md", BytesIO(b"# Pump\n\nTurn it off first.\n"))
    differences = Differences(lambda: pytest.fail("new manuals need no index"))
    for staged in staging.files():
        assert differences.of(staged, None) is COMPUTING
    (thread,) = [each for each in threading.enumerate() if each.name.startswith("differences")]
    differences.close()
    thread.join(15)
    assert not thread.is_alive()
    assert all(differences.of(staged, None).state in {"computing", "failed"} for staged in staging.files())


def test_closing_ends_a_comparison_that_takes_long() -> None:
    old, new = (
        Manual(NAME, "Pump", sections=(("Care", words * 20_000),)).chunks() for words in ("on off ", "off on on ")
    )
    differences = Differences(lambda: pytest.fail("both are given"))
    differences.close()
    started = time.monotonic()
    with pytest.raises(ReadError, match="broke off"):
        differences._compared(old, new, NAME)
    assert time.monotonic() - started < 20


def test_nothing_is_remembered_of_files_that_wait_no_more(staging: Staging) -> None:
    for number in range(20):
        staging.take("mixer/en/passing.md", BytesIO(b"x" * (number + 1)))
        assert [each.size for each in staging.files() if each.document != NAME] == [number + 1]
        staging.discard("mixer/en/passing.md")
    staging.files()
    assert len(staging._fingerprints) == 1


def test_a_file_that_was_sent_again_has_its_new_revision(staging: Staging) -> None:
    before = staging.find(NAME)
    staging.take(NAME, BytesIO(b"now"))
    after = staging.find(NAME)
    assert before is not None
    assert after is not None
    assert (before.size, before.revision == after.revision) == (after.size, False)
