"""Reads the second half of a long PDF in a process of its own: an open file enters, its pages as lines leave.

A manual of 1,300 pages takes a quarter of a minute to read, and whoever changed one page of it waits for that.
"""

import os
import pickle
import signal
from collections.abc import Sequence
from pathlib import Path

from ingest.readers.pdf_file import open_pdf
from ingest.readers.pdf_layout import PageText, lay_out
from ingest.readers.scan import Scans, has_text

LONG = 200
"""Pages: starting the process, and handing its pages over, takes as long as reading ten."""


def read_in_halves(path: Path, count: int, scans: Scans) -> list[PageText]:
    """All pages of the PDF at `path` in order; those of the second half that need OCR are read here, too."""
    middle = count // 2
    ahead = _PagesAhead(path, range(middle + 1, count + 1))
    try:
        first = [lay_out(scans.page(number)) for number in range(1, middle + 1)]
        known = ahead.pages()
    finally:
        ahead.end()
    missing = (number for number in range(middle + 1, count + 1) if number not in known)
    known |= {number: lay_out(scans.page(number)) for number in missing}
    return [*first, *(known[number] for number in range(middle + 1, count + 1))]


def pays_off(count: int) -> bool:
    """Is the file long enough, and is there a processor for the second half?"""
    return count >= LONG and hasattr(os, "fork") and len(os.sched_getaffinity(0)) > 1


class _PagesAhead:
    """The pages a forked process reads meanwhile. It opens the file anew: a shared one has one place for both."""

    def __init__(self, path: Path, numbers: Sequence[int]) -> None:
        reading, writing = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(reading)
            _read_and_leave(path, numbers, writing)
        os.close(writing)
        self._reading = reading

    def pages(self) -> dict[int, PageText]:
        """By number, those that hold usable text; none where the process died of one: the caller meets it again."""
        with os.fdopen(os.dup(self._reading), "rb") as pipe:
            try:
                found: dict[int, PageText] = pickle.load(pipe)  # noqa: S301  our own process wrote it
            except (EOFError, pickle.UnpicklingError):
                return {}
        return found

    def end(self) -> None:
        """The process is through, or no longer wanted."""
        os.close(self._reading)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _read_and_leave(path: Path, numbers: Sequence[int], writing: int) -> None:
    """In the forked process: write the pages and exit without any of the parent's clean-up."""
    status = 1
    try:
        with open_pdf(path, path.name) as file:
            contents = (file.page(number) for number in numbers)
            found = {content.number: lay_out(content) for content in contents if has_text(content)}
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(found, pipe, protocol=pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)
