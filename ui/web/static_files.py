"""Styles, scripts and pictures of pages; open to everybody, since they hold nothing of anybody.

Folders come in, routes that serve them leave: text goes out compressed, and how long browsers keep a file is said.
"""

import asyncio
import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ui.web.brotli_copies import BrotliCopies
from ui.web.rendering import FOLDER

PREFIX: Final = "/static"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
"""For files that are named by their content."""
FOR_NOW: Final = "public, max-age=300"
"""For files that a newer Manualdesk has under the same name: after that, browsers ask whether they changed."""
_TEXT: Final = frozenset({".css", ".js", ".jsx", ".json", ".mjs", ".svg"})
_SMALL: Final = 1024
"""Bytes that go into a packet or two, compressed or not."""
_FILES: Final = 64
"""Compressed ones that are kept: 1.3 MB for the chat's script, some kilobytes for most."""


def static_files() -> Mount:
    """The route that serves those of our pages."""
    return Mount(PREFIX, KeptFiles(FOLDER / "static", FOR_NOW), name="static")


class KeptFiles(StaticFiles):
    """A folder of files that browsers keep."""

    def __init__(self, folder: Path, kept: str, copies: BrotliCopies | None = None) -> None:
        """`kept`: the Cache-Control of all of them. `copies`: worth it where files are large."""
        super().__init__(directory=folder)
        self._kept = kept
        self._copies = copies

    async def get_response(self, path: str, scope: Scope) -> Response:
        reply = await super().get_response(path, scope)
        reply.headers["Cache-Control"] = self._kept
        reply.headers["Vary"] = "Accept-Encoding"
        asked = Headers(scope=scope)
        if isinstance(reply, FileResponse) and "range" not in asked:
            return await asyncio.to_thread(self._smaller, reply, asked.get("accept-encoding", ""))
        return reply

    def _smaller(self, reply: FileResponse, understood: str) -> Response:
        """The reply with its file compressed, where that is worth it and understood."""
        file, known = Path(reply.path), reply.stat_result
        if known is None or known.st_size < _SMALL or file.suffix not in _TEXT:
            return reply
        if self._copies and _takes(understood, "br") and (body := self._copies.of(file, known.st_mtime_ns)):
            return _encoded(reply, body, "br")
        if _takes(understood, "gzip"):
            return _encoded(reply, _compressed(file, known.st_mtime_ns), "gzip")
        return reply


def _takes(understood: str, coding: str) -> bool:
    """Whether an Accept-Encoding names it, and not with a weight of 0."""
    weight = r"(?:;\s*q\s*=\s*(\d(?:\.\d*)?)\s*)?"
    said = re.search(rf"(?:^|[,\s]){coding}\s*{weight}(?:,|$)", understood, re.IGNORECASE)
    return said is not None and float(said[1] or 1) > 0


def _encoded(reply: FileResponse, body: bytes, coding: str) -> Response:
    headers = {name: reply.headers[name] for name in ("cache-control", "vary", "content-type", "last-modified")}
    # Weak: the bytes are others than the file's. Starlette compares what a browser sends back without the `W/`.
    return Response(body, headers={**headers, "Content-Encoding": coding, "ETag": f"W/{reply.headers['etag']}"})


@lru_cache(_FILES)
def _compressed(file: Path, _changed: int) -> bytes:
    """Once for each version of a file: 4.6 MB of script take a fifth of a second."""
    return gzip.compress(file.read_bytes(), mtime=0)
