"""What a Qdrant server is asked when a collection is made, and how often when it is not able to."""

from functools import partial

import pytest
from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse
from qdrant_client.models import PointStruct

from ingest.index.server_layout import Layout, create_collection
from ingest.index.server_retry import persist
from tests.flaky_qdrant import flaky_server

QUICK = (0.01, 0.02)


def upload(url: str) -> None:
    client = QdrantClient(url=url, check_compatibility=False)
    points = [PointStruct(id=1, vector=[0.0], payload={})]
    persist(partial(client.upsert, "manuals", points, wait=True), QUICK)
    client.close()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status: int) -> None:
    with flaky_server(status, status) as server:
        upload(server.url)
        assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_told_as_it_is() -> None:
    with flaky_server(503, 503, 503) as server:
        with pytest.raises(UnexpectedResponse, match="503"):
            upload(server.url)
        assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_another_try_cannot_mend_is_not_tried(status: int) -> None:
    with flaky_server(status) as server:
        with pytest.raises(UnexpectedResponse, match=str(status)):
            upload(server.url)
        assert len(server.requests) == 1


def test_a_server_that_is_gone_is_told() -> None:
    with flaky_server() as server:
        url = server.url
    with pytest.raises(ResponseHandlingException):
        upload(url)


def made(layout: Layout) -> dict[str, object]:
    """What the server is asked for when a collection of this layout is made."""
    with flaky_server() as server:
        client = QdrantClient(url=server.url, check_compatibility=False)
        create_collection(client, "manuals", 8, layout)
        client.close()
        _method, _path, asked = server.requests[0]
        return asked


def test_shards_and_replicas_are_as_set_and_most_replicas_must_have_a_write() -> None:
    asked = made(Layout(shards=6, replicas=3))
    assert (asked["shard_number"], asked["replication_factor"], asked["write_consistency_factor"]) == (6, 3, 2)


def test_without_a_setting_the_server_decides() -> None:
    asked = made(Layout())
    assert [asked.get(name) for name in ("shard_number", "replication_factor", "write_consistency_factor")] == [
        None
    ] * 3
