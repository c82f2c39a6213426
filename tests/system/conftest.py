"""What the tests of whole runs share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where the system offers that: waiting for a busy disk is most of the time otherwise, and no test here
    cuts the power."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def desk(quick_folder: Path) -> Desk:
    return Desk(quick_folder)
