"""Signs of life of a slow reader: a page recognised is counted where the process that waits for it can see.

A scan of 500 pages takes a quarter of an hour and is fine; a file that hangs is not. Only the count tells them apart.
"""

from ctypes import c_int
from typing import Protocol


class Counter(Protocol):
    """A number in memory that two processes share (`multiprocessing.RawValue`)."""

    value: int


class _Shown:
    counter: Counter = c_int(0)
    """This process's own until it is told of a shared one."""


def count_in(counter: Counter) -> None:
    """Count pages here from now on."""
    _Shown.counter = counter


def page_recognised() -> None:
    """One more page was read by OCR."""
    _Shown.counter.value += 1
