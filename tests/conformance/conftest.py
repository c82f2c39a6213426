"""The stores that the suite runs over: embedded, the client's in-memory server, and a real server at QDRANT_URL."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from ingest.index.contract import IndexStore
from ingest.index.edge import EdgeStore
from ingest.index.server import ServerStore


@pytest.fixture
def index_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to be, in memory where the system offers that.

    Waiting for a busy disk is nearly all the time of this suite otherwise, and no test here cuts the power.
    """
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path / "index"
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder) / "index"


@pytest.fixture(params=["edge", "memory", "server"])
def store(request: pytest.FixtureRequest, index_folder: Path) -> Iterator[IndexStore]:
    """An empty store of each kind."""
    if request.param == "edge":
        yield EdgeStore(index_folder)
    elif request.param == "memory":
        client = QdrantClient(":memory:")
        yield ServerStore(client)
        client.close()
    else:
        with real_server() as (client, name):
            yield ServerStore(client, name)


class real_server:  # noqa: N801  a context manager, used like a function
    """A client of the server at QDRANT_URL and a name of our own on it; all collections of that name go at the end."""

    def __enter__(self) -> tuple[QdrantClient, str]:
        url = os.environ.get("QDRANT_URL")
        if not url:
            pytest.skip("QDRANT_URL names no Qdrant server")
        self._client = QdrantClient(url=url, api_key=os.environ.get("QDRANT_API_KEY"), timeout=30)
        self._name = f"conformance-{uuid.uuid4().hex[:12]}"
        return self._client, self._name

    def __exit__(self, *_exception: object) -> None:
        for found in self._client.get_collections().collections:
            if found.name.startswith(self._name):
                self._client.delete_collection(found.name)
        self._client.close()


@pytest.fixture
def edge_store(index_folder: Path) -> EdgeStore:
    """An empty embedded store, for promises about its files."""
    return EdgeStore(index_folder)
