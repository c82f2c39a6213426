"""Which files to ingest: paths and a root enter, a `Discovery` leaves (SourceFiles, what was skipped, what failed).

No manual is opened here but for its hash and, in Markdown, its front matter.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.audience import Audience
from ingest.errors import ReadError, SettingError
from ingest.illustrations import Illustrations
from ingest.manual_toml import SETTINGS_FILE, FolderTree
from ingest.metadata import (
    Layer,
    Metadata,
    Setting,
    editor_layers,
    front_matter_metadata,
    language_code,
    resolve,
)
from ingest.originals import fingerprint
from ingest.suffixes import PICTURES, SCANS, SUFFIXES
from ingest.types import SourceFile

_LANGUAGES = frozenset(
    "ar bg ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl no pl pt ro ru sk sl sr sv th tr uk "
    "vi zh".split()
)
_FRONT_MATTER_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found below the paths. All three are ordered by document."""

    files: tuple[SourceFile, ...]
    skipped: tuple[tuple[str, str], ...]
    """(document, reason) of what is no manual or lies outside the root."""
    failed: tuple[tuple[str, ReadError], ...]
    """(document, error) of manuals that are there and cannot even be opened."""


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is said of manuals outside their text."""

    folders: FolderTree
    editors: Sequence[Setting]
    illustrations: Illustrations

    def layers(self, file: Path, document: str) -> Iterator[Layer]:
        """What is said of one file, the strongest first."""
        yield from editor_layers(document, self.editors)
        yield from self.folders.layers(file)
        if file.suffix.lower() in {".md", ".markdown"}:
            yield "front matter", _front_matter(file)
        yield from _from_folders(Path(document).parts[:-1])


@dataclass(slots=True)
class _Found:
    files: list[SourceFile] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, ReadError]] = field(default_factory=list)


def default_root(paths: Sequence[Path]) -> Path:
    """The root where none is given: a folder itself, a file's folder. Several paths need to be told theirs."""
    if len(paths) != 1:
        raise SettingError(
            f"{len(paths)} paths have no one root", hint="Name the folder that all of them lie in: --root FOLDER."
        )
    path = paths[0]
    return path if path.is_dir() else path.parent


def discover(paths: Sequence[Path], *, root: Path, said: Sequence[Setting] = ()) -> Discovery:
    """Find the manuals in and below the paths, each once, in the order of their document names.

    `said` is what editors set, in the order in which they did. Raises SettingError for a path that does not exist or
    lies outside the root. A manual of which something is said that cannot work (an unknown audience, say) is a
    failure: what was meant is not known. Hidden files, illustrations and `manual.toml` are passed over in silence.
    """
    base = root.resolve()
    _check_name(base)
    known = _Known(FolderTree(base), said, Illustrations(base))
    found = _Found()
    seen: set[str] = set()
    for given in paths:
        path = _inside(given, base)
        for file in _walk(path, base, found):
            document = file.relative_to(base).as_posix()
            if document not in seen:
                seen.add(document)
                _take(file, document, known, found)
    found.skipped.extend(known.folders.unused())
    found.files.sort(key=lambda source: source.document)
    return Discovery(tuple(found.files), tuple(sorted(found.skipped)), tuple(sorted(found.failed, key=lambda f: f[0])))


def said_of(
    document: str, file: Path, base: Path, said: Sequence[Setting]
) -> tuple[Metadata, tuple[tuple[str, str], ...]]:
    """What would be said of a manual under the root `base`, and where, were this file put there under that name.

    Raises SettingError where something said of it cannot work, OSError where the file cannot be opened.
    """
    layers = [*editor_layers(document, said), *FolderTree(base).layers(base / document)]
    if file.suffix.lower() in {".md", ".markdown"}:
        layers.append(("front matter", _front_matter(file)))
    return resolve([*layers, *_from_folders(Path(document).parts[:-1])])


def _check_name(base: Path) -> None:
    """The root is kept with every passage, as text."""
    try:
        str(base).encode()
    except UnicodeEncodeError:
        raise SettingError(
            f"The folder {str(base)!a} has a name that is no UTF-8.", hint="Rename it, or copy the manuals."
        ) from None


