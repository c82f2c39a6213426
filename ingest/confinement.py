"""What a worker may do and what it costs: a process shuts itself in, another measures it and ends it with its children.

Linux: sizes come from /proc.
"""

import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

_REFUSED = frozenset(f"socket.{call}" for call in ("connect", "sendto", "sendmsg", "getaddrinfo", "gethostbyname"))
_PAGE = os.sysconf("SC_PAGE_SIZE")


def shut_in(memory_bytes: int) -> None:
    """For the rest of this process's life: no network, an address space of so many bytes, a process group of its own.

    The group is what lets `end` reach programs that a reader started. Ctrl-C does not reach a group of its own.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(PermissionError):  # the leader of a session has its group already
        os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in _REFUSED and not (event == "socket.connect" and isinstance(arguments[-1], str | bytes)):
        raise PermissionError("it asks for something from the network, which no manual gets")


def resident_bytes(process: int) -> int:
    """Memory that a process and all it started hold now; 0 for one that is gone."""
    total, waiting = 0, [process]
    while waiting:
        here = Path("/proc", str(waiting.pop()))
        with suppress(OSError, ValueError, IndexError):  # gone this moment
            total += int((here / "statm").read_text().split()[1]) * _PAGE
            for task in (here / "task").iterdir():
                waiting.extend(map(int, (task / "children").read_text().split()))
    return total


def end(process: int) -> None:
    """Kill a process and its group. Call it before the process is waited for, while its number is its own."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process) == process:
            os.killpg(process, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
