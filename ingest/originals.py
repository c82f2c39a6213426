"""Original files kept by content hash, so that a citation opens what was ingested, whatever became of the file."""

import os
import shutil
from pathlib import Path, PurePosixPath

from ingest.types import SourceFile


def keep_original(home: Path, source: SourceFile) -> None:
    """Keep a copy of the file; does nothing where its revision is already kept."""
    kept = _place(home, source.revision, source.document)
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    work = kept.with_name(f".{kept.name}.{os.getpid()}")
    try:
        shutil.copyfile(source.path, work)
        work.replace(kept)
    finally:
        work.unlink(missing_ok=True)


def original_path(home: Path, revision: str, document: str) -> Path | None:
    """The kept original of a document's revision, None where it is not kept (or the revision is no hash)."""
    if not revision.isalnum():
        return None
    kept = _place(home, revision, document)
    return kept if kept.is_file() else None


def _place(home: Path, revision: str, document: str) -> Path:
    return home / "originals" / f"{revision}{PurePosixPath(document).suffix.lower()}"
