"""The one conversion at the database border: a Chunk to the payload stored with its point, and back.

Also what the engines share of a read filter. Nothing of an engine is imported here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ingest.errors import IndexUnusable
from ingest.index.contract import EMBEDDING, FORMAT, IndexedDocument, IndexInfo, Scope, Text
from ingest.types import Audience, Box, Chunk, Kind, embed_text

Payload = dict[str, object]
"""JSON object as the engines store it."""

REINGEST = "run `manualdesk ingest PATH --force` on your manuals' folder to make the index anew"

KEYWORD_FIELDS = ("document", "revision", "audience", "product", "language")
"""Payload fields that filters match exactly."""
INTEGER_FIELDS = ("ordinal",)

DOCUMENT_FIELDS = (
    "document",
    "revision",
    "title",
    "product",
    "version",
    "language",
    "audience",
    "root",
    "signature",
    "document_pages",
    "document_chunks",
    "model",
    "valid_from",
    "valid_until",
    "origins",
    "document_language",
)
"""What `to_document` reads, so that listing documents need not load their text."""

FOUND_FIELDS = (
    "id",
    "document",
    "revision",
    "ordinal",
    "title",
    "section",
    "text",
    "page",
    "pages",
    "anchor",
    "kinds",
    "product",
    "version",
    "language",
    "audience",
    "document_pages",
    "document_chunks",
    "root",
    "signature",
    "recognised",
    "model",
    "valid_from",
    "valid_until",
)
"""What a search loads: all but the boxes of the lines, which are half of a payload and needed of few chunks."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The payload field holds one of these values."""

    field: str
    values: tuple[str, ...]


def conditions(scope: Scope) -> tuple[AnyOf, ...]:
    """What every chunk a caller may read fulfils; all have to hold. An empty `values` is fulfilled by nothing."""
    found = []
    if scope.audience is not Audience.INTERNAL:
        found.append(AnyOf("audience", (str(scope.audience),)))
    if scope.products is not None:
        found.append(AnyOf("product", scope.products))
    if scope.languages is not None:
        found.append(AnyOf("language", scope.languages))
    if scope.documents is not None:
        found.append(AnyOf("document", scope.documents))
    return tuple(found)


def may_read(scope: Scope, chunk: Chunk) -> bool:
    """The same asked of a chunk that was loaded before, for whomever."""
    return all(getattr(chunk, condition.field) in condition.values for condition in conditions(scope))


def reads_nothing(scope: Scope) -> bool:
    """Whether no chunk can be in scope. Engines differ on an empty list of values, so it never reaches them."""
    return any(not condition.values for condition in conditions(scope))


SAID_FIELDS = ("ordinal", "section", "text")
"""What `in_order` reads."""
TEXT_FIELDS = ("title", "section", "text")
"""What `to_embed_text` reads."""


def to_embed_text(payload: Mapping[str, object] | None) -> str:
    """`Chunk.embed_text` of a payload that may hold `TEXT_FIELDS` only. Raises IndexUnusable where it holds less."""
    try:
        fields = dict(payload or {})
        return embed_text(str(fields["title"]), cast(list[str], fields["section"]), str(fields["text"]))
    except (KeyError, TypeError) as error:
        raise IndexUnusable(f"the index holds a chunk that cannot be read: {error!r}", hint=REINGEST) from error


def in_order(payloads: Iterable[Mapping[str, object] | None]) -> list[Text]:
    """What chunks say, by their ordinals, each once; the payloads may hold `SAID_FIELDS` only."""
    try:
        texts = {
            cast(int, fields["ordinal"]): Text(tuple(cast(list[str], fields["section"])), cast(str, fields["text"]))
            for fields in (payload or {} for payload in payloads)
        }
    except (KeyError, TypeError) as error:
        raise IndexUnusable(f"the index holds a chunk that cannot be read: {error!r}", hint=REINGEST) from error
    return [texts[ordinal] for ordinal in sorted(texts)]


def to_payload(chunk: Chunk) -> Payload:
    """Every field of the chunk; `from_payload` gives an equal chunk back."""
    return {
        "id": chunk.id,
        "document": chunk.document,
        "revision": chunk.revision,
        "ordinal": chunk.ordinal,
        "title": chunk.title,
        "section": list(chunk.section),
        "text": chunk.text,
        "page": chunk.page,
        "pages": list(chunk.pages),
        # A list of six numbers a line of text: names would be longer than the values.
        "boxes": [[box.page, box.left, box.top, box.right, box.bottom, box.start] for box in chunk.boxes],
        "anchor": chunk.anchor,
        "kinds": [str(kind) for kind in chunk.kinds],
        "product": chunk.product,
        "version": chunk.version,
        "language": chunk.language,
        "document_language": chunk.document_language,
        "audience": str(chunk.audience),
        "document_pages": chunk.document_pages,
        "document_chunks": chunk.document_chunks,
        "root": chunk.root,
        "signature": chunk.signature,
        "recognised": chunk.recognised,
        "model": chunk.model,
        "valid_from": chunk.valid_from,
        "valid_until": chunk.valid_until,
        "origins": [list(origin) for origin in chunk.origins],
    }


