"""The index behind one contract: embedded in a folder, or a Qdrant server by URL."""

from pathlib import Path

from ingest.index.contract import IndexStore
from ingest.index.server_layout import WHOLE, Layout


def open_store(url: str | None, folder: Path, *, api_key: str | None = None, layout: Layout = WHOLE) -> IndexStore:
    """The store at `url`, or the embedded one in `folder` where there is no URL. Nothing is contacted or made yet.

    `layout`: of what a server makes anew.
    """
    if url:
        from ingest.index.server import connect

        return connect(url, api_key=api_key, layout=layout)
    from ingest.index.edge import EdgeStore

    return EdgeStore(folder)
