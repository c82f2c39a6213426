"""A walled desk that is being served, and clients that come from addresses of their own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.security.canaries import INTERNAL, SHOP
from tests.security.walled_desk import Told, told_from

SERVER = Path(__file__).with_name("walled_server.py")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    told: Told
    log: Path

    @property
    def home(self) -> Path:
        """Of the walled desk; what a test changes there, the server sees."""
        return self.log.parent / f"{INTERNAL}folder" / "home"


@contextmanager
def walled(folder: Path, *, hostile: bool = False) -> Iterator[Served]:
    """Until the block ends. `hostile`: the desk whose texts want to run."""
    log = folder / "server.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.security.walled_server", str(folder), "hostile" if hostile else ""],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, log.read_text()
            yield Served(_address(process, log), told_from(line), log)
        finally:
            process.terminate()
            process.wait(20)


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    """Said once it listens."""
    while True:
        if found := re.search(r"http://[\d.]+:\d+", log.read_text()):
            return found.group()
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(log.read_text())


def client(address: str, *, number: int = 1, **headers: str) -> httpx.Client:
    """`number` (1 to 250): each one is another sender, so that limits of one do not stop another.

    Each call has a connection of its own: on a slow machine the server ends an idle one in the very moment of a call.
    """
    transport = httpx.HTTPTransport(local_address=f"127.0.0.{number}", limits=httpx.Limits(max_keepalive_connections=0))
    return httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False, transport=transport)


def visitor(served: Served, http: httpx.Client) -> str:
    """A new visitor's token."""
    reply = http.post("/widget/v1/session", json={"site": served.told.site}, headers={"Origin": SHOP})
    assert reply.status_code == 200, reply.text
    token: str = reply.json()["token"]
    return token
