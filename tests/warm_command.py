"""The `manualdesk` command in processes that begin with the heavy libraries imported: half of what a test of it takes.

A warm process (`python -m tests.warm_command SOCKET`) has imported torch and the like, holds no model and has computed
nothing. It is asked over a socket for a command (arguments, environment, folder, and where its output goes), forks, and
the child runs `ui.cli.main` as the installed script does: a process of its own with its own environment, whose exit
status comes back. What `manualdesk` imports by itself, how fast it starts and what signals do to it is tested with the
script (`tests.conftest.MANUALDESK`).
"""

import atexit
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO

ROOT = Path(__file__).parents[1]
SCRIPT = Path(sys.executable).with_name("manualdesk")
HEAVY = ("numpy", "torch", "tokenizers", "safetensors", "qdrant_edge", "qdrant_client", "typer", "httpx")
"""What most commands import; importing them starts no thread that a fork would lose."""
READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class WarmCommand:
    """A running warm process."""

    address: str

    def run(
        self, arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` of the command, with its output captured as text."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = self._status(arguments, env, cwd, (out, err), timeout)
            said = [_text(stream) for stream in (out, err)]
        return subprocess.CompletedProcess(["manualdesk", *arguments], status, *said)

    def _status(
        self, arguments: Sequence[str], env: Mapping[str, str], cwd: Path, streams: Sequence[IO[bytes]], timeout: float
    ) -> int:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(timeout)
            asking.connect(self.address)
            request = json.dumps({"arguments": list(arguments), "env": dict(env), "cwd": str(cwd)}).encode()
            socket.send_fds(asking, [len(request).to_bytes(4, "big")], [stream.fileno() for stream in streams])
            asking.sendall(request)
            replies = asking.makefile("r", encoding="ascii")
            process = int(replies.readline())
            try:
                return int(replies.readline())
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["manualdesk", *arguments], timeout) from None


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8").replace("\r\n", "\n")


@contextmanager
def warm_command() -> Iterator[WarmCommand]:
    """It ends with the tests, also where they are killed: its input ends then."""
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "socket")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_command", address],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield WarmCommand(address)
        finally:
            process.stdin.close()
            process.terminate()
            process.wait(READY_SECONDS)
            process.stdout.close()


def serve(address: str) -> None:
    """One process for each command asked for, until this one is ended."""
    for name in HEAVY:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while True:
            asking, _ = listening.accept()
            if not os.fork():
                # A second fork runs the command, so that this one can wait for it while others are served.
                listening.close()
                _answer(asking)
                os._exit(0)
            asking.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass


def _answer(asking: socket.socket) -> None:
    size, streams, *_ = socket.recv_fds(asking, 4, 2)
    request = json.loads(asking.makefile("rb").read(int.from_bytes(size, "big")))
    process = os.fork()
    if not process:
        asking.close()
        _become(request, streams)
    asking.sendall(f"{process}\n".encode())
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(BrokenPipeError):
        asking.sendall(f"{status}\n".encode())


def _become(request: Mapping[str, object], streams: Sequence[int]) -> None:
    """The command itself; does not return."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((nothing, *streams)):
        os.dup2(descriptor, number)
    os.environ.clear()
    environment = request["env"]
    arguments = request["arguments"]
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    os.environ.update(environment)
    os.chdir(str(request["cwd"]))
    sys.argv = [str(SCRIPT), *map(str, arguments)]
    # As in the script: what it starts anew (readers of files) begins with this file.
    script = ModuleType("__main__")
    script.__file__ = str(SCRIPT)
    sys.modules["__main__"] = script
    from ui.cli import main

    status = 1
    try:
        main()
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    finally:
        # All that an interpreter does at its end but taking itself apart: that copies what it shares with the warm one.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1])
