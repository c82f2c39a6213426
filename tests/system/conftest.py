"""What the tests of whole runs share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """In memory where the system offers that: waiting for a busy disk is most of the time otherwise."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield Desk(tmp_path)
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Desk(Path(folder))
