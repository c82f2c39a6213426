"""A measured run of the command: arguments go in, its output, seconds and the highest memory of all its processes come
out."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY_SECONDS = 0.5
"""Adding up the pages of a process of 3 GB takes the system a tenth of a second."""
COMMAND = Path(sys.executable).with_name("manualdesk")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished command."""

    seconds: float
    mebibytes: int | None
    output: str


def run_command(home: Path, *arguments: str) -> Run:
    """Run `manualdesk` with this home to its end. Where it fails, its stderr is shown and the bench ends."""
    environment = {**os.environ, "MANUALDESK_HOME": str(home), "MANUALDESK_INDEX_URL": ""}
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with PeakMemory(process.pid) as peak:
        output, said = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"manualdesk {' '.join(arguments)} ended with {process.returncode}:\n{said}")
    return Run(seconds, peak.mebibytes, output)


class PeakMemory:
    """Samples while it is entered. `mebibytes` is None where the system has no /proc."""

    def __init__(self, process_id: int) -> None:
        self.mebibytes: int | None = None
        self._process_id = process_id
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._sampler.join()

    def _sample(self) -> None:
        while True:
            if total := sum(_kibibytes(process) for process in tree(self._process_id)):
                self.mebibytes = max(self.mebibytes or 0, total // 1024)
            if self._ended.wait(_EVERY_SECONDS):
                return


def tree(process_id: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything, also spaces and brackets; the parent comes second behind it.
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found = [process_id]
    for process in found:
        found.extend(children.get(process, []))
    return found


def _kibibytes(process_id: int) -> int:
    """The proportional set size: pages shared between processes count once in the total."""
    try:
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
