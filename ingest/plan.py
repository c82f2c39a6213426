"""What an ingest would do: the files found against the documents indexed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.discover import Discovery, default_root, discover
from ingest.errors import MassRemoval, ReadError
from ingest.index.contract import IndexedDocument
from ingest.metadata import Setting
from ingest.types import SourceFile
from ingest.versions import is_current


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between the paths and the index."""

    added: tuple[SourceFile, ...]
    updated: tuple[SourceFile, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, ReadError], ...]
    renamed: tuple[tuple[str, str], ...] = ()
    """(old, new) of a removed and an added document of the same bytes."""
    duplicates: tuple[tuple[str, ...], ...] = ()
    """Documents of equal bytes, found now or indexed, group by group."""

    @property
    def to_read(self) -> tuple[SourceFile, ...]:
        return tuple(sorted((*self.added, *self.updated), key=lambda source: source.document))


def common_root(paths: Sequence[Path], root: Path | None, indexed: Iterable[IndexedDocument]) -> Path:
    """The root that document names are relative to.

    As told; else of one folder that folder, of one file the root it was indexed under, else its folder. Raises
    SettingError for several paths without a root (see `discover.default_root`).
    """
    if root is not None:
        return root.resolve()
    if len(paths) == 1 and paths[0].is_file():
        file = paths[0].resolve()
        for document in indexed:
            if document.root and Path(document.root, document.document) == file:
                return Path(document.root)
    return default_root(paths).resolve()


def make_plan(
    paths: Sequence[Path],
    root: Path,
    indexed: Sequence[IndexedDocument],
    *,
    force: bool = False,
    allow_removals: bool = False,
    said: Sequence[Setting] = (),
) -> Plan:
    """Compare. `force` reads unchanged documents again; `said` is what editors set (see `discover`).

    Raises MassRemoval when more than half of what the index has under the paths would vanish and `allow_removals` is
    not set, SettingError for paths that do not exist.
    """
    found = discover(paths, root=root, said=said)
    known = {document.document: document for document in indexed}
    files = [_signed(source, root) for source in found.files]
    new = {source.document: source for source in files}
    added = tuple(source for source in files if source.document not in known)
    changed = {source.document for source in files if source.document in known and (force or _differs(source, known))}
    gone = _gone(paths, root, indexed, new, found)
    renamed = _renamed(gone, known, added)
    if not allow_removals:
        moved = {old for old, _new in renamed}
        _guard(paths, root, indexed, [document for document in gone if document not in moved])
    return Plan(
        added=added,
        updated=tuple(new[document] for document in sorted(changed)),
        unchanged=tuple(sorted(document for document in new if document in known and document not in changed)),
        removed=gone,
        skipped=found.skipped,
        failed=found.failed,
        renamed=renamed,
        duplicates=_duplicates(files, [document for document in indexed if document.document not in gone]),
    )


def donors(work: Plan, indexed: Iterable[IndexedDocument]) -> dict[str, tuple[str, ...]]:
    """For each document to read, the indexed ones that may hold the same texts: itself, and one of the same bytes."""
    known = {document.document for document in indexed}
    same_bytes = {document.revision: document.document for document in indexed}
    found: dict[str, tuple[str, ...]] = {}
    for source in work.to_read:
        names = (source.document, same_bytes.get(source.revision, ""))
        if likely := tuple(dict.fromkeys(name for name in names if name in known)):
            found[source.document] = likely
    return found


def _renamed(
    gone: Sequence[str], known: Mapping[str, IndexedDocument], added: Sequence[SourceFile]
) -> tuple[tuple[str, str], ...]:
    """Removed documents that are there again under another name. Of several, the one with the most alike name."""
    by_revision: dict[str, list[str]] = {}
    for source in added:
        by_revision.setdefault(source.revision, []).append(source.document)
    pairs = []
    for old in gone:
        if names := by_revision.get(known[old].revision):
            new = max(names, key=lambda name: (Path(name).name == Path(old).name, name))
            names.remove(new)
            pairs.append((old, new))
    return tuple(pairs)


def _duplicates(files: Sequence[SourceFile], indexed: Iterable[IndexedDocument]) -> tuple[tuple[str, ...], ...]:
    groups: dict[str, set[str]] = {}
    found = {source.document for source in files}
    for source in files:
        if source.size:
            groups.setdefault(source.revision, set()).add(source.document)
    for document in indexed:
        if document.document not in found and document.revision in groups:
            groups[document.revision].add(document.document)
    return tuple(sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1))


def _signed(source: SourceFile, root: Path) -> SourceFile:
    return replace(source, root=str(root))


def _differs(source: SourceFile, known: dict[str, IndexedDocument]) -> bool:
    before = known[source.document]
    return before.revision != source.revision or not is_current(before.signature, source)


def _under(paths: Sequence[Path], root: Path, indexed: Sequence[IndexedDocument]) -> list[str]:
    """Indexed documents of this root that lie at or below the paths."""
    places = [path.resolve() for path in paths]
    mine = [document for document in indexed if document.root == str(root)]
    return [
        document.document
        for document in mine
        if any(Path(root, document.document).is_relative_to(place) for place in places)
    ]


def _gone(
    paths: Sequence[Path],
    root: Path,
    indexed: Sequence[IndexedDocument],
    new: dict[str, SourceFile],
    found: Discovery,
) -> tuple[str, ...]:
    # What is there but could not be opened (or lies in a folder that could not be listed) is not gone.
    unopened = [Path(name) for name, _error in found.failed]
    return tuple(
        sorted(
            document
            for document in _under(paths, root, indexed)
            if document not in new and not any(Path(document).is_relative_to(place) for place in unopened)
        )
    )


def _guard(paths: Sequence[Path], root: Path, indexed: Sequence[IndexedDocument], gone: Sequence[str]) -> None:
    before = len(_under(paths, root, indexed))
    if len(gone) * 2 > before:
        raise MassRemoval(
            f"{len(gone)} of {before} indexed documents under {', '.join(map(str, paths))} are no longer there.",
            hint="Is a folder not mounted? If they are meant to go, run again with --allow-removals.",
        )
