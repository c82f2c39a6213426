"""What a passage stands on: chunks go in, marks of what they say come out.

A chunk's id changes with every edit of its manual. Its mark changes only when the chunk itself does: its words, its
headings, or what is said about it. So an answer can be tied to the chunks that it was drawn from and to nothing else.
"""

from dataclasses import dataclass
from hashlib import blake2b

from ingest.types import Chunk

_BYTES = 12
"""Of a digest: among a billion chunks two are alike by chance once in a hundred billion times."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One chunk that something stands on, whatever revision of the manual holds it."""

    document: str
    ordinal: int
    """Its place in the revision that it was read in: where to look first."""
    content: str
    """`content_of` the chunk."""


def content_of(chunk: Chunk) -> str:
    """A digest of what a chunk says and what it is about; where it stands and in which revision do not count."""
    said = (
        chunk.document,
        chunk.title,
        *chunk.section,
        "\0",
        chunk.text,
        chunk.product,
        chunk.model,
        chunk.version,
        chunk.language,
        chunk.audience,
        chunk.valid_from,
        chunk.valid_until,
    )
    return blake2b("\0".join(said).encode(errors="surrogatepass"), digest_size=_BYTES).hexdigest()


def ground_of(chunk: Chunk) -> Ground:
    return Ground(chunk.document, chunk.ordinal, content_of(chunk))