def from_payload(payload: Mapping[str, object] | None) -> Chunk:
    """The chunk a payload was made of; without boxes where it holds `FOUND_FIELDS` only.

    Raises IndexUnusable where it is not one of ours.
    """
    fields: Any = payload or {}
    try:
        return Chunk(
            id=fields["id"],
            document=fields["document"],
            revision=fields["revision"],
            ordinal=fields["ordinal"],
            title=fields["title"],
            section=tuple(fields["section"]),
            text=fields["text"],
            page=fields["page"],
            pages=tuple(fields["pages"]),
            boxes=tuple([_box(numbers) for numbers in fields.get("boxes", ())]),
            anchor=fields["anchor"],
            kinds=tuple([_KINDS[kind] for kind in fields["kinds"]]),
            product=fields["product"],
            version=fields["version"],
            language=fields["language"],
            document_language=fields.get("document_language", ""),
            audience=_AUDIENCES[fields["audience"]],
            document_pages=fields["document_pages"],
            document_chunks=fields["document_chunks"],
            root=fields["root"],
            signature=fields["signature"],
            # What indexes made before there was OCR, or before editors could say it, do not hold.
            recognised=fields.get("recognised", False),
            model=fields.get("model", ""),
            valid_from=fields.get("valid_from", ""),
            valid_until=fields.get("valid_until", ""),
            origins=tuple([(field, where) for field, where in fields.get("origins", ())]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexUnusable(f"the index holds a chunk that cannot be read: {error!r}", hint=REINGEST) from error


_KINDS = {str(kind): kind for kind in Kind}
_AUDIENCES = {str(audience): audience for audience in Audience}


def _added_later(fields: Mapping[str, object]) -> dict[str, object]:
    """What indexes made before editors could say it, or before sections had their language, do not hold."""
    origins = cast(list[list[str]], fields.get("origins", []))
    said = {name: str(fields.get(name, "")) for name in ("model", "valid_from", "valid_until")}
    return {**said, "origins": tuple((field, where) for field, where in origins)}


def _box(numbers: list[float]) -> Box:
    page, left, top, right, bottom, start = numbers
    return Box(
        page=int(page), left=float(left), top=float(top), right=float(right), bottom=float(bottom), start=int(start)
    )


_OTHERWISE = (
    "audience",
    "document_pages",
    "document_chunks",
    "model",
    "valid_from",
    "valid_until",
    "origins",
    "language",
    "document_language",
)
"""Fields that are renamed, cast, or not in every index."""


def to_document(payload: Mapping[str, object] | None) -> IndexedDocument:
    """The document of a first chunk's payload, which may hold `DOCUMENT_FIELDS` only."""
    try:
        fields = dict(payload or {})
        return IndexedDocument(
            pages=cast(int, fields["document_pages"]),
            chunks=cast(int, fields["document_chunks"]),
            audience=Audience(cast(str, fields["audience"])),
            language=str(fields.get("document_language") or fields["language"]),
            **_added_later(fields),  # type: ignore[arg-type]
            **{name: fields[name] for name in DOCUMENT_FIELDS if name not in _OTHERWISE},  # type: ignore[arg-type]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexUnusable(f"the index holds a document that cannot be read: {error!r}", hint=REINGEST) from error


def check_format(found: int, where: str) -> None:
    """Raises IndexUnusable where a payload of format `found` would be misread."""
    if found != FORMAT:
        age = "an older" if found < FORMAT else "a newer"
        hint = REINGEST if found < FORMAT else "update manualdesk to the version that made it, or " + REINGEST
        message = f"the index {where} was made by {age} manualdesk (format {found}; this one reads {FORMAT})"
        raise IndexUnusable(message, hint=hint)


def check_embedder(info: IndexInfo, embedder: str, dimensions: int) -> None:
    """Raises IndexUnusable where new vectors would not compare with the published ones."""
    if (info.embedder, info.dimensions) != (embedder, dimensions):
        message = (
            f"the index holds vectors of {info.embedder} ({info.dimensions} dimensions), "
            f"but the configured embedder is {embedder} ({dimensions})"
        )
        raise IndexUnusable(message, hint="configure that embedder again, or " + REINGEST)
    if info.versions.get("embedder", EMBEDDING) != EMBEDDING:
        message = f"the index holds vectors that {embedder} made in another way than this manualdesk does"
        raise IndexUnusable(message, hint=REINGEST)
