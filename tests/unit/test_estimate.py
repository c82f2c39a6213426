"""How long a run still takes: from the share of bytes that is embedded, and nothing said too early."""

from itertools import chain, repeat

from ingest.estimate import Estimate
from ingest.report import Progress


def state(embedded: int, chunks: int) -> Progress:
    return Progress(documents=0, documents_total=9, pages=0, chunks=chunks, embedded=embedded, current="")


def test_it_goes_by_bytes_since_small_files_come_first() -> None:
    now = iter(chain((0.0,), repeat(30.0)))
    estimate = Estimate(1_000_000, lambda: next(now))
    for _small in range(8):
        estimate.take(25_000)
    left = estimate.left_seconds(state(embedded=50, chunks=100))
    assert left == 270.0, "a tenth of all bytes took 30 s, whatever eight of nine files suggest"
    assert estimate.share(state(embedded=50, chunks=100)) == 0.1


def test_nothing_is_said_before_there_is_something_to_go_by() -> None:
    now = iter((0.0, 1.0, 1.0, 60.0, 60.0))
    estimate = Estimate(1_000_000, lambda: next(now))
    assert estimate.left_seconds(state(0, 0)) is None
    estimate.take(900_000)
    assert estimate.left_seconds(state(90, 100)) is None, "after a second"
    assert estimate.left_seconds(state(1, 100)) is None, "after a hundredth"
    assert estimate.left_seconds(state(100, 100)) is not None


def test_loading_a_model_says_nothing_of_the_rest() -> None:
    now = iter((0.0, 0.0, 100.0, 110.0))
    estimate = Estimate(1000, lambda: next(now))
    with estimate.paused():
        pass
    estimate.take(500)
    assert estimate.left_seconds(state(10, 10)) == 10.0


def test_no_bytes_no_promise() -> None:
    assert Estimate(0).left_seconds(state(1, 1)) is None
