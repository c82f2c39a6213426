"""The server's own output: lines of bytes go in, a file that is kept small and can be read and followed comes out."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

FILE_BYTES: Final = 10_000_000
KEPT_FILES: Final = 4
"""Older ones beside the one that is written: vllm-8001.log.1 is the newest of them."""
_PROBES: Final = ('"GET /health', '"GET /metrics', '"GET /v1/models')
"""Requests of watchers, several a minute: they would fill the file."""
_LOOK_SECONDS: Final = 0.25


def log_path(home: Path, port: int) -> Path:
    return home / "logs" / f"vllm-{port}.log"


class ServerLog:
    """Writes a line at a time with the time before it, and shows it to whoever sits at the terminal."""

    def __init__(self, path: Path, show: Callable[[str], None], *, file_bytes: int = FILE_BYTES) -> None:
        """Makes the folder. Raises OSError where it cannot be written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._show = show
        self._file = _Rotated(path, maxBytes=file_bytes, backupCount=KEPT_FILES, encoding="utf-8")
        self._last: deque[str] = deque(maxlen=40)

    def write(self, text: str) -> None:
        """One line, without its end."""
        if any(probe in text for probe in _PROBES):
            return
        stamp = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        self._last.append(text)
        self._file.append(f"{stamp} {text}\n")
        self._show(text)

    def tail(self) -> list[str]:
        """The latest lines, oldest first."""
        return list(self._last)

    def close(self) -> None:
        self._file.close()


class _Rotated(RotatingFileHandler):
    """The standard library's rotation, for lines that are no log records."""

    def append(self, line: str) -> None:
        self.acquire()
        try:
            if self.stream is None:
                self.stream = self._open()
            if self.stream.tell() + len(line) > self.maxBytes > 0:
                self.doRollover()
            self.stream.write(line)
            self.stream.flush()
        finally:
            self.release()


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines, from the file before it too where it was begun anew a moment ago."""
    lines: list[str] = []
    for part in (path, path.with_name(f"{path.name}.1")):
        if len(lines) < count and part.is_file():
            lines = [*part.read_text(encoding="utf-8", errors="replace").splitlines(), *lines]
    return lines[-count:] if count else []


def follow(path: Path, wait: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """New lines as they are written, for ever; a file that is begun anew is followed into it."""
    file = path.open(encoding="utf-8", errors="replace")
    file.seek(0, 2)
    while True:
        if line := file.readline():
            yield line.rstrip("\n")
            continue
        wait(_LOOK_SECONDS)
        if path.exists() and path.stat().st_ino != os.fstat(file.fileno()).st_ino:
            rest = file.read().splitlines()
            file.close()
            file = path.open(encoding="utf-8", errors="replace")
            yield from rest
