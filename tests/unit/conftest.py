"""What unit tests share: the desk's database in a file of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.database.engine import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    yield opened
    opened.close()
