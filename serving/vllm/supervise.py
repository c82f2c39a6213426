"""Keeps a model server alive: a launch goes in, a process that is watched, restarted and drained comes out.

The server is a child in a session of its own: a stop reaches it through its watcher only. Its output goes to its log.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import IO, Final

from ingest.errors import ModelUnavailable
from serving.vllm.launch import Launch, Serving
from serving.vllm.probe import is_well
from serving.vllm.record import ServerRecord, State, write_record
from serving.vllm.server_log import ServerLog

# The child gets SIGTERM when its watcher is killed: a card's memory must not stay taken by a server nobody watches.
_TIED: Final = (
    "import ctypes, os, signal, sys\n"
    "try: ctypes.CDLL(None).prctl(1, signal.SIGTERM)\n"
    "except (OSError, AttributeError): pass\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Seconds and counts by which the server is watched."""

    look_seconds: float = 5.0
    """Between two looks at its health; that the process is gone is seen within a tenth of it."""
    answer_seconds: float = 10.0
    """For one look; a server that computes a long prompt may be slow to say that it is well."""
    misses: int = 6
    """Looks in a row without an answer before it is started anew."""
    start_seconds: float = 3600.0
    """To become ready: the first start may fetch a model."""
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 60.0
    """Between two starts; each is twice the one before it."""
    steady_seconds: float = 300.0
    """After so long without trouble the pauses begin anew."""
    failed_starts: int = 3
    """In a row, without ever being ready: what is wrong will not go away by itself."""
    grace_seconds: float = 15.0
    """After the time for running answers, before it is killed."""


class Supervisor:
    """One server at one port, from its first start to its stop."""

    def __init__(
        self, launch: Launch, serving: Serving, home: Path, log: ServerLog, watch: Watch | None = None
    ) -> None:
        self._launch = launch
        self._serving = serving
        self._home = home
        self._log = log
        self._watch = watch or Watch()
        self._wake = threading.Event()
        self._stops = 0
        self._failed_starts = 0
        self._record = ServerRecord(
            port=serving.port, host=serving.host, model=launch.model, summary=launch.summary, log=str(log.path),
            state="starting", since=time.time(), watcher=os.getpid(),
        )  # fmt: skip

    def run(self, *, restart: bool = True) -> int:
        """Serve until SIGTERM or Ctrl-C; a second one ends it at once. Must be called in the main thread.

        0 after a stop, else (`restart` False) the server's own exit status. Raises ModelUnavailable where it ends
        several times without ever having been ready.
        """
        former = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            return self._lives(restart)
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _lives(self, restart: bool) -> int:
        pause = self._watch.first_pause_seconds
        while True:
            status, reason, ready_for = self._one_life()
            if self._stops:
                self._note("stopped", reason, server=0)
                return 0
            if not restart:
                self._note("failed", reason, server=0)
                return status if status > 0 else 1
            if ready_for >= self._watch.steady_seconds:
                pause = self._watch.first_pause_seconds
            if self._failed_starts >= self._watch.failed_starts:
                self._note("failed", reason, server=0)
                raise ModelUnavailable(self._last_words(reason), hint=f"the whole log is in {self._log.path}")
            self._note("waiting", f"{reason}; starting again in {pause:g} s", server=0)
            self._wait(pause)
            if self._stops:
                self._note("stopped", "stopped while waiting to start again")
                return 0
            pause = min(pause * 2, self._watch.longest_pause_seconds)
            self._record = replace(self._record, restarts=self._record.restarts + 1)

    def _one_life(self) -> tuple[int, str, float]:
        """Exit status, why it ended, seconds for which it was ready."""
        process = self._start()
        self._note("starting", "", server=process.pid, ready_at=0.0)
        reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            reason = self._look_after(process)
            if self._stops:
                self._drain(process)
                reason = "stopped as asked"
        finally:
            _kill_all(process)
            reader.join(timeout=5)
        ready_at = self._record.ready_at
        self._failed_starts = 0 if ready_at else self._failed_starts + 1
        return process.returncode or 0, reason, time.time() - ready_at if ready_at else 0.0

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _TIED, *self._launch.command],
            env={**os.environ, **self._launch.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _look_after(self, process: "subprocess.Popen[bytes]") -> str:
        """Until the process ends, is not well for too long, or a stop is asked for; says which."""
        started, misses, next_look = time.monotonic(), 0, 0.0
        while not self._stops:
            if process.poll() is not None:
                return f"it ended with status {process.returncode}"
            if time.monotonic() >= next_look:
                well = is_well(self._record.address, seconds=self._watch.answer_seconds)
                next_look = time.monotonic() + self._watch.look_seconds
                misses = 0 if well or not self._record.ready_at else misses + 1
                self._note_health(well, misses)
                if misses >= self._watch.misses:
                    return f"/health gave no answer {misses} times in a row"
                if not self._record.ready_at and time.monotonic() - started > self._watch.start_seconds:
                    return f"it was not ready within {self._watch.start_seconds:.0f} s"
            self._wait(self._watch.look_seconds / 10)
        return ""

    def _note_health(self, well: bool, misses: int) -> None:
        if well and self._record.state != "ready":
            self._note("ready", "", ready_at=self._record.ready_at or time.time())
        elif misses and self._record.state == "ready":
            self._note("unwell", "/health gives no answer")

    def _drain(self, process: "subprocess.Popen[bytes]") -> None:
        """Running answers may end; vLLM takes no new ones from the signal on."""
        self._note("draining", f"running answers may go on for {self._serving.drain_seconds} s")
        process.terminate()
        deadline = time.monotonic() + self._serving.drain_seconds + self._watch.grace_seconds
        while process.poll() is None and time.monotonic() < deadline and self._stops < 2:
            self._wait(self._watch.look_seconds / 10)
        if process.poll() is None:
            self._say("it did not end in time and is killed")

    def _read(self, output: IO[bytes]) -> None:
        for line in output:
            self._log.write(line.decode("utf-8", errors="replace").rstrip("\r\n"))

    def _wait(self, seconds: float) -> None:
        self._wake.wait(seconds)
        if self._stops < 2:
            self._wake.clear()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stops += 1
        self._wake.set()

    def _note(self, state: State, detail: str, **changed: float) -> None:
        changes = {"state": state, "detail": detail, "since": time.time(), **changed}
        self._record = replace(self._record, **changes)  # type: ignore[arg-type]
        write_record(self._home, self._record)
        self._say(f"{state}{': ' if detail else ''}{detail}")

    def _say(self, text: str) -> None:
        self._log.write(f"manualdesk: {text}")

    def _last_words(self, reason: str) -> str:
        said = [line for line in self._log.tail() if "rror" in line and not line.startswith("manualdesk:")]
        last = said[-1].strip() if said else "it left no word of an error"
        return f"vLLM could not start: {reason}; {last}"


def _kill_all(process: "subprocess.Popen[bytes]") -> None:
    """The server and what it started: engines are processes of their own and hold the card's memory."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