def _inside(given: Path, base: Path) -> Path:
    if not given.exists():
        raise SettingError(f"{given} does not exist", hint="Check the path; name a folder of manuals or one manual.")
    path = Path(os.path.abspath(given))  # noqa: PTH100 - keeps a symlink's own name, which resolve() would lose
    if path.is_relative_to(base):
        return path
    path = given.resolve()
    if path.is_relative_to(base):
        return path
    raise SettingError(f"{given} is not below the root {base}", hint="Name a --root that holds every path.")


def _walk(path: Path, base: Path, found: _Found) -> Iterator[Path]:
    """Files at or below the path; hidden ones and folders that are links are left out."""
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path, onerror=lambda error: _unlistable(error, base, found)):
        here = Path(folder)
        for name in sorted(folders):
            if not name.startswith(".") and (here / name).is_symlink():
                # Following one can lead out of the root, in circles, or to every manual twice.
                found.skipped.append(((here / name).relative_to(base).as_posix(), "a link to a folder"))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not (here / name).is_symlink())
        for name in sorted(names):
            if not name.startswith("."):
                yield here / name


def _unlistable(error: OSError, base: Path, found: _Found) -> None:
    folder = Path(str(error.filename)).relative_to(base).as_posix()
    found.failed.append((folder, _failure(folder, error)))


def _failure(document: str, error: OSError | SettingError) -> ReadError:
    if isinstance(error, SettingError):
        return ReadError(f"{document}: {error.message}", hint=error.hint)
    return ReadError(
        f"{document} cannot be opened: {error.strerror}", hint="Check that it is readable by this user, then run again."
    )


def _take(file: Path, document: str, known: "_Known", found: _Found) -> None:
    suffix = file.suffix.lower()
    if file.name == SETTINGS_FILE or suffix in PICTURES or (suffix in SCANS and known.illustrations.holds(file)):
        return
    if suffix not in SUFFIXES:
        found.skipped.append((document.encode(errors="replace").decode(), f"no reader for {suffix or 'such a name'}"))
        return
    if not document.isprintable():
        found.skipped.append((ascii(document), "its name has characters that cannot be shown; rename it"))
        return
    # realpath, since resolve() raises on a link that leads to itself.
    if not Path(os.path.realpath(file)).is_relative_to(known.folders.base):
        found.skipped.append((document, "a link that leads out of the root"))
        return
    try:
        if not file.is_file():
            found.skipped.append((document, "not a regular file"))
            return
        revision, size = fingerprint(file)
        values, origins = resolve(known.layers(file, document))
    except (OSError, SettingError) as error:
        found.failed.append((document, _failure(document, error)))
        return
    found.files.append(
        SourceFile(
            path=file,
            document=document,
            revision=revision,
            size=size,
            product=values.product,
            model=values.model,
            version=values.version,
            language=values.language,
            audience=values.audience or Audience.INTERNAL,
            title=values.title,
            valid_from=values.valid_from,
            valid_until=values.valid_until,
            origins=origins,
        )
    )


def _front_matter(file: Path) -> Metadata:
    with file.open("rb") as stream:
        head = stream.read(_FRONT_MATTER_BYTES).decode("utf-8", errors="replace")
    return front_matter_metadata(head.replace("\r\n", "\n"), where="its front matter")


def _from_folders(folders: tuple[str, ...]) -> Iterator[Layer]:
    """`<product>/<language>/...`: the first folder is the product unless it is a language itself."""
    if folders and not _names_language(folders[0]):
        yield f"folder {folders[0]}", Metadata(product=folders[0])
    for folder in folders:
        if _names_language(folder):
            yield f"folder {folder}", Metadata(language=language_code(folder))


def _names_language(folder: str) -> bool:
    rest = folder[2:]
    return language_code(folder) in _LANGUAGES and (not rest or (rest[0] in "-_" and 2 <= len(rest[1:]) <= 4))
