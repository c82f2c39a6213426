"""The bench's memory sampler counts a process and what it started."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.process_tree import PeakMemory

TAKE = "kept = bytearray(b'x' * (50 * 2**20)); print('taken', flush=True); input()"
PARENT = (
    "import subprocess, sys\n"
    f"child = subprocess.Popen([sys.executable, '-c', {TAKE!r}], stdin=subprocess.PIPE)\n"
    f"{TAKE}\n"
    "child.communicate(b'end')\n"
)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no /proc on this system")
def test_memory_of_a_process_and_its_child() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert [process.stdout.readline().strip() for _ in range(2)] == ["taken", "taken"]
        with PeakMemory(process.pid) as peak:
            pass  # one sample is taken on the way in
        process.communicate("end\n")
    assert peak.mebibytes
    assert 100 <= peak.mebibytes < 300
