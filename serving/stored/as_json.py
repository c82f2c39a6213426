"""Kept answers to JSON and back. What is read may come from another version or a person's hand: it is checked."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from ingest.types import Audience
from retrieval.grounds import Ground
from serving.stored.types import CachedAnswer, CuratedAnswer, KeptCitation, State

Row = Mapping[str, object]


def citations_to_rows(citations: Sequence[KeptCitation]) -> list[dict[str, object]]:
    """Plain values: number, quote, and [document, ordinal, content] of each chunk."""
    return [
        {
            "number": citation.number,
            "quote": citation.quote,
            "chunks": [[ground.document, ground.ordinal, ground.content] for ground in citation.grounds],
        }
        for citation in citations
    ]


def citations_from_rows(rows: object) -> tuple[KeptCitation, ...]:
    """Raises KeyError, TypeError or ValueError for what `citations_to_rows` did not write."""
    return tuple(
        KeptCitation(
            number=int(str(row["number"])),
            quote=str(row["quote"]),
            grounds=tuple(
                Ground(str(document), int(ordinal), str(content))
                for document, ordinal, content in cast(list[list[str]], row["chunks"])
            ),
        )
        for row in cast(list[Row], rows)
    )


def cached_to_json(answer: CachedAnswer) -> str:
    texts = {name: str(getattr(answer, name)) for name in _CACHED}
    return json.dumps({**texts, "citations": citations_to_rows(answer.citations)}, ensure_ascii=False)


def cached_from_json(text: str | bytes) -> CachedAnswer:
    """Raises ValueError where it is none."""
    try:
        row = json.loads(text)
        texts = {name: str(row[name]) for name in _CACHED if name != "audience"}
        return CachedAnswer(
            **texts, audience=Audience(row["audience"]), citations=citations_from_rows(row["citations"])
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no cached answer: {error!r}") from error


def curated_to_row(answer: CuratedAnswer) -> dict[str, object]:
    """All that there is to know of one, as plain values."""
    return {
        "number": answer.number,
        "questions": list(answer.questions),
        "answer": answer.answer,
        "audience": [str(audience) for audience in answer.audiences],
        "product": answer.product,
        "language": answer.language,
        "valid_from": answer.valid_from,
        "valid_until": answer.valid_until,
        "state": str(answer.state),
        "reason": answer.reason,
        "generation": answer.generation,
        "changed_at": answer.changed_at,
        "changed_by": answer.changed_by,
        "citations": citations_to_rows(answer.citations),
    }


def curated_from_row(row: Row) -> CuratedAnswer:
    """What `curated_to_row` wrote. Raises ValueError where it is none."""
    try:
        return CuratedAnswer(
            questions=tuple(map(str, cast(list[str], row["questions"]))),
            audiences=tuple(Audience(name) for name in cast(list[str], row["audience"])),
            state=State(str(row["state"])),
            number=int(str(row["number"])),
            citations=citations_from_rows(row["citations"]),
            **{name: str(row[name]) for name in _CURATED},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no curated answer: {error!r}") from error


_CACHED = ("key", "group", "question", "answer", "language", "audience", "product", "model", "prompt", "stored_at")
_CURATED = (
    "answer",
    "product",
    "language",
    "valid_from",
    "valid_until",
    "reason",
    "generation",
    "changed_at",
    "changed_by",
)
