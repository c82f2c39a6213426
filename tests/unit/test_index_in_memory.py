"""The files of a generation are in memory when it is searched, wherever the engine left them."""

import ctypes
import mmap
import os
import time
from pathlib import Path

import pytest

from ingest.index.generations import copy_tree, fetch

MEGABYTE = 2**20


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system takes no advice about files")
def test_what_lay_on_disk_is_in_memory_soon_after(tmp_path: Path) -> None:
    file = tmp_path / "shard" / "vectors"
    file.parent.mkdir()
    file.write_bytes(os.urandom(3 * MEGABYTE))
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    fetch(tmp_path)
    until = time.monotonic() + 20
    while resident(file) < 1 and time.monotonic() < until:
        os.sched_yield()
    assert resident(file) == 1


def test_a_folder_that_is_gone_or_full_of_holes_is_no_trouble(tmp_path: Path) -> None:
    fetch(tmp_path / "pushed out")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "folder" / "hole").open("wb") as sparse:
        sparse.truncate(64 * MEGABYTE)
        sparse.seek(32 * MEGABYTE)
        sparse.write(b"data")
    fetch(tmp_path)
    copy_tree(tmp_path / "folder", tmp_path / "copy")
    assert (tmp_path / "copy" / "hole").read_bytes() == (tmp_path / "folder" / "hole").read_bytes()
    assert (tmp_path / "copy" / "hole").stat().st_blocks <= (tmp_path / "folder" / "hole").stat().st_blocks


def resident(file: Path) -> float:
    """The share of a file's pages that the system holds in memory."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
        pages = (ctypes.c_ubyte * -(-len(mapped) // mmap.PAGESIZE))()
        start = ctypes.c_char.from_buffer(mapped)
        answered = ctypes.CDLL(None, use_errno=True).mincore(
            ctypes.c_void_p(ctypes.addressof(start)), ctypes.c_size_t(len(mapped)), pages
        )
        del start
        assert answered == 0, os.strerror(ctypes.get_errno())
        return sum(page & 1 for page in pages) / len(pages)
