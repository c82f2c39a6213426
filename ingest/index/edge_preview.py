"""A draft of the embedded index to read before it is published: an open shard enters, an `Index` leaves."""

from contextlib import AbstractContextManager, nullcontext

from ingest.index.contract import IndexInfo
from ingest.index.edge_shard import Shard
from ingest.index.reads import Reads


class EdgePreview(Reads):
    """Reads the shard of a draft (see `Draft.preview`); the draft closes it."""

    def __init__(self, shard: Shard, info: IndexInfo) -> None:
        self._shard = shard
        self._info = info

    def info(self) -> IndexInfo:
        return self._info

    def _engine(self) -> AbstractContextManager[Shard]:
        return nullcontext(self._shard)

    def hold(self) -> AbstractContextManager[None]:
        return nullcontext()

    def refresh(self) -> None:
        """A draft is read as it is."""

    def close(self) -> None:
        """The shard is the draft's and stays open."""
