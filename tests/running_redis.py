"""A real redis-server of a test's own, on a socket in its folder."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


class RunningRedis:
    """Can be stopped and started again; what it held is lost."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("redis-server")
        if found is None:
            pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
        self._command = [
            found,
            "--port",
            "0",
            "--unixsocket",
            str(folder / "redis.sock"),
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._folder / 'redis.sock'}"

    def start(self) -> None:
        from redis import Redis, RedisError

        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        answers = False
        while not answers:
            assert self._process.poll() is None, "redis-server ended"
            assert time.monotonic() < deadline, "redis-server does not answer"
            with suppress(RedisError), Redis.from_url(self.url) as client:
                answers = bool(client.ping())

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running_redis(folder: Path) -> Iterator[RunningRedis]:
    """Skips the test where Redis is not installed."""
    redis = RunningRedis(folder)
    redis.start()
    try:
        yield redis
    finally:
        redis.stop()
