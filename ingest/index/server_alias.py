"""The name readers use on a Qdrant server, and the dated collections it may stand for: the server's generations."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.errors import NothingPublished
from ingest.index.generations import NOTHING_PUBLISHED
from ingest.index.server_collection import Collection
from ingest.index.server_layout import Layout, create_collection

if TYPE_CHECKING:
    from qdrant_client import QdrantClient


class Alias:
    """An alias and the collections `ALIAS-DATE`."""

    def __init__(self, client: "QdrantClient", name: str, layout: Layout) -> None:
        self._client = client
        self._layout = layout
        self.name = name
        self._dated = re.compile(re.escape(name) + r"-\d{8}t\d{12}z")

    def current(self) -> Collection | None:
        """The collection readers see; None where nothing was published yet."""
        for alias in self._client.get_aliases().aliases:
            if alias.alias_name == self.name:
                return Collection(self._client, alias.collection_name)
        return None

    def require_current(self) -> Collection:
        """Raises IndexUnusable where nothing was published yet."""
        current = self.current()
        if current is None:
            raise NothingPublished(f"no index called {self.name} on this Qdrant server yet", hint=NOTHING_PUBLISHED)
        return current

    def create(self, dimensions: int) -> Collection:
        """An empty collection that no reader sees yet."""
        name = f"{self.name}-{stamp()}"
        create_collection(self._client, name, dimensions, self._layout)
        return Collection(self._client, name)

    def switch(self, target: Collection) -> None:
        """Let readers see `target` from now on, in one call."""
        from qdrant_client import models

        create = models.CreateAlias(collection_name=target.name, alias_name=self.name)
        operations: list[models.AliasOperations] = [models.CreateAliasOperation(create_alias=create)]
        if self.current() is not None:
            delete = models.DeleteAlias(alias_name=self.name)
            operations.insert(0, models.DeleteAliasOperation(delete_alias=delete))
        self._client.update_collection_aliases(operations)

    def previous(self, current: Collection) -> Collection | None:
        """The collection that `current` took the place of, where it is still there."""
        name = current.metadata().get("previous")
        if isinstance(name, str) and name and self._client.collection_exists(name):
            return Collection(self._client, name)
        return None

    def kept(self) -> list[Collection]:
        """The current collection, the one before it, and the one after it where it was rolled back from."""
        current = self.current()
        if current is None:
            return []
        previous = self.previous(current)
        names = [found.name for found in self._client.get_collections().collections]
        others = [Collection(self._client, name) for name in names if self._dated.fullmatch(name)]
        after = [each for each in others if each.metadata().get("previous") == current.name]
        return [current, *([previous] if previous else []), *after]

    def drop_abandoned(self, current: Collection | None) -> None:
        """Delete dated collections that are neither seen nor the one before: of killed, older or undone rebuilds."""
        kept = set()
        if current is not None:
            previous = self.previous(current)
            kept = {current.name, previous.name if previous else ""}
        for found in self._client.get_collections().collections:
            if self._dated.fullmatch(found.name) and found.name not in kept:
                self._client.delete_collection(found.name)


def stamp() -> str:
    """The time now as a name that sorts by time."""
    return datetime.now(UTC).strftime("%Y%m%dt%H%M%S%fz")
