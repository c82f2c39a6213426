"""The index on a Qdrant server or cluster: changes are published document by document, a rebuild by an alias switch."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from ingest.errors import IndexUnusable, SettingError
from ingest.index.contract import EVERYTHING, Draft, Index, IndexedDocument, IndexInfo, Point
from ingest.index.made_by import info_of
from ingest.index.payload import REINGEST, check_embedder, check_format
from ingest.index.reads import Reads
from ingest.index.server_alias import Alias, stamp
from ingest.index.server_collection import Collection, Unpublished
from ingest.index.server_layout import WHOLE, Layout
from ingest.index.server_lease import Lease, leased
from ingest.index.server_retry import reachable
from ingest.types import Dense

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

TIMEOUT_SECONDS = 30


def connect(url: str, *, api_key: str | None = None, layout: Layout = WHOLE) -> "ServerStore":
    """The store on the server at `url`, which is not contacted yet. Raises SettingError for what is no URL."""
    from qdrant_client import QdrantClient

    try:
        # The compatibility check would contact the server here, and only warns.
        client = QdrantClient(url=url, api_key=api_key, timeout=TIMEOUT_SECONDS, check_compatibility=False)
    except ValueError as error:
        message = f"MANUALDESK_INDEX_URL is not the address of a Qdrant server: {url} ({error})"
        raise SettingError(message, hint="write it like http://localhost:6333") from error
    return ServerStore(client, layout=layout)


class ServerStore:
    """Collections behind an alias (see `IndexStore` for what each method promises).

    A draft that is not fresh is published document by document: one that is killed while publishing leaves each
    document either as it was or as it should be.
    """

    def __init__(self, client: "QdrantClient", collection: str = "manualdesk", *, layout: Layout = WHOLE) -> None:
        self._client = client
        self._alias = Alias(client, collection, layout)

    def open(self) -> Index:
        with reachable():
            _read_info(self._alias.require_current())
        return ServerIndex(Collection(self._client, self._alias.name))

    @contextmanager
    def draft(self, *, embedder: str, dimensions: int, fresh: bool = False) -> Iterator[Draft]:
        with leased(self._client, f"{self._alias.name}-lease") as lease:
            with reachable():
                current = self._alias.current()
                self._alias.drop_abandoned(current)
                if current is None or fresh:
                    previous = current
                    target = self._alias.create(dimensions)
                else:
                    info = _read_info(current)
                    check_embedder(info, embedder, dimensions)
                    current.drop_unpublished()
                    previous, target = self._alias.previous(current), current
            draft = ServerDraft(self._alias, target, previous, lease, embedder=embedder, dimensions=dimensions)
            try:
                yield draft
            finally:
                # What cannot be dropped now, the next draft cleans up, as after a kill.
                with suppress(IndexUnusable):
                    draft.drop()

    @contextmanager
    def revisions(self) -> Iterator[frozenset[str]]:
        with leased(self._client, f"{self._alias.name}-lease"):
            with reachable():
                current = self._alias.current()
                kept = [current, self._alias.previous(current)] if current is not None else []
                documents = [known for one in kept if one is not None for known in one.documents(EVERYTHING)]
            yield frozenset(known.revision for known in documents)

    def rollback(self) -> IndexInfo:
        with leased(self._client, f"{self._alias.name}-lease"), reachable():
            current = self._alias.require_current()
            previous = self._alias.previous(current)
            if previous is None:
                message = f"there is no earlier collection behind {self._alias.name}: a server keeps one per rebuild"
                raise IndexUnusable(message, hint="ingest the earlier manuals again to get back to them")
            info = _read_info(previous)
            self._alias.switch(previous)
            return info

    def generations(self) -> list[IndexInfo]:
        with reachable():
            return sorted((info for info, _kept in self._kept()), key=lambda info: info.generation, reverse=True)

    def documents_of(self, generation: str) -> list[IndexedDocument]:
        with reachable():
            return self._find(generation)[1].documents(EVERYTHING)

    def switch(self, generation: str) -> IndexInfo:
        with leased(self._client, f"{self._alias.name}-lease"), reachable():
            info, collection = self._find(generation)
            self._alias.switch(collection)
            return info

    def _kept(self) -> list[tuple[IndexInfo, Collection]]:
        return [(_read_info(each), each) for each in self._alias.kept()]

    def _find(self, generation: str) -> tuple[IndexInfo, Collection]:
        found = next((kept for kept in self._kept() if kept[0].generation == generation), None)
        if found is None:
            raise IndexUnusable(f"generation {generation} is not kept any more", hint="choose one that is")
        return found


class ServerDraft:
    """Points that readers do not see yet (see `Draft`)."""

    def __init__(
        self,
        alias: Alias,
        target: Collection,
        previous: Collection | None,
        lease: Lease,
        *,
        embedder: str,
        dimensions: int,
    ) -> None:
        self._alias = alias
        self._target = target
        self._previous = previous
        self._lease = lease
        self._embedder = embedder
        self._dimensions = dimensions
        self._token = stamp()
        self._written: dict[str, set[str]] = {}
        """Ids of the chunks written, by document."""
        self._cleared: set[str] = set()
        """Documents that lose all chunks that this draft did not write."""
        self._closed = False

    def documents(self) -> list[IndexedDocument]:
        with reachable():
            published = _by_path(self._target.documents(EVERYTHING))
            mine = _by_path(self._target.documents(EVERYTHING, draft=self._token))
        kept = {name: document for name, document in published.items() if name not in self._cleared}
        return [document for _name, document in sorted({**kept, **mine}.items())]

    def vectors(self, document: str) -> dict[str, Dense]:
        with reachable():
            return self._target.preview(self._unpublished()).vectors(document)

    def preview(self) -> Index:
        with reachable():
            collection = self._target.preview(self._unpublished())
            return ServerIndex(collection, self._info(collection))

    def _unpublished(self) -> Unpublished:
        replaced = [ids for name, ids in self._written.items() if name not in self._cleared]
        return Unpublished(self._token, tuple(self._cleared), tuple(sorted(set().union(*replaced))))

    def upsert(self, points: Sequence[Point]) -> None:
        self._check_open()
        for point in points:
            self._written.setdefault(point.chunk.document, set()).add(point.chunk.id)
        with reachable():
            self._target.upsert(points, draft=self._token)

    def remove(self, documents: Iterable[str]) -> None:
        self._check_open()
        names = list(documents)
        rewritten = [name for name in names if self._written.pop(name, None)]
        self._cleared.update(names)
        if rewritten:
            with reachable():
                self._target.drop(rewritten, draft=self._token)

    def replace(self, document: str, points: Sequence[Point]) -> None:
        self.remove([document])
        self.upsert(points)

    def publish(self) -> IndexInfo:
        self._check_open()
        self._lease.check()
        with reachable():
            current = self._alias.current()
            rebuilt = current is None or current.name != self._target.name
            if rebuilt:
                self._target.publish_all(self._token)
            else:
                self._target.publish(self._token, self._written, self._cleared)
            info = replace(self._info(self._target), generation=self._token)
            self._target.set_metadata({**asdict(info), "previous": self._previous.name if self._previous else ""})
            if rebuilt:
                self._alias.switch(self._target)
                self._alias.drop_abandoned(self._target)
        self._closed = True
        return info

    def _info(self, collection: Collection) -> IndexInfo:
        documents = collection.documents(EVERYTHING)
        return info_of(documents, collection.count(), embedder=self._embedder, dimensions=self._dimensions)

    def drop(self) -> None:
        """Delete what was written, unless it was published; after this the draft cannot be published."""
        if self._closed:
            return
        self._closed = True
        with reachable():
            current = self._alias.current()
            if current is not None and current.name == self._target.name:
                self._target.drop_unpublished()
            else:
                self._alias.drop_abandoned(current)

    def _check_open(self) -> None:
        if self._closed:
            raise IndexUnusable("this draft was published or dropped already", hint="start a new draft")


class ServerIndex(Reads):
    """What readers see of the alias (see `Index`). The client pools its connections: usable from several threads."""

    def __init__(self, collection: Collection, info: IndexInfo | None = None) -> None:
        """`info`: what a draft's preview is; what was published says so itself."""
        self._collection = collection
        self._info = info

    def info(self) -> IndexInfo:
        if self._info is not None:
            return self._info
        with reachable():
            return _read_info(self._collection)

    @contextmanager
    def _engine(self) -> Iterator[Collection]:
        with reachable():
            yield self._collection

    def hold(self) -> AbstractContextManager[None]:
        return nullcontext()

    def refresh(self) -> None:
        """Each read finds what is published."""

    def close(self) -> None:
        """The connection is the store's and stays open."""


def _by_path(documents: Iterable[IndexedDocument]) -> dict[str, IndexedDocument]:
    return {document.document: document for document in documents}


def _read_info(collection: Collection) -> IndexInfo:
    """Raises IndexUnusable where the collection is not ours or of another format."""
    metadata = {"versions": {}, **collection.metadata()}  # older indexes do not say them
    try:
        check_format(int(str(metadata["format"])), f"in collection {collection.name}")
        return IndexInfo(**{field.name: metadata[field.name] for field in fields(IndexInfo)})  # type: ignore[arg-type]
    except (KeyError, ValueError) as error:
        message = f"the collection {collection.name} is not an index of manualdesk (no {error})"
        raise IndexUnusable(message, hint=REINGEST) from error
