"""A real PostgreSQL of a test's own, on a socket in a temporary folder, run by a user who is not root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DEBIAN = Path("/usr/lib/postgresql")
"""Its server programs are not on the path."""


def _program(name: str) -> str:
    versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    return found


def _user() -> str | None:
    """Who runs it: PostgreSQL refuses root."""
    if os.geteuid():
        return None
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def running_postgres() -> Iterator[str]:
    """Its URL, with a new and empty database. Skips the test where PostgreSQL is not installed."""
    initdb, server = _program("initdb"), _program("postgres")
    folder, user = Path(tempfile.mkdtemp(prefix="manualdesk-postgres-")), _user()
    data = folder / "data"
    if user is not None:
        shutil.chown(folder, user)
    try:
        made = [initdb, "-D", str(data), "-U", "manualdesk", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        subprocess.run(made, user=user, cwd=folder, check=True, capture_output=True, timeout=120)
        options = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
        command = [server, "-D", str(data), *(f"--{name}={value}" for name, value in options.items())]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
            try:
                _wait(process, folder)
                yield f"postgresql://manualdesk@/postgres?host={folder}"
            finally:
                process.send_signal(signal.SIGINT)  # who is still connected is disconnected
                process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    import psycopg

    while True:
        try:
            psycopg.connect(f"host={folder} user=manualdesk dbname=postgres", connect_timeout=30).close()
        except psycopg.OperationalError:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError((folder / "log").read_text()) from None
        return
