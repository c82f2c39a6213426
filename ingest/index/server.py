"""The index on a Qdrant server."""

from ingest.errors import IndexUnusable
from ingest.index.contract import IndexStore


def connect(url: str, *, api_key: str | None = None) -> IndexStore:  # noqa: ARG001
    """The store on the server at `url`."""
    raise IndexUnusable(f"no adapter for the Qdrant server at {url} yet", hint="leave the index URL empty") from None
