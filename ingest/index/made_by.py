"""What made a document's chunks, as its signature says it, and what an index of such documents says of itself.

Signatures and documents enter, versions and an IndexInfo leave.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from ingest.index.contract import EMBEDDING, FORMAT, IndexedDocument, IndexInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBy:
    """Written as `0123456789abcdef, pdf 2, chunks 4`."""

    said: str
    """Hash of what is said of the document outside its text."""
    reader: str
    """Family of readers."""
    reading: int
    """Version of that family."""
    cutting: int
    """Version of the chunker."""

    def __str__(self) -> str:
        return f"{self.said}, {self.reader} {self.reading}, chunks {self.cutting}"

    @classmethod
    def read(cls, signature: str) -> Self | None:
        """None for the bare hashes of older indexes, which tell nothing."""
        try:
            said, reader, chunks = signature.split(", ")
            family, _, reading = reader.rpartition(" ")
            return cls(said=said, reader=family, reading=int(reading), cutting=int(chunks.removeprefix("chunks ")))
        except ValueError:
            return None


def oldest_versions(documents: Iterable[IndexedDocument]) -> dict[str, int]:
    """The oldest version of each part that made these documents; 0 for parts from before they said it."""
    found = {"embedder": EMBEDDING}
    for document in documents:
        made_by = MadeBy.read(document.signature)
        parts = {made_by.reader: made_by.reading, "chunker": made_by.cutting} if made_by else {"chunker": 0}
        for part, version in parts.items():
            found[part] = min(version, found.get(part, version))
    return dict(sorted(found.items()))


def info_of(documents: Sequence[IndexedDocument], chunks: int, *, embedder: str, dimensions: int) -> IndexInfo:
    """What a draft with these documents would be, published now; its generation is named when it is published."""
    return IndexInfo(
        generation="",
        embedder=embedder,
        dimensions=dimensions,
        format=FORMAT,
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        documents=len(documents),
        chunks=chunks,
        versions=oldest_versions(documents),
    )
