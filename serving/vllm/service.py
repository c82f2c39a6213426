"""What `manualdesk llm` does: start a watched server, tell how it is, end it. Settings and words go in."""

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.errors import ModelUnavailable, SettingError
from serving.vllm.launch import Launch, Serving
from serving.vllm.probe import Load, is_well, load
from serving.vllm.record import ServerRecord, is_watched, read_record, read_records, watching
from serving.vllm.server_log import ServerLog, log_path
from serving.vllm.supervise import Supervisor, Watch

_PROBE_SECONDS: Final = 3.0
_LOOK_SECONDS: Final = 0.1
_BESIDE_DRAIN_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """A server as it is now. `well`: it answers; `watched`: its watcher lives."""

    record: ServerRecord
    watched: bool
    well: bool
    load: Load | None

    @property
    def word(self) -> str:
        """`ready` only where it answers now."""
        if self.watched:
            return self.record.state if self.well or self.record.state != "ready" else "unwell"
        return self.record.state if self.record.state in {"stopped", "failed"} else "gone"


def serve(launch: Launch, serving: Serving, home: Path, *, restart: bool = True, watch: Watch | None = None) -> int:
    """Start the server and stay until it is stopped; its exit status. Raises ManualdeskError where it cannot start."""
    with watching(home, serving.port):
        _require_free(serving)
        log = ServerLog(log_path(home, serving.port), _show)
        try:
            return Supervisor(launch, serving, home, log, watch).run(restart=restart)
        finally:
            log.close()


def states(home: Path, port: int | None = None) -> list[ServerState]:
    """Of the servers that were started here and did not end as asked; of one port, however it ended."""
    records = read_records(home) if port is None else [record for record in [read_record(home, port)] if record]
    found = [_state(home, record) for record in records]
    return found if port is not None else [state for state in found if state.word != "stopped"]


def stop(home: Path, port: int, *, drain_seconds: float) -> None:
    """End it as Ctrl-C would, and wait for that. Raises ModelUnavailable where none runs or it does not end in time."""
    record = read_record(home, port)
    if record is None or not is_watched(home, port):
        raise ModelUnavailable(f"no model server of ours runs at port {port}", hint="manualdesk llm status")
    with suppress(ProcessLookupError):
        os.kill(record.watcher, signal.SIGTERM)
    deadline = time.monotonic() + drain_seconds + _BESIDE_DRAIN_SECONDS
    while is_watched(home, port):
        if time.monotonic() > deadline:
            raise ModelUnavailable(
                f"the model server at port {port} did not end within {drain_seconds + _BESIDE_DRAIN_SECONDS:.0f} s",
                hint="stop it again: the second time it is killed",
            )
        time.sleep(_LOOK_SECONDS)


def _state(home: Path, record: ServerRecord) -> ServerState:
    watched = is_watched(home, record.port)
    well = watched and is_well(record.address, seconds=_PROBE_SECONDS)
    return ServerState(
        record=record,
        watched=watched,
        well=well,
        load=load(record.address, seconds=_PROBE_SECONDS) if well else None,
    )


def _show(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone, the server goes on
        print(line, file=sys.stderr, flush=True)  # noqa: T201


def _require_free(serving: Serving) -> None:
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serving.host, serving.port))
        except OSError as error:
            raise SettingError(
                f"{serving.host}, port {serving.port} cannot be listened on ({error.strerror})",
                hint="stop what runs there, or give another --port",
            ) from error
