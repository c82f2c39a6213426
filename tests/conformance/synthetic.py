"""Points with known vectors and terms: what they match can be told from their numbers."""

import uuid

import numpy as np

from ingest.index.contract import Point
from ingest.types import Audience, Box, Chunk, Dense, Kind, Sparse, Vectors

DIMENSIONS = 8
EMBEDDER = "one-hot"
COMMON_TERM = 1
"""In every point, so it tells nothing."""


def axis(number: int) -> Dense:
    """Unit vector along one axis."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[number % DIMENSIONS] = 1
    return vector


def own_term(ordinal: int) -> int:
    """The term that only chunks of this ordinal have; beyond 31 bits, as hashed terms are."""
    return 4_000_000_000 + ordinal


def point(
    document: str,
    ordinal: int,
    *,
    revision: str = "r1",
    text: str = "",
    audience: Audience = Audience.PUBLIC,
    product: str = "lamp",
    language: str = "en",
    chunks: int = 3,
) -> Point:
    """A chunk along the axis of its ordinal, with a common term and its own."""
    chunk = Chunk(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{document}/{revision}/{ordinal}")),
        document=document,
        revision=revision,
        ordinal=ordinal,
        title=f"Manual {document}",
        section=("Use", "Cleaning"),
        text=text or f"{document} {revision} chunk {ordinal}",
        audience=audience,
        product=product,
        language=language,
        document_chunks=chunks,
    )
    return Point(chunk, Vectors(axis(ordinal), Sparse((COMMON_TERM, own_term(ordinal)), (1.0, 1.0))))


def points(document: str, count: int = 3, **fields: object) -> list[Point]:
    """A whole document."""
    return [point(document, ordinal, chunks=count, **fields) for ordinal in range(count)]  # type: ignore[arg-type]


def full_point() -> Point:
    """A chunk with every field set, to numbers and characters that are easily mangled."""
    chunk = Chunk(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, "full")),
        document="sub folder/手册 v2.pdf",
        revision="0123456789abcdef",
        ordinal=0,
        title="Größe & 尺寸 \u200b🔧",
        section=("1 Überblick", "1.2 规格"),
        text='line 1\nline 2\ttab "quoted" \\ backslash \u2028 ½ 𠮷',
        page=12,
        pages=(12, 13),
        boxes=(
            Box(page=12, left=0.1, top=1 / 3, right=123456.789, bottom=72.0),
            Box(page=13, left=-1.5, top=0.0, right=1e-9, bottom=841.89, start=37),
        ),
        anchor="cleaning-1",
        kinds=(Kind.STEP, Kind.WARNING),
        product="lamp-2",
        version="2.1",
        model="L-2 Größe",
        valid_from="2026-01-31",
        valid_until="2027-12-31",
        origins=(("product", "folder lamp-2"), ("audience", "set by an editor for lamp*")),
        language="zh",
        audience=Audience.INTERNAL,
        document_pages=40,
        document_chunks=1,
        root="/manuals/lamps",
        signature="fedcba",
    )
    return Point(chunk, Vectors(axis(3), Sparse((7, 4_294_967_295), (0.25, 1.5))))
