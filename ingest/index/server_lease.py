"""The right to draft on a Qdrant server, for one ingest at a time, wherever it runs.

The lease is a collection without points: creating one succeeds for a single caller only. Its holder renews it from a
thread; the lease of an ingest that was killed runs out.
"""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ingest.errors import IndexUnusable, ManualdeskError
from ingest.index.server_collection import Collection
from ingest.index.server_retry import reachable

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

LEASE_SECONDS = 60.0
"""How long an ingest that was killed keeps others out; three renewals may fail before a live one loses its lease."""


class Lease:
    """A held lease."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._token = uuid.uuid4().hex
        self._holder = f"{socket.gethostname()}, process {os.getpid()}"

    def renew(self) -> None:
        """Raises IndexUnusable where another ingest has taken the lease over."""
        self.check()
        self.write()

    def check(self) -> None:
        with reachable():
            if self._collection.metadata().get("token") != self._token:
                message = "this ingest lost the right to write to the index: it was out of reach for too long"
                raise IndexUnusable(message, hint="run it again")

    def write(self) -> None:
        until = time.time() + LEASE_SECONDS
        self._collection.set_metadata({"token": self._token, "holder": self._holder, "until": until})


@contextmanager
def leased(client: "QdrantClient", name: str) -> Iterator[Lease]:
    """Hold the lease called `name`. Raises IndexUnusable naming the holder where another ingest has it."""
    collection = Collection(client, name)
    lease = Lease(collection)
    with reachable():
        if client.collection_exists(name):
            _drop_if_expired(client, collection)
        try:
            client.create_collection(name, vectors_config={})
        except Exception as error:
            if client.collection_exists(name):
                raise _held(collection) from error
            raise
        lease.write()
    stopped = threading.Event()
    renewing = threading.Thread(target=_keep, args=(lease, stopped), daemon=True, name="index lease")
    renewing.start()
    try:
        yield lease
    finally:
        stopped.set()
        renewing.join()
        with suppress(IndexUnusable), reachable():  # It runs out by itself, too.
            client.delete_collection(name)


def _keep(lease: Lease, stopped: threading.Event) -> None:
    while not stopped.wait(LEASE_SECONDS / 4):
        try:
            lease.renew()
        except ManualdeskError:
            continue  # The server may be back in time; publishing checks the lease again.


def _drop_if_expired(client: "QdrantClient", collection: Collection) -> None:
    until = collection.metadata().get("until")
    # Without a date its holder is between creating and dating it, or was killed just there.
    if isinstance(until, int | float) and until > time.time():
        raise _held(collection)
    client.delete_collection(collection.name)


def _held(collection: Collection) -> IndexUnusable:
    holder = collection.metadata().get("holder", "unknown")
    message = f"another ingest ({holder}) is writing to this index"
    hint = f"wait until it has ended; one that was killed lets go within {LEASE_SECONDS:.0f} seconds"
    return IndexUnusable(message, hint=hint)
