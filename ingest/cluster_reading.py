"""Files to chunks on the workers of a Ray cluster: source files enter, chunked files leave as they are done.

The bytes travel with the task, so that no worker needs a disk that others see. On a worker a file is read as on one
machine: in a process of its own under limits, which says why a file could not be read. A worker that dies with its
files costs another try of each of them.
"""

import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.cluster_session import Session, check_software, software
from ingest.errors import ReadError
from ingest.types import SourceFile
from ingest.workers import ChunkedFile, Limits, read_all

if TYPE_CHECKING:
    from ray import ObjectRef

_FILES = 32
_BYTES = 4 * 1024**2
"""A parcel holds so many files or bytes, or one file: starting a reading process (2 s) is worth it, no worker lags."""
_BYTES_IN_FLIGHT = 256 * 1024**2
"""Beyond this nothing more is sent out, but for a single file that is larger."""
_ATTEMPTS = 3
"""Workers that may die with a file before it is given up."""
_LOOK_SECONDS = 0.5
"""How long it takes at most to notice that the run was stopped."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files as they travel to a worker, and how often that was tried."""

    sources: tuple[SourceFile, ...]
    attempt: int = 1

    @property
    def size(self) -> int:
        return sum(source.size for source in self.sources)


def parcels(sources: Sequence[SourceFile]) -> Iterator[Parcel]:
    """The sources in their order, packed."""
    packed: list[SourceFile] = []
    for source in sources:
        if packed and (len(packed) == _FILES or sum(one.size for one in packed) + source.size > _BYTES):
            yield Parcel(tuple(packed))
            packed = []
        packed.append(source)
    if packed:
        yield Parcel(tuple(packed))


def read_parcel(
    sources: Sequence[SourceFile], contents: Sequence[bytes | None], limits: Limits, wanted: str
) -> list[ChunkedFile]:
    """Runs on a worker. `contents`: None for a file that could not be opened. Raises SettingError (other software)."""
    check_software(wanted)
    with tempfile.TemporaryDirectory(prefix="manualdesk-") as folder:
        arrived = []
        for number, (source, content) in enumerate(zip(sources, contents, strict=True)):
            place = Path(folder, str(number))
            place.mkdir()
            path = place / source.path.name
            if content is not None:
                path.write_bytes(content)
            arrived.append(replace(source, path=path))
        original = {source.document: source.path for source in sources}
        return [
            replace(file, source=replace(file.source, path=original[file.source.document]))
            for file in read_all(arrived, workers=1, limits=limits)
        ]


class Reading:
    """One run's reading on a cluster. Iterate `files`; `stop` may be called from another thread."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session = session
        self._limits = limits
        self._waiting: deque[Parcel] = deque()
        self._running: dict[ObjectRef[list[ChunkedFile]], Parcel] = {}
        self._stopped = False
        self._lock = threading.Lock()
        """Held while Ray is used, so that nobody ends it meanwhile."""

    def files(self, sources: Sequence[SourceFile]) -> Iterator[ChunkedFile]:
        """Every file once, as they are done (not in order), until stopped."""
        self._waiting.extend(parcels(sources))
        try:
            while self._waiting or self._running:
                with self._lock:
                    if self._stopped:
                        return
                    self._send()
                    done = self._receive()
                yield from done
        finally:
            self.stop()

    def stop(self) -> None:
        """End it; within half a second no file comes any more."""
        with self._lock:
            self._stopped = True
            if not self._running:
                return
            import ray

            for reference in self._running:
                with suppress(ray.exceptions.RayError):
                    ray.cancel(reference, force=True)
            self._running.clear()

    def _send(self) -> None:
        """Keep every reader busy, within the bound of bytes."""
        import ray

        share = self._session.share()
        task = ray.remote(num_cpus=0, max_retries=0, scheduling_strategy="SPREAD")(read_parcel)
        in_flight = sum(parcel.size for parcel in self._running.values())
        while self._waiting and len(self._running) < share.readers:
            if self._running and in_flight + self._waiting[0].size > _BYTES_IN_FLIGHT:
                return
            parcel = self._waiting.popleft()
            in_flight += parcel.size
            contents = [_content(source) for source in parcel.sources]
            self._running[task.remote(parcel.sources, contents, self._limits, software())] = parcel

    def _receive(self) -> list[ChunkedFile]:
        import ray

        done, _ = ray.wait(list(self._running), timeout=_LOOK_SECONDS)
        files: list[ChunkedFile] = []
        for reference in done:
            parcel = self._running.pop(reference)
            try:
                files += ray.get(reference)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None  # our own code failed on the worker, as it would here
            except ray.exceptions.RayError as error:
                files += self._again(parcel, error)
        return files

    def _again(self, parcel: Parcel, error: Exception) -> list[ChunkedFile]:
        """Another try for each file alone, since one of them may be what killed the worker."""
        if parcel.attempt == _ATTEMPTS:
            return [ChunkedFile(source, (), 0, _given_up(source, error)) for source in parcel.sources]
        self._waiting.extendleft(Parcel((source,), parcel.attempt + 1) for source in reversed(parcel.sources))
        return []


def _content(source: SourceFile) -> bytes | None:
    # What cannot be opened is told by the reader, in the words of a run on one machine.
    with suppress(OSError):
        return source.path.read_bytes()
    return None


def _given_up(source: SourceFile, error: Exception) -> ReadError:
    reason = str(error).strip().splitlines()[0]
    return ReadError(
        f"{source.document}: {_ATTEMPTS} workers died while they read it ({type(error).__name__}: {reason}).",
        hint="Read it alone with --workers 1, or look at the log of the Ray workers.",
    )
