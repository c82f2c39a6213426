"""One walled desk, served once, for all walls that are looked at from outside."""

from collections.abc import Iterator

import pytest

from tests.security.served import Served, walled


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with walled(tmp_path_factory.mktemp("walled")) as running:
        yield running
