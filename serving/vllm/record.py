"""What is known of a server that `llm serve` watches: a small file for each port, read by `llm status` and `llm stop`.

The lock beside it is held as long as the watcher lives, so that a process number used again fools nobody.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from ingest.errors import SettingError

State = Literal["starting", "ready", "unwell", "waiting", "draining", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecord:
    """`since`, `ready_at`: seconds since 1970, `ready_at` 0 while it never was. `detail`: why it is in that state."""

    port: int
    host: str
    model: str
    summary: str
    log: str
    state: State
    since: float
    watcher: int
    server: int = 0
    restarts: int = 0
    ready_at: float = 0.0
    detail: str = ""

    @property
    def address(self) -> str:
        """Where this machine reaches it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - read, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def write_record(home: Path, record: ServerRecord) -> None:
    path = _path(home, record.port)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(asdict(record), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def read_record(home: Path, port: int) -> ServerRecord | None:
    """None where nothing was ever served at that port, or the file is not one of ours."""
    known = {item.name for item in fields(ServerRecord)}
    try:
        values = json.loads(_path(home, port).read_text(encoding="utf-8"))
        return ServerRecord(**{key: value for key, value in values.items() if key in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def read_records(home: Path) -> list[ServerRecord]:
    """All of this home, by port."""
    ports = sorted(int(path.stem) for path in _folder(home).glob("*.json") if path.stem.isdigit())
    return [record for port in ports if (record := read_record(home, port))]


@contextmanager
def watching(home: Path, port: int) -> Iterator[None]:
    """Held by the one watcher of a port. Raises SettingError where there is one already."""
    _folder(home).mkdir(parents=True, exist_ok=True)
    with _lock_path(home, port).open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingError(
                f"a model server for port {port} runs already",
                hint=f"`manualdesk llm stop --port {port}` ends it; or give another --port",
            ) from error
        yield


def is_watched(home: Path, port: int) -> bool:
    """Does the watcher of that port live?"""
    try:
        with _lock_path(home, port).open("r", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _folder(home: Path) -> Path:
    return home / "llm"


def _path(home: Path, port: int) -> Path:
    return _folder(home) / f"{port}.json"


def _lock_path(home: Path, port: int) -> Path:
    return _folder(home) / f"{port}.lock"
