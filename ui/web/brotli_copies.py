"""Scripts and styles as brotli makes them smallest, which takes too long to do while somebody waits.

Files come in, what stands for them in brotli leaves, once it is made. Copies are kept in a folder, so that an
installation makes each of them once.
"""

import logging
import os
import sys
import threading
from pathlib import Path
from typing import Final

import brotli

log = logging.getLogger("manualdesk.web")

SUFFIX: Final = ".br"
_YIELDS: Final = 10
"""Niceness: the chat's script takes 17 s of a processor, and people ask questions meanwhile."""


class BrotliCopies:
    """Those of the files of one folder."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where copies are kept. It is made when there is something to keep."""
        self._folder = folder
        self._known: dict[Path, tuple[int, bytes | None]] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def of(self, file: Path, changed: int) -> bytes | None:
        """The file as it was `changed` (nanoseconds), compressed. None while there is none: it is begun then."""
        with self._lock:
            if (known := self._known.get(file)) is not None and known[0] == changed:
                return known[1]
            body = self._kept(file)
            self._known[file] = changed, body
        if body is None:
            # A daemon: a server that is told to stop does not wait for it, and the next one begins anew.
            threading.Thread(target=self._make, args=(file, changed), name="brotli", daemon=True).start()
        return body

    def _kept(self, file: Path) -> bytes | None:
        """From the folder, unless it stands for something else: another version, or half of it after a power cut."""
        try:
            body = (self._folder / f"{file.name}{SUFFIX}").read_bytes()
            return body if brotli.decompress(body) == file.read_bytes() else None
        except (OSError, brotli.error):
            return None

    def _make(self, file: Path, changed: int) -> None:
        if sys.platform == "linux":  # elsewhere, threads have no priority of their own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _YIELDS)
        with self._turn:
            try:
                body = brotli.compress(file.read_bytes(), mode=brotli.MODE_TEXT)
            except OSError as error:
                log.warning("%s could not be read to compress it: %s", file, error)
                return
            with self._lock:
                self._known[file] = changed, body
            try:
                self._keep(file, body)
            except OSError as error:
                log.warning("%s could not be kept compressed, so the next start does it again: %s", file, error)

    def _keep(self, file: Path, body: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        work = self._folder / f".{os.getpid()}-{file.name}"
        work.write_bytes(body)
        work.replace(self._folder / f"{file.name}{SUFFIX}")
        # Names tell the version, so those of an earlier Chainlit would stay for good.
        for copy in self._folder.glob(f"*{SUFFIX}"):
            if not (file.parent / copy.stem).exists():
                copy.unlink(missing_ok=True)
