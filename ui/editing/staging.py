"""Uploads that wait: files come in, are compared and thrown away or published; nothing of them is searched before.

They lie in a folder of their own beside that of published uploads, and move there when they are ingested. A file that
could not be ingested moves back, and what it had replaced with it; after a kill the next look at them does that.
"""

import fcntl
import json
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from ingest.manual_toml import SETTINGS_FILE
from ingest.originals import fingerprint
from ingest.pipeline import Job
from ingest.report import Progress, Report
from serving.api.errors import Conflict, NotFound
from serving.api.needs import Ingest
from serving.api.uploads import Uploaded, Uploads

FOLDER: Final = "staged"
_ASIDE: Final = ".replaced"
"""Inside the folder, hidden: what staged files took the place of while they are being ingested."""
_JOURNAL: Final = ".publishing"
"""Names the files that are being ingested; locked for as long as that goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A file that waits."""

    document: str
    path: Path
    revision: str
    size: int

    @property
    def is_settings(self) -> bool:
        """Is it a `manual.toml`, which tells of a folder?"""
        return PurePosixPath(self.document).name == SETTINGS_FILE


class Staging:
    """The files that wait. Usable from several threads."""

    def __init__(self, home: Path) -> None:
        self.waiting = Uploads(home, FOLDER)
        self.published = Uploads(home)
        self._fingerprints: dict[Path, tuple[int, int, str]] = {}
        """Time, size and hash of each that was looked at, for as long as it waits."""

    def files(self) -> tuple[Staged, ...]:
        """All of them, by name."""
        found = tuple(each for each in map(self.find, self.waiting.names()) if each is not None)
        for gone in self._fingerprints.keys() - {each.path for each in found}:
            self._fingerprints.pop(gone, None)
        return found

    def find(self, document: str) -> Staged | None:
        """The file of that name; None where none waits."""
        path = self.waiting.file(document)
        if path is None:
            return None
        try:
            known = path.stat()
            written, size, revision = self._fingerprints.get(path, (0, 0, ""))
            if (written, size) != (known.st_mtime_ns, known.st_size):
                revision = fingerprint(path)[0]
                self._fingerprints[path] = (known.st_mtime_ns, known.st_size, revision)
        except FileNotFoundError:
            return None  # published or discarded since
        return Staged(document=document, path=path, revision=revision, size=known.st_size)

    def take(self, document: str, source: BinaryIO) -> Uploaded:
        """Keep a file for later; see `Uploads.take`."""
        return self.waiting.take(document, source)

    def discard(self, document: str) -> None:
        """Throw it away; what is published stays. Raises NotFound."""
        if not self.waiting.remove(document):
            raise NotFound(f"No upload called {document} waits.", hint="It was published or discarded already.")

    def publish(self, ingest: Ingest, documents: Sequence[str]) -> Generator[Progress | Report]:
        """The steps of the ingest of these files. What fails, or all where the run does, waits again afterwards."""
        waiting = [name for name in dict.fromkeys(documents) if self.waiting.file(name)]
        if not waiting:
            raise NotFound("None of these uploads waits any more.", hint="They were published or discarded already.")
        with self._journal(waiting):
            moved: set[str] = set()
            back = set(waiting)
            try:
                for name in waiting:
                    self._move_in(name)
                    moved.add(name)
                with closing(ingest(self._job(waiting))) as steps:
                    for step in steps:
                        if isinstance(step, Report):
                            back = {failed.document for failed in step.failed} & back
                        yield step
            finally:
                for name in waiting:
                    self._settle(name, back=name in back, moved=name in moved)

    def recover(self, revisions: Mapping[str, str]) -> None:
        """Let files wait again whose publishing was killed. `revisions`: what is indexed under each name."""
        path = self.waiting.folder / _JOURNAL
        try:
            journal = path.open("r+b")
        except FileNotFoundError:
            return  # nothing was going on, or it ended this moment
        with journal as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # it goes on, here or in another process
            if not os.fstat(file.fileno()).st_nlink:
                return  # it ended between the two: its files are where they belong, and `revisions` may be older
            for name in _names(file.read()):
                # One that lies in both folders, and took the place of none, may as well not have moved yet.
                moved = self.waiting.file(name) is None or self._aside(name).exists()
                self._settle(name, back=not self._is_published(name, revisions), moved=moved)
            path.unlink(missing_ok=True)

    def _is_published(self, document: str, revisions: Mapping[str, str]) -> bool:
        file = self.published.file(document)
        return file is not None and fingerprint(file)[0] == revisions.get(document)

    @contextmanager
    def _journal(self, documents: Sequence[str]) -> Iterator[None]:
        """Raises Conflict where another process publishes uploads."""
        path = self.waiting.folder / _JOURNAL
        with path.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict("Another process publishes uploads.", hint="Wait until it has ended.") from None
            file.truncate(0)
            file.write(json.dumps(documents).encode())
            file.flush()
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def _job(self, documents: Iterable[str]) -> Job:
        root = self.published.folder
        root.mkdir(parents=True, exist_ok=True)
        # What tells of a folder concerns all that lies there.
        places = (root / name for name in documents)
        paths = {place.parent if place.name == SETTINGS_FILE else place for place in places}
        return Job(paths=tuple(sorted(paths)), root=root)

    def _move_in(self, document: str) -> None:
        source = self.waiting.place(document)
        target, aside = self.published.place(document), self._aside(document)
        if target.exists():
            aside.parent.mkdir(parents=True, exist_ok=True)
            target.replace(aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)

    def _settle(self, document: str, *, back: bool, moved: bool) -> None:
        target, aside, source = self.published.place(document), self._aside(document), self.waiting.place(document)
        if back:
            if moved and target.exists():
                if source.exists():  # one uploaded meanwhile is the newer one
                    target.unlink()
                else:
                    source.parent.mkdir(parents=True, exist_ok=True)
                    target.replace(source)
            if aside.exists():
                aside.replace(target)
        aside.unlink(missing_ok=True)
        _tidy(aside.parent, self.waiting.folder)
        _tidy(source.parent, self.waiting.folder)

    def _aside(self, document: str) -> Path:
        return self.waiting.folder / _ASIDE / document


def _names(journal: bytes) -> list[str]:
    try:
        return [str(name) for name in json.loads(journal)]
    except ValueError:
        return []  # killed before it was written: nothing had moved


def _tidy(folder: Path, top: Path) -> None:
    """Remove folders that are empty now, up to the top one."""
    while folder != top and folder.is_relative_to(top) and folder.is_dir() and not os.listdir(folder):  # noqa: PTH208
        folder.rmdir()
        folder = folder.parent
