"""What editors say of many manuals at once, as jobs: indexed documents and their new settings enter, jobs leave."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ingest.index.contract import IndexedDocument, IndexStore
from ingest.metadata import Setting, matches
from ingest.pipeline import Job, plan


def matched_by(patterns: Sequence[str], documents: Iterable[IndexedDocument]) -> list[IndexedDocument]:
    """Those that one of the patterns names."""
    return [known for known in documents if any(matches(pattern, known.document) for pattern in patterns)]


def restating(matched: Iterable[IndexedDocument], said: tuple[Setting, ...]) -> tuple[list[Job], list[str]]:
    """A job for each root that these manuals lie in, and those whose file is not there any more."""
    roots: dict[str, list[Path]] = {}
    missing = []
    for known in matched:
        file = Path(known.root, known.document)
        if known.root and file.is_file():
            roots.setdefault(known.root, []).append(file)
        else:
            missing.append(known.document)
    return [Job(paths=tuple(files), root=Path(root), said=said) for root, files in roots.items()], missing


def to_change(store: IndexStore, job: Job) -> list[str]:
    """The manuals that such a job would publish anew."""
    return [source.document for source in plan(store, job).to_read]
