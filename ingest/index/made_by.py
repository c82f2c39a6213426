"""What made a document's chunks, as its signature says it: a signature enters, versions leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from ingest.index.contract import EMBEDDING, IndexedDocument


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
