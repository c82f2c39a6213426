"""Original files kept by content hash, so that a citation opens what was ingested, whatever became of the file.

They also bring a removed manual back. What no kept generation holds any more can be pruned.
"""

import hashlib
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.errors import SettingError
from ingest.types import SourceFile


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """A kept file."""

    path: Path
    revision: str
    size: int
    """Bytes."""


def fingerprint(file: Path) -> tuple[str, int]:
    """The revision that a file's bytes are, and how many they are."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return digest.hexdigest()[:16], stream.tell()


def keep_original(home: Path, source: SourceFile) -> None:
    """Keep a copy of the file; does nothing where its revision is already kept.

    Nor where the file was changed since its revision was taken: the next ingest keeps what it is now.
    """
    kept = _place(home, source.revision, source.document)
    if not kept.exists():
        _copy(source.path, kept, revision=source.revision)


def original_path(home: Path, revision: str, document: str) -> Path | None:
    """The kept original of a document's revision, None where it is not kept (or the revision is no hash)."""
    if not revision.isalnum():
        return None
    kept = _place(home, revision, document)
    return kept if kept.is_file() else None


def bring_back(home: Path, revision: str, document: str, folder: Path) -> Path:
    """Put the kept original of a document back into its root folder, and return where it lies.

    A file that is there already stays as it is. Raises SettingError where the original is not kept, or where it
    cannot be written.
    """
    place = folder / document
    if place.exists():
        return place
    kept = original_path(home, revision, document)
    if kept is None:
        raise SettingError(
            f"The original of {document} is no longer kept.",
            hint="Copy the file back and ingest it; or see whether `manualdesk rollback` still has it.",
        )
    if not folder.is_dir() or not place.resolve().is_relative_to(folder.resolve()):
        raise SettingError(f"{folder}, where {document} lay, is not there.", hint="Name another folder: --to FOLDER")
    try:
        _copy(kept, place)
    except OSError as error:
        raise SettingError(
            f"{place} cannot be written: {error.strerror}", hint="Name a folder that can: --to FOLDER"
        ) from error
    return place


def unneeded(home: Path, needed: Collection[str]) -> list[KeptOriginal]:
    """Kept originals of other revisions than the needed ones, by name."""
    folder = home / "originals"
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    found = [KeptOriginal(path, path.name.partition(".")[0], path.stat().st_size) for path in files]
    # A name that begins with a dot is a copy in the making, of a run that goes on or was killed.
    return [kept for kept in found if kept.revision and kept.revision not in needed]


def _copy(source: Path, target: Path, *, revision: str = "") -> None:
    """Copy whole or not at all; where a revision is given, only that one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, work)
        if not revision or fingerprint(work)[0] == revision:
            work.replace(target)
    finally:
        work.unlink(missing_ok=True)


def _place(home: Path, revision: str, document: str) -> Path:
    return home / "originals" / f"{revision}{PurePosixPath(document).suffix.lower()}"
