"""The connection to Ray: an address enters, a running session leaves. A cluster that is started here also ends here.

`ray` starts a cluster on this machine for as long as the session lasts, `ray://auto` joins the one this machine is a
node of, `ray://HOST:PORT` is the Ray Client address of any other.
"""

import logging
import os
import re
import secrets
import shutil
import sys
import tempfile
import threading
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

from ingest import chunk
from ingest.errors import SettingError
from ingest.versions import READERS

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would report to its makers
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # or it warns of a change to come
}
_PRIVATE = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # a cluster started here listens on 127.0.0.1 only,
    "RAY_AUTH_MODE": "token",  # and other users of this machine cannot give it work
}
_STORE_BYTES = 512 * 1024**2
"""Shared memory of a cluster on this machine: twice what is in flight (see `cluster_reading`)."""
_EMBEDDER_BYTES = 1.5 * 1024**3
"""Memory set aside for an embedder: torch and the bundled model take 1.1 GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a run makes of a cluster."""

    embedders: int
    """One a GPU where there are GPUs, else one a processor."""
    graphics: int
    """GPUs of each embedder, 0 or 1."""
    readers: int
    """Parcels of files in work. They take no processor of Ray's count: embedding is nine tenths of the work, readers
    give way to it (see `workers`), and reading can never wait for a processor that an embedder holds."""


def share_out(resources: dict[str, float]) -> Share:
    """`resources`: of a cluster, as Ray names them."""
    processors = int(resources.get("CPU", 0))
    graphics = int(resources.get("GPU", 0))
    room = int(resources.get("memory", _EMBEDDER_BYTES) // _EMBEDDER_BYTES)
    return Share(
        embedders=graphics or max(1, min(processors, room)),
        graphics=min(1, graphics),
        readers=max(2, processors // 2),
    )


def check_address(address: str) -> None:
    """Raises SettingError for what is no address of Ray, or where Ray is not installed."""
    if not re.fullmatch(r"ray|ray://(auto|[\w.-]+:\d+|\[[0-9a-fA-F:]+\]:\d+)", address):
        raise SettingError(
            f"--workers has value {address!r}, which is neither a count nor a Ray cluster.",
            hint="Give a number, `ray` (starts Ray on this machine), `ray://auto` or `ray://HOST:PORT`.",
        )
    if find_spec("ray") is None:
        raise SettingError(
            f"--workers {address} needs Ray, which is not installed.",
            hint="pip install 'manualdesk[cluster]'",
        )


class Session:
    """Connects when `share` is first asked for; safe to use from several threads."""

    def __init__(self, address: str, *, processors: int = 0) -> None:
        """`processors`: of a cluster that is started here; 0: those of this machine.

        Raises SettingError for what is no address of Ray, or where Ray is not installed.
        """
        check_address(address)
        _set_up_ray(private=address == "ray")
        self._address = address
        self._processors = processors or os.cpu_count() or 1
        self._folder: str | None = None
        self._share: Share | None = None
        self._lock = threading.Lock()

    def share(self) -> Share:
        """Connect where that was not done yet. Raises SettingError where the cluster cannot be reached."""
        with self._lock:
            if self._share is None:
                try:
                    _keep_off_stdout()
                    self._start() if self._address == "ray" else self._join()
                    self._share = share_out(_resources())
                except BaseException as error:
                    self._leave()  # also when stopped half-way: no process of Ray stays
                    if isinstance(error, OSError | RuntimeError | ValueError):
                        raise _unusable(self._address, error) from error
                    raise
            return self._share

    def _start(self) -> None:
        import ray

        self._folder = tempfile.mkdtemp(prefix="manualdesk-ray-")
        ray.init(
            num_cpus=self._processors,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=_STORE_BYTES,
            _temp_dir=self._folder,
        )

    def _join(self) -> None:
        import ray

        address = "auto" if self._address == "ray://auto" else self._address
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the error that follows says the same
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)

    def close(self) -> None:
        """Leave the cluster, which ends what this session runs there, or end the cluster started here."""
        with self._lock:
            if self._share is not None:
                self._leave()

    def _leave(self) -> None:
        import ray

        ray.shutdown()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._share = self._folder = None


def _unusable(address: str, error: Exception) -> SettingError:
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return SettingError(
        f"The Ray cluster {address} cannot be used: {reason}",
        hint="Look at `ray status` there. It must have the Ray and Python of this machine, and this machine its token "
        "where it asks for one (RAY_AUTH_MODE=token).",
    )


def _set_up_ray(*, private: bool) -> None:
    """Set what Ray reads when it is imported. What the caller's environment says already stands."""
    if "ray" in sys.modules:
        return
    wanted = {**_QUIET, **_PRIVATE, "RAY_AUTH_TOKEN": secrets.token_hex(32)} if private else _QUIET
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def _keep_off_stdout() -> None:
    """Ray writes to stdout that a worker died, whatever it is told about logs; stdout is the answer's."""
    from ray._private import worker

    worker._worker_logs_enabled = False  # type: ignore[attr-defined, unused-ignore]


def _resources() -> dict[str, float]:
    import ray

    return {str(name): float(amount) for name, amount in ray.cluster_resources().items()}  # type: ignore[no-untyped-call]


def software() -> str:
    """What makes the chunks of a file here; two machines of the same word make the same chunks."""
    return f"{version('manualdesk')} (readers {READERS}, chunks {chunk.VERSION})"


def check_software(wanted: str) -> None:
    """For a worker: raises SettingError where this machine would make other chunks."""
    if software() != wanted:
        raise SettingError(
            f"A node of the Ray cluster has manualdesk {software()}, this machine {wanted}.",
            hint="Install the same version on every node.",
        )
