"""Sync code over coroutines: results, errors, early leaving, callers with a loop of their own."""

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from serving.event_thread import EventThread


@pytest.fixture
def thread() -> EventThread:
    return EventThread("test")


async def counted(stop: int = 5) -> AsyncGenerator[int]:
    for number in range(stop):
        await asyncio.sleep(0)
        yield number


async def failing() -> AsyncGenerator[int]:
    yield 1
    raise ValueError("in the middle")


def test_a_coroutine_gives_its_result(thread: EventThread) -> None:
    assert thread.run(asyncio.sleep(0, "done")) == "done"
    assert thread.run(asyncio.sleep(0, "again")) == "again"
    thread.close()


def test_items_come_in_order_and_errors_where_they_happen(thread: EventThread) -> None:
    assert list(thread.iterate(counted)) == [0, 1, 2, 3, 4]
    items = thread.iterate(failing)
    assert next(items) == 1
    with pytest.raises(ValueError, match="in the middle"):
        next(items)
    thread.close()


def test_an_item_is_given_before_the_next_one_is_made(thread: EventThread) -> None:
    go = threading.Event()

    async def waiting() -> AsyncGenerator[str]:
        yield "first"
        await asyncio.to_thread(go.wait)
        yield "second"

    items = thread.iterate(waiting)
    assert next(items) == "first"
    go.set()
    assert next(items) == "second"
    thread.close()


def test_leaving_early_closes_the_generator(thread: EventThread) -> None:
    closed = threading.Event()

    async def endless() -> AsyncGenerator[int]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    for _ in thread.iterate(endless):
        break
    assert closed.wait(5)
    thread.close()


def test_it_works_inside_a_running_loop(thread: EventThread) -> None:
    async def in_a_notebook() -> list[int]:
        return list(thread.iterate(counted))

    assert asyncio.run(in_a_notebook()) == [0, 1, 2, 3, 4]
    thread.close()


def test_closed_it_starts_anew(thread: EventThread) -> None:
    before = threading.active_count()
    assert list(thread.iterate(counted)) == [0, 1, 2, 3, 4]
    thread.close()
    assert threading.active_count() == before
    assert thread.run(asyncio.sleep(0, 1)) == 1
    thread.close()
    thread.close()


def test_several_threads_share_one_loop(thread: EventThread) -> None:
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(list(thread.iterate(counted)))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [[0, 1, 2, 3, 4]] * 8
    thread.close()
