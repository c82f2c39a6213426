"""What the tests of whole runs share."""

from pathlib import Path

import pytest

from tests.desk import Desk


@pytest.fixture
def desk(quick_folder: Path) -> Desk:
    return Desk(quick_folder)
