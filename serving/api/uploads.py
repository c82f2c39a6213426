"""Uploaded manuals: a name and bytes from outside come in, a file under the uploads folder (or a refusal) comes out.

Everything stays below that folder, whatever the name says. A file appears whole or not at all.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from ingest.manual_toml import SETTINGS_FILE
from ingest.originals import fingerprint
from ingest.suffixes import SUFFIXES
from serving.api.errors import BadRequest, Conflict, TooLarge
from serving.api.limits import MOST_UPLOAD

FOLDER: Final = "uploads"
_LONGEST_PART: Final = 200
"""Bytes of a folder's or file's name; file systems take 255, and room is left for a temporary ending."""
_MOST_FOLDERS: Final = 8
_MOST_SETTINGS: Final = 64 * 1024
_HINT: Final = "Name it as it is to be listed, such as kettle/en/user-guide.pdf."
_BEGINNINGS: Final = {".pdf": b"%PDF-"} | dict.fromkeys(
    (".docx", ".docm", ".pptx", ".pptm", ".xlsx", ".xlsm", ".odt", ".epub"), b"PK"
)
_LOOKED_AT: Final = 1024
"""Bytes in which a PDF's mark may stand (ISO 32000, annex H)."""


class BadName(BadRequest):
    """The name of an upload leads elsewhere, or is none that a manual can have."""


class NoManual(BadRequest):
    """What was sent is not what its name says, or nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was taken in."""

    document: str
    revision: str
    size: int
    """Bytes."""
    replaced: bool
    """There was one of that name."""


class Uploads:
    """A folder of uploaded manuals: by default the one that is an ingest root of its own."""

    def __init__(self, home: Path, name: str = FOLDER) -> None:
        self.folder = home.resolve() / name

    def exists(self) -> bool:
        return self.folder.is_dir()

    def names(self) -> list[str]:
        """All files in it, sorted; hidden ones are not ours."""
        found: list[str] = []
        for folder, folders, files in os.walk(self.folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            here = Path(folder).relative_to(self.folder)
            found.extend((here / name).as_posix() for name in files if not name.startswith("."))
        return sorted(found)

    def file(self, document: str) -> Path | None:
        """Where an uploaded file of that name lies; None where there is none."""
        try:
            place = self.place(document)
        except BadName:
            return None
        return place if place.is_file() else None

    def take(self, document: str, source: BinaryIO) -> Uploaded:
        """Keep these bytes under that name, in place of what was there.

        Raises BadName, NoManual, TooLarge, and Conflict where the disk or a folder of that name is in the way.
        """
        place = self.place(document)
        _check_bytes(place, source)
        replaced = place.exists()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            # Hidden files are passed over by an ingest that runs meanwhile.
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".upload-", delete=False) as file:
                part = Path(file.name)
                try:
                    shutil.copyfileobj(source, file)
                    file.flush()
                    os.fsync(file.fileno())
                    part.chmod(0o644)
                    part.replace(place)
                except BaseException:
                    part.unlink(missing_ok=True)
                    raise
            revision, size = fingerprint(place)
        except OSError as error:
            raise Conflict(
                f"{document} cannot be kept: {error.strerror}.", hint="Choose another name, or make room."
            ) from error
        return Uploaded(document, revision, size, replaced)

    def remove(self, document: str) -> bool:
        """Delete an uploaded file, and folders that are empty then; False where there is none."""
        place = self.file(document)
        if place is None:
            return False
        place.unlink()
        for folder in place.parents:
            if folder == self.folder or any(folder.iterdir()):
                break
            folder.rmdir()
        return True

    def place(self, document: str) -> Path:
        """Where a file of that name belongs. Raises BadName where that is not below the folder."""
        path = PurePosixPath(document)
        parts = document.split("/")
        if not document or len(parts) > _MOST_FOLDERS + 1 or not all(map(_is_plain, parts)):
            raise BadName(f"{document[:_LONGEST_PART]!a} is no name for a manual.", hint=_HINT)
        if path.name != SETTINGS_FILE and path.suffix.lower() not in SUFFIXES:
            known = ", ".join(sorted(SUFFIXES))
            raise BadName(f"{path.name} has an ending that no reader knows.", hint=f"Known endings: {known}")
        place = self.folder / path
        # A link in the folder, laid there by hand, must not lead an upload out of it.
        if not Path(os.path.realpath(place)).is_relative_to(self.folder):
            raise BadName(f"{document} leads out of the uploads folder.", hint=_HINT)
        return place


def _is_plain(part: str) -> bool:
    """A name of a folder or file: nothing hidden, nothing that climbs, nothing that another system reads otherwise."""
    if not part or not part.isprintable() or any(sign in part for sign in '\\:*?"<>|'):
        return False
    edges_are_plain = not part.startswith((".", " ")) and not part.endswith((".", " "))
    return edges_are_plain and len(part.encode()) <= _LONGEST_PART


def _check_bytes(place: Path, source: BinaryIO) -> None:
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    beginning = source.read(_LOOKED_AT)
    source.seek(0)
    if not size:
        raise NoManual(f"{place.name} is empty.", hint="Send the file's bytes.")
    if size > (_MOST_SETTINGS if place.name == SETTINGS_FILE else MOST_UPLOAD):
        raise TooLarge(f"{place.name} has {size} bytes.", hint=f"At most {MOST_UPLOAD} are taken.")
    mark = _BEGINNINGS.get(place.suffix.lower())
    if mark and mark not in (beginning if mark == b"%PDF-" else beginning[: len(mark)]):
        raise NoManual(f"{place.name} is no {place.suffix[1:].upper()} file.", hint="Check what was sent.")
