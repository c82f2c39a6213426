"""A PostgreSQL of our own in a temporary folder, for as long as a test needs one; reached by a socket in that folder.

It does not run as root, so there it is started as `nobody`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import URL

_PLACES = Path("/usr/lib/postgresql")
_SETTINGS = "-c listen_addresses= -c fsync=off -c shared_buffers=16MB -c max_connections=40"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest where there are several; None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path for path in _PLACES.glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Running with its files in `folder`; yields the address of an empty database."""
    where = programs()
    assert where is not None, "ask programs() before"
    user = _who()
    # A socket's path is short by law, a test's folder is not.
    with TemporaryDirectory(prefix="pg", dir="/tmp") as sockets:
        data = Path(sockets) / "data"
        if user:
            shutil.chown(sockets, user)
        _run(user, where / "initdb", "-D", data, "-U", "manualdesk", "-A", "trust", "-E", "UTF8", "--no-sync")
        log = Path(sockets) / "log"
        options = f"{_SETTINGS} -k {sockets}"
        _run(user, where / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start")
        try:
            _run(user, where / "createdb", "-h", sockets, "-U", "manualdesk", "desk")
            made = URL.create("postgresql", "manualdesk", database="desk", query={"host": sockets})
            yield made.render_as_string()
        finally:
            _run(user, where / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
            shutil.copy(log, folder / "postgres.log")


def _who() -> str:
    return "nobody" if os.geteuid() == 0 else ""


def _run(user: str, *command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user or None, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
