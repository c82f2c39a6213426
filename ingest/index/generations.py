"""Folders of generations: enters a folder, leaves the published one, a working copy, or a new one published whole.

`generations/NAME/` holds an engine's files and `info.json`; the file `current` names the published one. Only one
process drafts at a time (`lock`); readers need no lock, for a published folder never changes.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.errors import IndexUnusable, NothingPublished, SettingError
from ingest.index.contract import IndexInfo
from ingest.index.payload import REINGEST, check_format

KEEP = 3
"""Generations kept, the published one included: two rollbacks."""
NOTHING_PUBLISHED = "run `manualdesk ingest PATH` on your manuals' folder first"
_READ_AHEAD = 2**17
"""Bytes that are asked for at once: of more, a system reads no more than this at its default."""
_STAMP = "%Y%m%dT%H%M%S%fZ"


class Generations:
    """The generations below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pointer = folder / "current"

    def names(self) -> list[str]:
        """Names of all kept generations, oldest first."""
        try:
            return sorted(entry.name for entry in (self.folder / "generations").iterdir())
        except FileNotFoundError:
            return []

    def path(self, name: str) -> Path:
        return self.folder / "generations" / name

    def current(self) -> str | None:
        """The published generation's name; None where nothing was published yet."""
        try:
            return self.pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def require_current(self) -> str:
        """Raises IndexUnusable where nothing was published yet."""
        name = self.current()
        if name is None:
            raise NothingPublished(f"no index in {self.folder} yet", hint=NOTHING_PUBLISHED)
        return name

    def info(self, name: str) -> IndexInfo:
        """What a generation is. Raises IndexUnusable where it is missing or of another format."""
        file = self.path(name) / "info.json"
        try:
            fields = json.loads(file.read_text(encoding="utf-8"))
            check_format(int(fields["format"]), f"in {self.folder}")
            return IndexInfo(**fields)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IndexUnusable(f"the index is damaged: {file}: {error}", hint=REINGEST) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The right to draft, for one process at a time; the system releases it when the process ends.

        Raises IndexUnusable naming the process that holds it, SettingError where the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise SettingError(
                f"{self.folder} cannot be written: {error.strerror}",
                hint="name a folder you may write: MANUALDESK_HOME",
            ) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
                message = f"another ingest (process {holder}) is writing to {self.folder}"
                raise IndexUnusable(message, hint="wait until it has ended, then run the command again") from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def working_folder(self, *, start_from: str | None) -> Iterator[Path]:
        """A folder to draft in, removed at the end unless `publish` took it. Call with the lock held."""
        for stale in self.folder.glob("draft-*"):
            # Left by an ingest that was killed; nobody else can own one while the lock is ours.
            shutil.rmtree(stale)
        work = self.folder / f"draft-{self._next_name()}"
        try:
            if start_from is None:
                work.mkdir()
            else:
                copy_tree(self.path(start_from), work)
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def publish(self, work: Path, info: IndexInfo, *, based_on: str | None) -> IndexInfo:
        """Make a closed working folder the published generation. Its name is set here, so that names sort by time."""
        name = self._next_name()
        info = replace(info, generation=name)
        (work / "info.json").write_text(json.dumps(asdict(info), indent=2) + "\n", encoding="utf-8")
        _sync_tree(work)
        (self.folder / "generations").mkdir(exist_ok=True)
        work.rename(self.path(name))
        _sync(self.folder / "generations")
        self._point_to(name)
        self._prune(name, based_on)
        return info

    def roll_back(self) -> str:
        """Point to the generation before the published one and return its name. Call with the lock held."""
        current = self.require_current()
        earlier = [name for name in self.names() if name < current]
        if not earlier:
            hint = "ingest the earlier manuals again to get back to them"
            raise IndexUnusable(f"there is no generation before {current} in {self.folder}", hint=hint)
        self.switch(earlier[-1])
        return earlier[-1]

    def switch(self, name: str) -> IndexInfo:
        """Point to a kept generation. Raises IndexUnusable where it is not kept. Call with the lock held."""
        if name not in self.names():
            raise IndexUnusable(f"there is no generation {name} in {self.folder}", hint="it is not kept any more")
        info = self.info(name)
        self._point_to(name)
        return info

    def _point_to(self, name: str) -> None:
        new = self.folder / "current.new"
        new.write_text(name + "\n", encoding="utf-8")
        _sync(new)
        new.replace(self.pointer)
        _sync(self.folder)

    def _prune(self, published: str, based_on: str | None) -> None:
        """Drop what is too old, and what was rolled back from: a later rollback must not return to it."""
        kept = [name for name in self.names() if based_on is None or name <= based_on or name >= published]
        for name in self.names():
            if name not in kept[-KEEP:]:
                shutil.rmtree(self.path(name), ignore_errors=True)

    def _next_name(self) -> str:
        """The time now, moved past the newest generation's should the clock have been set back."""
        now = datetime.now(UTC)
        for newest in self.names()[-1:]:
            now = max(now, datetime.strptime(newest, _STAMP).replace(tzinfo=UTC) + timedelta(microseconds=1))
        return now.strftime(_STAMP)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder of files. Holes stay holes: the engine's files are mostly such, and 50 times their data long."""
    target.mkdir()
    for entry in source.iterdir():
        if entry.is_dir():
            copy_tree(entry, target / entry.name)
        else:
            _copy_file(entry, target / entry.name)


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as reader, target.open("wb") as writer:
        writer.truncate(os.fstat(reader.fileno()).st_size)
        for start, end in _stretches(reader.fileno()):
            os.lseek(reader.fileno(), start, os.SEEK_SET)
            os.lseek(writer.fileno(), start, os.SEEK_SET)
            left = end - start
            while left and (sent := os.sendfile(writer.fileno(), reader.fileno(), None, left)):
                left -= sent


def fetch(folder: Path) -> None:
    """Have the system read a folder's files into memory; holes are left out.

    The engine takes a shard out of the system's memory when it closes it. Left there, each first look at a chunk would
    wait for the disk: forty times a question, for the first hundreds of questions of a new generation.
    """
    if not hasattr(os, "posix_fadvise"):
        return  # not on every system
    try:
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        for file in files:
            _fetch_file(file)
    except FileNotFoundError:
        return  # a newer generation has pushed this one out


def _fetch_file(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        for first, end in _stretches(descriptor):
            for start in range(first, end, _READ_AHEAD):
                os.posix_fadvise(descriptor, start, min(_READ_AHEAD, end - start), os.POSIX_FADV_WILLNEED)
    finally:
        os.close(descriptor)


def _stretches(descriptor: int) -> Iterator[tuple[int, int]]:
    """Where a file holds data, from its beginning to its end."""
    size, end = os.fstat(descriptor).st_size, 0
    while end < size:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError:
            return  # Nothing but a hole up to the end.
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, end


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _sync_tree(entry)
        else:
            _sync(entry)
    _sync(folder)
